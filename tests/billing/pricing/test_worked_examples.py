"""The examples of docs/algorithms/pricing.md are what the engine computes."""

import re
from typing import Any

import pytest

from billing.pricing.after_tariff import NO_TERMS
from billing.pricing.cdr import read_cdr
from billing.pricing.document import At
from billing.pricing.exact import loads
from billing.pricing.market import following, read_formula, read_market
from billing.pricing.rating import Rating, rate
from billing.pricing.session_reader import read_session
from billing.pricing.tariff_reader import read_tariff
from billing.pricing.usage import usage_of
from billing.services.ratings.agreed import terms_with
from cpms.ops.local import ROOT

from .usages import cost, rated_session

DOCUMENT = (ROOT / "docs" / "algorithms" / "pricing.md").read_text()
EXAMPLES = [loads(block) for block in re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_document_is_what_the_engine_computes(example: dict[str, Any]) -> None:
    prices, zone = example["tariff"], example["time_zone"]
    if "market" in example:
        rating = _followed(example)
    elif "session" in example:
        terms = terms_with(NO_TERMS, At(example), prices["currency"])
        rating = rated_session(prices, example["session"], zone, terms)
    else:
        rating = rate(read_cdr(example["cdr"], [read_tariff(prices)], zone))
    assert cost(rating) == (example["excl_vat"], example["incl_vat"])
    assert len(rating.usage.periods) == example["periods"]


def _followed(example: dict[str, Any]) -> Rating:
    """A session under a tariff that follows a market."""
    usage, formula = read_session(example["session"]), read_formula(At(example["formula"]))
    prices = read_market(At(example["market"]))
    found = following(read_tariff(example["tariff"]), formula, prices, usage.start, usage.end)
    return rate(usage_of(usage, found.series, example["time_zone"], found.notes))


def test_the_document_has_examples() -> None:
    assert len(EXAMPLES) >= 9
