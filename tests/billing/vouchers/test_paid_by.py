"""Which voucher pays how much: never more than the price, never more than is left, in order."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.books.vouchers import Credit, paid_by
from cpms.ops.local import ROOT

EASY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CREDITS = st.lists(st.integers(0, 10_000), max_size=6).map(
    lambda lefts: [Credit(str(number), left) for number, left in enumerate(lefts)]
)


@EASY
@given(CREDITS, st.integers(-5_000, 50_000))
def test_all_together_pay_what_they_can_and_no_more(credits: list[Credit], price: int) -> None:
    """Seen failing with prices below zero paid, and with each paying the whole price."""
    paid = paid_by(credits, price)
    left = {credit.key: credit.left_minor for credit in credits}
    assert sum(paid.values()) == min(max(0, price), sum(left.values()))
    assert all(0 < minor <= left[key] for key, minor in paid.items())


@EASY
@given(CREDITS, st.integers(0, 50_000), st.integers(0, 5_000))
def test_a_higher_price_takes_no_less_of_any(credits: list[Credit], price: int, more: int) -> None:
    before, after = paid_by(credits, price), paid_by(credits, price + more)
    assert all(after[key] >= minor for key, minor in before.items())


@EASY
@given(CREDITS, st.integers(0, 50_000))
def test_a_later_one_pays_only_when_those_before_are_used_up(credits: list[Credit], price: int) -> None:
    paid = paid_by(credits, price)
    paying = [credit for credit in credits if credit.key in paid]
    assert all(paid[credit.key] == credit.left_minor for credit in paying[:-1])


EXAMPLES = re.findall(r"```vouchers\n(.*?)```", (ROOT / "docs/algorithms/ledger.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_worked_examples_are_true(example: str) -> None:
    told: dict[str, Any] = json.loads(example)
    credits = [Credit(key, left) for key, left in told["left"].items()]
    for step in told["prices"]:
        paid = paid_by(credits, step["price"])
        assert paid == step["paid"]
        assert step["price"] - sum(paid.values()) == step["owed"]
        credits = [Credit(one.key, one.left_minor - paid.get(one.key, 0)) for one in credits]
    assert {one.key: one.left_minor for one in credits} == told["then"]


def test_there_is_an_example() -> None:
    assert EXAMPLES
