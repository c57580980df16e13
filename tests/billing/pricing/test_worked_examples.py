"""The examples of docs/algorithms/pricing.md are what the engine computes."""

import re
from typing import Any

import pytest

from billing.pricing.cdr import read_cdr
from billing.pricing.exact import loads
from billing.pricing.rating import rate
from billing.pricing.tariff_reader import read_tariff
from cpms.ops.local import ROOT

from .usages import cost, rated_session

DOCUMENT = (ROOT / "docs" / "algorithms" / "pricing.md").read_text()
EXAMPLES = [loads(block) for block in re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_document_is_what_the_engine_computes(example: dict[str, Any]) -> None:
    prices, zone = example["tariff"], example["time_zone"]
    if "session" in example:
        rating = rated_session(prices, example["session"], zone)
    else:
        rating = rate(read_cdr(example["cdr"], [read_tariff(prices)], zone))
    assert cost(rating) == (example["excl_vat"], example["incl_vat"])
    assert len(rating.usage.periods) == example["periods"]


def test_the_document_has_examples() -> None:
    assert len(EXAMPLES) >= 9
