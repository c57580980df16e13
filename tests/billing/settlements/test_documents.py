"""The worked examples of docs/algorithms/settlements.md are true."""

from decimal import Decimal

import pytest

from billing.books.sharing import Bearer, Span, Taken, Terms, components
from billing.pricing.rounding import half_up, plain
from billing.services.home.making import amount_of
from tests.billing.books.test_documents import examples

NUMBERS = {"percent": Decimal, "per_kwh_minor": Decimal, "card_fee_percent": Decimal, "bearer": Bearer}


@pytest.mark.parametrize("example", examples("settlements", "share"))
def test_each_worked_share_is_what_the_books_make(example: str) -> None:
    first, second, *expected, total = [line.split() for line in example.splitlines()]
    terms = {name: NUMBERS.get(name, int)(text) for name, text in zip(first[::2], first[1::2], strict=True)}
    net, wh, card, payments, days, of = map(int, second[1::2])
    made = components(Terms(**terms), Taken(net, wh, card, payments), Span(days, of))
    assert [[part.what, plain(part.exact), str(part.minor)] for part in made] == expected
    assert sum(part.minor for part in made) == int(total[1])


@pytest.mark.parametrize("example", examples("settlements", "home")[0].splitlines())
def test_each_worked_amount_at_home_is_what_is_paid_back(example: str) -> None:
    energy_wh, per_kwh, exact, minor = example.split()
    made = amount_of(int(energy_wh), Decimal(per_kwh), "EUR")
    assert (plain(made), half_up(made)) == (exact, int(minor))
