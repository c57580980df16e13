"""Wires nobody can calculate with are refused, and the refusal names the place."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from chargers.models import Evse
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine
from smartcharging.engine.network import NetworkError
from smartcharging.models import Circuit
from smartcharging.services.circuits import (
    circuit_create,
    circuit_remove,
    circuit_update,
    outlet_set,
    policy_set,
)
from tests.worlds import World

FUSE = [63.0, 63.0, 63.0]


@pytest.fixture
def root(world: World) -> Circuit:
    return circuit_create(world.site, SYSTEM, name="grid", limit_a=FUSE)


def test_a_loop_of_parents_is_refused(world: World, root: Circuit) -> None:
    board = circuit_create(world.site, SYSTEM, name="board", parent=root, limit_a=FUSE)
    feeder = circuit_create(world.site, SYSTEM, name="feeder", parent=board, limit_a=FUSE)
    with pytest.raises(NetworkError) as refused:
        circuit_update(board, SYSTEM, parent=feeder)
    assert refused.value.place in (board.public_id, feeder.public_id)
    assert "loop" in refused.value.problem
    assert Circuit.objects.get(pk=board.pk).parent == root


@pytest.mark.parametrize("limit", [[63.0, 63.0], [63.0, None, 63.0], [], None, [-1.0, 63.0, 63.0]])
def test_a_circuit_needs_a_limit_for_each_line(world: World, root: Circuit, limit: Any) -> None:
    with pytest.raises(NetworkError, match="limit"):
        circuit_create(world.site, SYSTEM, name="board", parent=root, limit_a=limit)
    assert Circuit.objects.count() == 1


def test_a_site_has_one_grid_connection(world: World, root: Circuit) -> None:
    with pytest.raises(NetworkError, match="exactly one"):
        circuit_create(world.site, SYSTEM, name="second", limit_a=FUSE)


def test_a_circuit_hangs_on_its_own_site(world: World, other_world: World, root: Circuit) -> None:
    with pytest.raises(ValidationError, match="another site"):
        circuit_create(other_world.site, SYSTEM, name="board", parent=root, limit_a=FUSE)


@pytest.mark.parametrize("wires", [{"lines": [0, 0, 1]}, {"lines": []}, {"between": True}, {"step_a": 0.0}])
def test_impossible_wires_of_an_outlet_are_refused(world: World, root: Circuit, wires: Any) -> None:
    evse = Evse.objects.get(station=world.station)
    with pytest.raises((NetworkError, ValidationError)):
        outlet_set(evse, SYSTEM, circuit=root, **wires)
    assert not root.outlets.exists()


def test_a_circuit_in_use_stays(world: World, root: Circuit) -> None:
    outlet_set(Evse.objects.get(station=world.station), SYSTEM, circuit=root)
    with pytest.raises(ValidationError, match="move them first"):
        circuit_remove(root, SYSTEM)


def test_a_site_without_wires_is_not_shared(world: World) -> None:
    with pytest.raises(NetworkError):
        policy_set(world.site, SYSTEM, managed=True)


def test_who_changed_the_wires_is_written_down(world: World, root: Circuit) -> None:
    circuit_update(root, SYSTEM, limit_a=[50.0, 50.0, 50.0])
    acts = AuditLine.objects.filter(subject=root.public_id).order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["circuit.created", "circuit.changed"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("service_minimum_a", 3.0, "is 0 A, or at least 6 A"),
        ("service_minimum_a", -1.0, "is a number of 0 or more"),
        ("service_minimum_a", float("nan"), "is a number of 0 or more"),
        ("margin_sigmas", float("inf"), "is a number of 0 or more"),
        ("building_worst_a", [1.0, float("nan"), 1.0], "a current of 0 A or more for each of three lines"),
    ],
)
def test_a_policy_nobody_can_reckon_with_is_refused_at_its_field(
    world: World, root: Circuit, field: str, value: Any, words: str
) -> None:
    """3 A would be raised to the 6 A with which a car begins to charge, unasked."""
    with pytest.raises(ValidationError, match=words) as refused:
        policy_set(world.site, SYSTEM, **{field: value})
    assert list(refused.value.message_dict) == [field]


def test_in_silence_cars_may_get_nothing_or_what_they_can_charge_with(world: World, root: Circuit) -> None:
    for amps in (0.0, 6.0, 8.0):
        assert policy_set(world.site, SYSTEM, service_minimum_a=amps).service_minimum_a == amps
