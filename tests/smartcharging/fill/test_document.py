"""The examples of docs/algorithms/allocation.md on fill, dispatch and fail-safe are what the engine answers."""

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cpms.ops.local import ROOT
from smartcharging.engine.dispatch import Bucket, Channel, back, confirmed, dispatch, ordered
from smartcharging.engine.failsafe import proof
from smartcharging.engine.fill import Budget, Car, shed

from .sites import filled, flat_site

TEXT = (ROOT / "docs/algorithms/allocation.md").read_text()
EXAMPLES: list[dict[str, Any]] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.S)]


def of(kind: str) -> Any:
    """The examples of a kind as cases."""
    found = [one for one in EXAMPLES if kind in one]
    return pytest.mark.parametrize("example", found, ids=[one[kind] for one in found])


def test_the_document_has_examples_of_each_kind() -> None:
    kinds = [kind for one in EXAMPLES for kind in ("fill", "shed", "dispatch", "failsafe") if kind in one]
    assert sorted(kinds) == ["dispatch", "failsafe", "failsafe", "fill", "fill", "shed"]


@of("fill")
def test_a_fill_is_what_follows(example: dict[str, Any]) -> None:
    cars = [Car(f"e{i}", **car) for i, car in enumerate(example["cars"])]
    grants = filled(flat_site(example["limit_a"], len(cars)), cars)
    reasons = [grants.reason(car.outlet) for car in cars]
    assert grants.amps.tolist() == example["amps"]
    assert [reason.why.value if reason else None for reason in reasons] == example["why"]


@of("shed")
def test_an_emergency_is_what_follows(example: dict[str, Any]) -> None:
    cars = [Car(f"e{i}", **car) for i, car in enumerate(example["cars"])]
    wiring = flat_site(example["limit_a"], len(cars))
    had = np.array(example["had"], dtype=float)
    assert shed(wiring, Budget.of(wiring.rows), cars, had).amps.tolist() == example["amps"]


@of("dispatch")
def test_orders_are_what_follows(example: dict[str, Any]) -> None:
    channels = {
        f"e{i}": replace(back(Channel(f"e{i}", 32.0), 0.0), confirmed_a=amps)
        for i, amps in enumerate(example["holds"])
    }
    assert _sent(example, channels, 0) == example["sent"]
    for outlet, amps, _ in example["sent"]:
        channels[outlet] = confirmed(channels[outlet], amps, 10)
    assert _sent(example, channels, 20) == example["then"]


def _sent(example: dict[str, Any], channels: dict[str, Channel], now_s: float) -> list[list[Any]]:
    wiring = flat_site(example["room_a"], len(channels))
    targets = np.array(example["targets"], dtype=float)
    outbox = dispatch(wiring, Budget.of(wiring.rows).available, targets, channels, Bucket(), now_s)
    for order in outbox.orders:
        channels[order.outlet] = ordered(channels[order.outlet], order, now_s)
    return [[order.outlet, order.amps, order.sort.value] for order in outbox.orders]


@of("failsafe")
def test_a_proof_is_what_follows(example: dict[str, Any]) -> None:
    highest = np.array(example["highest_a"], dtype=float)
    wiring = flat_site(example["limit_a"], len(highest))
    found = proof(wiring, highest, np.full(3, float(example["building_a"])))
    assert (found.holds, found.lines[0].total) == (example["holds"], example["total"])
    assert [[change.outlet, change.to_a] for change in found.changes] == example["changes"]
