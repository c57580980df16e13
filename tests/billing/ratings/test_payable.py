"""What is posted adds up to what is to be paid, whatever the rates and the limits are."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from billing.pricing.exact import Rational
from billing.pricing.rating import Bill
from billing.pricing.rounding import minor_units
from billing.pricing.tax import TaxLine, total
from billing.services.ratings.payable import payable, tax_code

AMOUNTS = st.fractions(min_value=0, max_value=500, max_denominator=10_000)
RATES = st.sampled_from([None, 0, 7, 19, Fraction(77, 10)])


def bill(*lines: tuple[Rational | None, Rational, Rational], currency: str = "EUR") -> Bill:
    """A bill of these rates, nets and taxes."""
    taxes = [TaxLine(*line) for line in lines]
    return Bill(currency, [], taxes, total(taxes), minor_units(total(taxes).gross, currency), 0)


@given(
    nets=st.dictionaries(RATES, AMOUNTS, min_size=1, max_size=4),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_the_parts_add_up_to_the_payable_gross(nets: dict[Rational | None, Fraction], currency: str) -> None:
    made = bill(*((rate, net, net * (rate or 0) / 100) for rate, net in nets.items()), currency=currency)
    amount = payable(made, "DE")
    assert amount.gross_minor == made.gross_minor
    assert all(part.tax_minor == 0 for part in amount.parts if not part.tax_code)
    assert all(part.net_minor >= 0 for part in amount.parts)


def test_one_rate_is_rounded_as_its_totals() -> None:
    part = payable(bill((19, Fraction("10.004"), Fraction("1.90076"))), "DE").parts[0]
    assert (part.net_minor, part.tax_minor, part.tax_code) == (1000, 190, "DE-19")


def test_no_tax_and_a_rate_of_nothing_are_one_part_without_a_code() -> None:
    amount = payable(bill((None, Fraction(1), 0), (0, Fraction(2), 0)), "DE")
    assert [(part.net_minor, part.tax_code) for part in amount.parts] == [(300, "")]


def test_a_tax_without_a_rate_joins_the_largest_that_has_one() -> None:
    amount = payable(
        bill((19, Fraction(10), Fraction("1.9")), (7, Fraction(1), Fraction("0.07")), (None, 1, 1)), "DE"
    )
    assert [(part.net_minor, part.tax_minor, part.tax_code) for part in amount.parts] == [
        (1100, 290, "DE-19"),
        (100, 7, "DE-7"),
    ]


def test_nothing_is_one_part_of_nothing() -> None:
    assert payable(bill(), "DE").gross_minor == 0


def test_a_code_names_country_and_rate() -> None:
    assert (tax_code("DE", Fraction(77, 10)), tax_code("", 19), tax_code("DE", 0)) == ("DE-7.7", "19", "")
