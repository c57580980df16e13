"""Answers that cannot be used, to every action a station may be asked: none of them is a yes."""

from collections.abc import Iterator
from typing import Any

import pytest

from chargers.choices import CommandState
from chargers.models import ChargingStation, Command
from chargers.ocpp.rpc import Role, Version, calls
from chargers.ocpp.schemas import is_valid, schema
from chargers.services.commands.send import command_send
from cpms.core.actors import SYSTEM
from tests.gateway.charger import Charger, fresh, registered
from tests.gateway.orders import ORDERS
from tests.gateway.process import Gateway
from tests.worlds import World

from .conftest import final_state

pytestmark = pytest.mark.fault
OLD = Version.V16


@pytest.fixture
def station(survivor: Gateway, world: World) -> ChargingStation:
    _ = world.tag
    return registered(world, fresh("ODD"))


@pytest.fixture
def charger(survivor: Gateway, station: ChargingStation) -> Charger:
    return Charger(survivor, station.identity).boot()


def test_there_is_an_order_for_every_action() -> None:
    assert ORDERS.keys() == calls(OLD, Role.CSMS)


def properties(action: str) -> dict[str, Any]:
    """What an answer to an action may hold."""
    found: dict[str, Any] = schema(OLD, action, "response").get("properties", {})
    return found


def answered(station: ChargingStation, charger: Charger, given: dict[str, Any]) -> Iterator[Command]:
    """The settled commands after each action was answered so."""
    for action, answer in given.items():
        command = command_send(station, action, ORDERS[action], SYSTEM, timeout_s=10)
        charger.answer(charger.command(), answer)
        final_state(command)
        command.refresh_from_db()
        yield command


GARBAGE: dict[str, Any] = {"text": "zzz", "list": [5], "object": {"x": 1}, "boolean": True}


@pytest.mark.parametrize("kind", GARBAGE)
def test_f39_garbage_is_never_taken_for_yes(station: ChargingStation, charger: Charger, kind: str) -> None:
    """Invariants 16 and 18. Seen failing with parts of answers left out that could not be read."""
    given = {action: dict.fromkeys(properties(action), GARBAGE[kind]) for action in ORDERS}
    bad = {
        action: answer for action, answer in given.items() if not is_valid(OLD, action, "response", answer)
    }
    assert len(bad) >= len(ORDERS) - 2
    for command in answered(station, charger, bad):
        assert (command.state, command.error_code) == (CommandState.CALLERROR, "InvalidAnswer"), command
        assert command.result == bad[command.action]


def test_f39_an_unknown_status_is_translated_into_no_other(
    station: ChargingStation, charger: Charger
) -> None:
    """Seen failing with ReserveNow told as Unavailable, and ClearChargingProfile as Unknown."""
    for command in answered(station, charger, {action: {"status": "Foo"} for action in ORDERS}):
        assert command.state in (CommandState.CALLERROR, CommandState.REJECTED), command
        assert command.result == {"status": "Foo"}
        if "status" in properties(command.action):
            assert (command.error_code, command.error_description) == (
                "InvalidAnswer",
                "status is not one of the allowed values",
            )
    for command in answered(station, charger, {"ReserveNow": {"status": "Charging"}}):
        assert command.error_code == "InvalidAnswer", "no connector state is an answer"


HALF: dict[str, dict[str, Any]] = {
    "no list of keys": {"GetConfiguration": {"configurationKey": "zzz"}},
    "no key in the list": {"GetConfiguration": {"configurationKey": [{"readonly": 5}]}},
    "in the wrong case": {"GetConfiguration": {"ConfigurationKey": "zzz"}},
    "no schedule": {"GetCompositeSchedule": {"status": "Accepted", "chargingSchedule": []}},
    "a schedule of nothing": {"GetCompositeSchedule": {"status": "Accepted", "chargingSchedule": {}}},
    "no certificates": {"GetInstalledCertificateIds": {"status": "Accepted", "certificateHashData": [5]}},
    "no file name": {"GetDiagnostics": {"fileName": []}},
}


def test_f39_a_good_status_with_unusable_content_is_no_yes(
    station: ChargingStation, charger: Charger
) -> None:
    for given in HALF.values():
        for command in answered(station, charger, given):
            assert command.error_code == "InvalidAnswer", given


def test_an_answer_with_something_usable_still_counts(station: ChargingStation, charger: Charger) -> None:
    """Deviations that stay borne: other case, known keys without a name among good ones, nulls, extra data."""
    keys = [{"readonly": True}, {"key": "A", "readonly": True, "value": None}]
    good = {
        "GetConfiguration": {"configurationKey": keys},
        "ReserveNow": {"status": "accepted"},
        "DataTransfer": {"status": "Accepted", "data": {"vendor": "object"}},
        "UpdateFirmware": {"status": "Accepted"},
    }
    for command in answered(station, charger, good):
        assert command.state == CommandState.ACCEPTED, command
