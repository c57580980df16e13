"""The examples of docs/algorithms/allocation.md on plans and estimates are what the engine answers."""

import json
import re
from typing import Any

import pytest

from cpms.ops.local import ROOT
from smartcharging.engine.estimate import History, Visit
from smartcharging.engine.plan import Demand
from tests.smartcharging.plan.sites import HOUR, car, kw, network, problem, solved

TEXT = (ROOT / "docs/algorithms/allocation.md").read_text()
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
PLANS = [example for example in EXAMPLES if "plan" in example]
ESTIMATES = [example for example in EXAMPLES if "estimate" in example]


def test_there_are_examples() -> None:
    assert (len(PLANS), len(ESTIMATES)) >= (4, 1)


@pytest.mark.parametrize("example", PLANS, ids=lambda example: str(example["plan"]))
def test_a_plan_of_the_page(example: dict[str, Any]) -> None:
    cars = [car(index, **fields) for index, fields in enumerate(example["cars"])]
    wires = network(example.get("limit_a", 1000.0), len(cars))
    demand = Demand(**example["demand"]) if "demand" in example else None
    plan = solved(problem(cars, example["price"], wires, demand=demand))
    assert [kw(plan, index) for index in range(len(cars))] == example["kw"]
    assert [one.reason.value for one in plan.unmet] == example.get("unmet", [])


@pytest.mark.parametrize("example", ESTIMATES, ids=lambda example: str(example["estimate"]))
def test_an_estimate_of_the_page(example: dict[str, Any]) -> None:
    pairs = zip(example["stays_h"], example["kwh"], strict=True)
    history = History(Visit(8, stay * HOUR, kwh * 1000) for stay, kwh in pairs)
    found = history.estimate(8, delivered_wh=example["delivered_kwh"] * 1000)
    assert found.left_s / HOUR == pytest.approx(example["left_h"])
    assert found.guaranteed_wh / 1000 == pytest.approx(example["guaranteed_kwh"])
