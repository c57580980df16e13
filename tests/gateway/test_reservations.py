"""Reservations and limits from the API through the gateway to a charger's wire and back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from cpms.core import clock
from tests.api.conftest import Api
from tests.worlds import World

from .charger import Charger, fresh, registered
from .process import Gateway, eventually


@pytest.fixture
def api(world: World) -> Api:
    return Api(world.key())


@pytest.fixture
def charger(gateway: Gateway, world: World) -> Iterator[Charger]:
    """A connected 1.6 charger with one connector."""
    connected = Charger(gateway, registered(world, fresh("CP")).identity).boot()
    yield connected
    connected.close()


def reserve(api: Api, world: World, charger: Charger, word: str = "Accepted") -> dict[str, Any]:
    """Ask over the API, answer on the wire; the reservation and the frame's payload."""
    until = (clock.now() + timedelta(hours=1)).isoformat()
    body = {"station": charger.identity, "uid": world.tag.uid, "evse_no": 1, "expires_at": until}
    made = api.post("reservations", body).json()
    frame = charger.command()
    assert frame[2] == "ReserveNow"
    assert list(frame[3]) == ["connectorId", "expiryDate", "idTag", "parentIdTag", "reservationId"]
    assert frame[3]["reservationId"] == made["number"]
    charger.answer(frame, {"status": word})
    result: dict[str, Any] = made
    return result


def becomes(api: Api, made: dict[str, Any], status: str) -> dict[str, Any]:
    def now() -> dict[str, Any] | None:
        shown: dict[str, Any] = api.get(f"reservations/{made['id']}").json()
        return shown if shown["status"] == status else None

    found = eventually(now)
    assert found
    return found


def test_a_reservation_is_used_by_the_start_that_names_it(api: Api, world: World, charger: Charger) -> None:
    """TC_046."""
    made = reserve(api, world, charger)
    becomes(api, made, "active")
    start = {
        "connectorId": 1,
        "idTag": world.tag.uid,
        "meterStart": 100,
        "timestamp": clock.now().isoformat(),
        "reservationId": made["number"],
    }
    answer = charger.call("StartTransaction", start)
    assert answer["idTagInfo"]["status"] == "Accepted"
    assert answer["idTagInfo"]["parentIdTag"] == world.group.name
    used = becomes(api, made, "used")
    assert used["transaction"] == api.get("transactions").json()["results"][0]["id"]


@pytest.mark.parametrize("word", ["Faulted", "Occupied", "Unavailable", "Rejected"])
def test_a_refused_reservation_holds_nothing(api: Api, world: World, charger: Charger, word: str) -> None:
    """TC_048_1 to TC_048_4."""
    made = reserve(api, world, charger, word)
    assert becomes(api, made, "rejected")["answer"] == word


def test_only_an_agreement_cancels(api: Api, world: World, charger: Charger) -> None:
    """TC_051, TC_052."""
    made = reserve(api, world, charger)
    becomes(api, made, "active")
    for word, status in (("Rejected", "active"), ("Accepted", "cancelled")):
        api.post(f"reservations/{made['id']}/cancel")
        frame = charger.command()
        assert frame[2:] == ["CancelReservation", {"reservationId": made["number"]}]
        charger.answer(frame, {"status": word})
        settled = eventually(
            lambda: not api.get(f"commands?station={charger.identity}&open=true").json()["results"]
        )
        assert settled
        becomes(api, made, status)
