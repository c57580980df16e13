"""The tax decision as a table: the first row that holds decides. Directive 2006/112/EC unless said otherwise.

Charging a car is a supply of goods, electricity (Court of Justice, C-282/22 P. w W., C-60/23 Digital Charging
Solutions). Have a tax adviser confirm what is decided here before relying on it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .case import Buyer, Case, Category, Customer, Decision, Supply
from .rates import EU, STANDARD, standard_rate
from .vat_ids import is_well_formed

REVERSE_CHARGE = "Reverse charge: the recipient accounts for the tax."
SMALL_BUSINESS = (
    "No tax is charged: the seller is exempt as a small enterprise (Directive 2006/112/EC art. 284)."
)
OUTSIDE_SCOPE = "Not subject to VAT: the place of supply is outside the European Union."
NO_VAT = "No value added tax exists or is charged at the place of supply."
# Supplies of electricity between dealers of one country, for which the buyer owes the tax (art. 199a(1)(e)).
DEALERS_AT_HOME = {
    "AT": "UStBBKV § 2 no. 3",
    "DE": "UStG § 13b(2) no. 5 b",
    "IT": "DPR 633/72 art. 17(6) d-quater",
    "RO": "Codul fiscal art. 331(2) e",
}


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule: its name, its law, when it holds, and what follows."""

    rule: str
    basis: str
    holds: Callable[[Case], bool]
    decide: Callable[[Case, "_Row"], Decision]


def tax_place(case: Case) -> str:
    """The country whose tax applies; "" where the place depends on a country that is not known."""
    buyer = case.buyer
    if case.supply is Supply.ELECTRICITY and buyer.kind is Customer.DEALER:
        return buyer.country
    if case.supply is Supply.SERVICE:
        return buyer.country if _counts_as_business(case) else case.seller.country
    return case.place


def decide(case: Case) -> Decision:
    """The tax of a case, with what it was decided on."""
    row = next(row for row in TABLE if row.holds(case))
    return replace(row.decide(case, row), evidence=_evidence(case))


def _counts_as_business(case: Case) -> bool:
    """Who does not prove to be in business is treated as a consumer (Implementing Regulation 282/2011 art. 18(2))."""
    buyer = case.buyer
    return buyer.is_taxable and (
        buyer.country == case.seller.country or buyer.country not in EU or _is_proven(buyer)
    )


def _is_proven(buyer: Buyer) -> bool:
    return buyer.proof.holds and buyer.is_taxable


def _has_no_place(case: Case) -> bool:
    return tax_place(case) == ""


def _is_exempt(case: Case) -> bool:
    return case.seller.is_small_business and tax_place(case) == case.seller.country


def _between_dealers_at_home(case: Case) -> bool:
    dealer = case.supply is Supply.ELECTRICITY and case.buyer.kind is Customer.DEALER
    place = tax_place(case)
    return dealer and place == case.seller.country and place in DEALERS_AT_HOME and _is_proven(case.buyer)


def _has_no_vat(case: Case) -> bool:
    """A place without a rate, sold to by somebody from outside the EU, such as from the United States."""
    return tax_place(case) not in STANDARD and case.seller.country not in EU


def _is_outside(case: Case) -> bool:
    place = tax_place(case)
    goes_out = case.supply is Supply.SERVICE or case.buyer.kind is Customer.DEALER
    return place not in EU and goes_out and not case.seller.may_charge_in(place)


def _is_charged(case: Case) -> bool:
    place = tax_place(case)
    return case.seller.may_charge_in(place) and standard_rate(place, case.day) is not None


def _buyer_owes(case: Case) -> bool:
    """The buyer is identified where the tax is due, and the seller is not there."""
    place = tax_place(case)
    return place in EU and case.buyer.proof.country == place and _is_proven(case.buyer)


def _is_electricity_owed_by_buyer(case: Case) -> bool:
    return case.supply is Supply.ELECTRICITY and _buyer_owes(case)


def _is_service_owed_by_buyer(case: Case) -> bool:
    return case.supply is Supply.SERVICE and _buyer_owes(case)


def _charged(case: Case, row: _Row) -> Decision:
    place = tax_place(case)
    rate = standard_rate(place, case.day)
    assert rate is not None
    return Decision(row.rule, row.basis, place, Category.STANDARD, rate)


