"""Whatever invoices and credit notes are made of, they pass schema and rules of EN 16931 in both syntaxes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.books.totals import Item, totals
from billing.einvoice.cii import cii
from billing.einvoice.model import CREDIT_NOTE, INVOICE, Document, Line, Party, Preceding, Tax, Unfit
from billing.einvoice.ubl import ubl

from .rules import broken

SELLER = Party(
    "Nordlicht Laden GmbH",
    "DE",
    "Hafenstraße 12",
    "20457",
    "Hamburg",
    "DE136695976",
    "",
    "office@nordlicht.example",
)
BUYER = Party("Möbel Grün AG", "NL", "Werkweg 3", "1011 AB", "Amsterdam", "NL004495445B01")
DAY = date(2026, 11, 3)


def made(items: list[Item], **facts: object) -> Document:
    """A document of these payables, added up as invoices are."""
    sums = totals(items)
    lines = tuple(
        Line(n, f"Charging {n} <&>", Decimal("12.345"), "KWH", net, item.category, item.rate, DAY, DAY)
        for n, (item, net) in enumerate(zip(items, sums.nets_minor, strict=True), 1)
    )
    taxes = tuple(Tax(tax.category, tax.rate, tax.net_minor, tax.tax_minor) for tax in sums.taxes)
    its = {
        "type_code": INVOICE, "number": "2026-000001", "issued_on": DAY, "due_on": date(2026, 11, 17),
        "currency": "EUR", "seller": SELLER, "buyer": BUYER, "first_day": date(2026, 11, 1), "last_day": DAY,
        "lines": lines, "taxes": taxes, "rounding_minor": sums.rounding_minor, "paid_minor": 0,
        "terms": "Please pay.", "iban": "DE89370400440532013000",
    }  # fmt: skip
    return Document(**{**its, **facts})  # type: ignore[arg-type]


RATES = st.sampled_from(
    [Decimal(rate) for rate in ("2.1", "5.5", "7", "8.1", "19", "20", "21", "25.5", "27")]
)
GROSS = st.integers(-50_000, 500_000)
TAXED = st.builds(lambda gross, rate: Item(gross, "S", rate, f"X-{rate}"), GROSS, RATES)
UNTAXED = st.builds(
    lambda gross, kind: Item(gross, kind, Decimal(0)), GROSS, st.sampled_from(["Z", "E", "AE"])
)
MIXED = st.lists(TAXED | UNTAXED, min_size=1, max_size=8)
OUTSIDE = st.lists(st.builds(lambda gross: Item(gross, "O", Decimal(0)), GROSS), min_size=1, max_size=3)
NOTE = {"type_code": CREDIT_NOTE, "preceding": Preceding("2026-000001", DAY), "due_on": None}
KINDS = st.sampled_from([{}, NOTE, {"iban": ""}, {"is_card": True}, {"notes": ("Reverse charge",)}])
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fits(items: list[Item]) -> bool:
    return sum(item.gross_minor for item in items) >= 0


@SLOW
@given((MIXED | OUTSIDE).filter(fits), KINDS, st.booleans())
def test_every_document_passes_schema_and_rules_in_both_syntaxes(
    items: list[Item], facts: dict, is_paid: bool
) -> None:
    document = made(items, **facts)
    if is_paid:
        document = made(items, **facts, paid_minor=sum(item.gross_minor for item in items))
        assert document.due_minor == 0
    assert broken(ubl(document)) == []
    assert broken(cii(document)) == []


@pytest.mark.parametrize("write", [ubl, cii])
def test_a_document_that_does_not_add_up_is_found_out(write) -> None:  # type: ignore[no-untyped-def]
    """The rules are really looked at. Their own tolerance is one unit of the currency."""
    good = made([Item(1190, "S", Decimal(19), "DE-19")])
    wrong = made([Item(1190, "S", Decimal(19), "DE-19")], taxes=(Tax("S", Decimal(19), 1000, 590),))
    assert broken(write(good)) == []
    assert any("BR-S-09" in rule or "BR-CO-17" in rule for rule in broken(write(wrong))), broken(write(wrong))


def test_sums_are_those_of_the_books() -> None:
    """Three sessions of 0.33: rounding absorbs what the rates leave."""
    document = made([Item(122, "S", Decimal(19), "DE-19")])
    assert (document.net_minor, document.tax_minor, document.rounding_minor, document.due_minor) == (
        103,
        20,
        -1,
        122,
    )
    assert b'<cbc:PayableRoundingAmount currencyID="EUR">-0.01</cbc:PayableRoundingAmount>' in ubl(document)
    assert b"<ram:RoundingAmount>-0.01</ram:RoundingAmount>" in cii(document)


@pytest.mark.parametrize(
    ("items", "facts", "words"),
    [
        ([], {}, "at least one line"),
        ([Item(100, "S", Decimal(19))], {"currency": "KWD"}, "two decimals"),
        ([Item(100, "S", Decimal(19)), Item(1, "O", Decimal(0))], {}, "document of its own"),
        ([Item(100, "AE", Decimal(0))], {"buyer": Party("x", "NL")}, "buyer needs a VAT id"),
        ([Item(100, "S", Decimal(19))], {"seller": Party("x", "NL")}, "seller needs a VAT id"),
    ],
)
def test_what_the_norm_cannot_say_is_refused(items: list[Item], facts: dict, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        made(items, **facts)


def test_a_seller_without_a_vat_id_shows_its_tax_number() -> None:
    seller = Party("Hof Strom", "DE", "Dorf 1", "24000", "Kiel", tax_number="20/123/45678")
    document = made([Item(500, "E", Decimal(0))], seller=seller)
    for write in (ubl, cii):
        assert broken(write(document)) == []
        assert b"20/123/45678" in write(document)


def test_hostile_text_stays_text() -> None:
    buyer = Party("<x/>\x00\x1f & ]]> \ud800", "NL", "\x0b")
    document = made([Item(100, "S", Decimal(19))], buyer=buyer)
    for write in (ubl, cii):
        assert broken(write(document)) == []
        assert b"<x/>" not in write(document)
