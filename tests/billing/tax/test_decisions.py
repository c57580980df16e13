"""The tax table, case by case; and what holds for every case."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tax.case import Buyer, Case, Category, Customer, Seller, Supply
from billing.tax.decision import TABLE, decide
from billing.tax.rates import EU, STANDARD, standard_rate
from billing.tax.vat_ids import NO_PROOF, Proof, country_of, is_well_formed

ROWS = list(csv.DictReader((Path(__file__).parent / "cases.csv").open()))


def case_of(row: dict[str, str]) -> Case:
    proof = Proof(row["vat_id"], "2026-11-01" if row["checked"] else "", "valid" if row["checked"] else "")
    return Case(
        Supply(row["supply"]),
        row["place"],
        Seller(row["seller"], bool(row["small"]), frozenset(row["registered"].split())),
        Buyer(Customer(row["buyer"]), row["buyer_country"], proof if row["vat_id"] else NO_PROOF),
        date.fromisoformat(row["day"]),
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_case_of_the_table_is_decided_as_written(row: dict[str, str]) -> None:
    made = decide(case_of(row))
    category = made.category.value if made.category else ""
    rate = format(made.rate.normalize(), "f") if made.category else ""
    assert (made.rule, category, rate, made.country) == (
        row["rule"],
        row["category"],
        row["rate"],
        row["country"],
    )


def test_the_table_has_cases_for_every_rule_and_no_case_twice() -> None:
    assert len(ROWS) >= 60
    assert {row["rule"] for row in ROWS} == {row.rule for row in TABLE}
    assert len({tuple(row.items())[1:] for row in ROWS}) == len({row["name"] for row in ROWS}) == len(ROWS)


COUNTRIES = st.sampled_from(["", "ZZ", "US", *STANDARD])
IDS = ("", "DE136695976", "DE123456789", "NL004495445B01", "EL094259216", "FR40303265045", "nonsense", "é")
CASES = st.builds(
    Case,
    st.sampled_from(Supply),
    COUNTRIES,
    st.builds(Seller, COUNTRIES, st.booleans(), st.frozensets(COUNTRIES.filter(bool), max_size=3)),
    st.builds(
        Buyer,
        st.sampled_from(Customer),
        COUNTRIES,
        st.builds(Proof, st.sampled_from(IDS), st.sampled_from(["", "2026-11-01"])),
    ),
    st.dates(date(2010, 1, 1), date(2030, 1, 1)),
)


@given(CASES)
def test_every_case_is_decided_or_asks_a_question(case: Case) -> None:
    """And no reverse charge without a checked VAT id; no tax where the seller cannot owe it."""
    made = decide(case)
    assert (made.category is None) == bool(made.question)
    if made.category is Category.REVERSE_CHARGE:
        assert case.buyer.proof.holds
        assert case.buyer.is_taxable
        assert made.text
    if made.category is Category.STANDARD:
        assert made.rate == standard_rate(made.country, case.day)
        assert case.seller.may_charge_in(made.country)
    else:
        assert made.rate == 0
    if made.category in (Category.EXEMPT, Category.OUTSIDE):
        assert made.text
    assert made.evidence["supply"] == case.supply


def test_the_evidence_says_what_the_decision_was_made_on() -> None:
    proof = Proof("NL004495445B01", "2026-11-01", "VIES: valid, Shop BV")
    seller = Seller("DE", registered_in=frozenset({"FR", "AT"}))
    buyer = Buyer(Customer.DEALER, "NL", proof)
    made = decide(Case(Supply.ELECTRICITY, "DE", seller, buyer, date(2026, 11, 3)))
    assert made.evidence == {
        "supply": "electricity",
        "place": "DE",
        "day": "2026-11-03",
        "seller_country": "DE",
        "seller_registered_in": "AT FR",
        "buyer_kind": "dealer",
        "buyer_country": "NL",
        "buyer_vat_id": "NL004495445B01",
        "vat_id_form": "check digits are right",
        "vat_id_checked_on": "2026-11-01",
        "vat_id_answer": "VIES: valid, Shop BV",
    }


def test_rates_are_known_for_the_whole_union_and_three_neighbours() -> None:
    assert len(EU) == 27
    assert len(STANDARD) == 30
    for country in STANDARD:
        rate = standard_rate(country, date(2026, 11, 3))
        assert rate is not None
        assert Decimal(8) < rate <= 27
    for rates in STANDARD.values():
        assert [day for day, _ in rates] == sorted({day for day, _ in rates})


@pytest.mark.parametrize(
    ("vat_id", "country", "is_right"),
    [
        ("DE136695976", "DE", True),
        ("de 136.695.976", "DE", True),
        ("DE123456789", "DE", False),
        ("EL094259216", "GR", True),
        ("GB980780684", "GB", False),
        ("", "", False),
        ("12345", "", False),
        ("XX123456789", "XX", False),
    ],
)
def test_check_digits_of_a_vat_id_are_looked_at(vat_id: str, country: str, is_right: bool) -> None:
    assert (country_of(vat_id), is_well_formed(vat_id)) == (country, is_right)