def _without(category: Category, text: str) -> Callable[[Case, _Row], Decision]:
    def decided(case: Case, row: _Row) -> Decision:
        return Decision(row.rule, row.basis, tax_place(case), category, text=text)

    return decided


def _dealers_at_home(case: Case, row: _Row) -> Decision:
    place = tax_place(case)
    return Decision(
        row.rule,
        f"{row.basis}; {DEALERS_AT_HOME[place]}",
        place,
        Category.REVERSE_CHARGE,
        text=REVERSE_CHARGE,
    )


def _ask(question: Callable[[Case], str]) -> Callable[[Case, _Row], Decision]:
    def asked(case: Case, row: _Row) -> Decision:
        return Decision(row.rule, row.basis, tax_place(case), None, question=question(case))

    return asked


def _unproven(case: Case) -> bool:
    """A dealer elsewhere in the EU whose VAT id nobody has checked."""
    dealer = case.supply is Supply.ELECTRICITY and case.buyer.kind is Customer.DEALER
    return dealer and tax_place(case) in EU and not case.seller.may_charge_in(tax_place(case))


def _seller_is_missing(case: Case) -> str:
    return (
        f"{tax_place(case)} taxes this supply, and the seller in {case.seller.country or 'an unknown country'} "
        "has no VAT registration there"
    )


def _rate_is_missing(case: Case) -> str:
    return f"no rate is known for {tax_place(case)} on {case.day.isoformat()}"


def _asks_for_rate(case: Case) -> bool:
    return case.seller.may_charge_in(tax_place(case))


TABLE: tuple[_Row, ...] = (
    _Row("place_unknown", "art. 38, 39, 44", _has_no_place, _ask(lambda case: "the country of supply is not known")),
    _Row("small_business", "art. 284", _is_exempt, _without(Category.EXEMPT, SMALL_BUSINESS)),
    _Row("dealers_at_home", "art. 38, 199a(1)(e)", _between_dealers_at_home, _dealers_at_home),
    _Row("no_vat", "no VAT law", _has_no_vat, _without(Category.OUTSIDE, NO_VAT)),
    _Row("outside_eu", "art. 38, 44, 59", _is_outside, _without(Category.OUTSIDE, OUTSIDE_SCOPE)),
    _Row("charged", "art. 38, 39, 44, 45, 47, 193", _is_charged, _charged),
    _Row(
        "electricity_reverse", "art. 38, 39, 195", _is_electricity_owed_by_buyer,
        _without(Category.REVERSE_CHARGE, REVERSE_CHARGE),
    ),
    _Row(
        "service_reverse", "art. 44, 196", _is_service_owed_by_buyer,
        _without(Category.REVERSE_CHARGE, REVERSE_CHARGE),
    ),
    _Row(
        "dealer_unproven", "art. 38, 195", _unproven,
        _ask(lambda case: "the dealer's VAT id has to be checked before the reverse charge can be used"),
    ),
    _Row("rate_unknown", "art. 93", _asks_for_rate, _ask(_rate_is_missing)),
    _Row("seller_unregistered", "art. 39, 47, 193", lambda case: True, _ask(_seller_is_missing)),
)  # fmt: skip


def _evidence(case: Case) -> dict[str, str]:
    """What was known, as texts; what was not is left out."""
    proof, seller = case.buyer.proof, case.seller
    told = {
        "supply": case.supply.value,
        "place": case.place,
        "day": case.day.isoformat(),
        "seller_country": seller.country,
        "seller_registered_in": " ".join(sorted(seller.registered_in)),
        "seller_small_business": "yes" if seller.is_small_business else "",
        "buyer_kind": case.buyer.kind.value,
        "buyer_country": case.buyer.country,
        "buyer_vat_id": proof.vat_id,
        "vat_id_form": _form(proof.vat_id),
        "vat_id_checked_on": proof.checked_on,
        "vat_id_answer": proof.answer,
    }
    return {name: text for name, text in told.items() if text}


def _form(vat_id: str) -> str:
    if not vat_id:
        return ""
    return "check digits are right" if is_well_formed(vat_id) else "check digits are wrong"
