"""What was published about other systems, tried here: T-AUTH, T-DUP and T-IDLEAK of the reliability design.

T-RATE is `test_b65_guessing_is_held_off_and_the_right_charger_still_gets_in` and the tests of throttling, T-PROFILE the
tests of security profiles.
"""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from websockets.sync.client import ClientConnection

from chargers.models import ChargingStation, StationConnection, Transaction
from chargers.services.stations.registration import station_update
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.conftest import Events
from tests.gateway.charger import (
    KEY,
    VERSION_16,
    VERSION_201,
    Charger,
    basic,
    dial,
    fresh,
    refusal,
    registered,
)
from tests.gateway.process import Gateway, eventually
from tests.worlds import World

from .conftest import Calm
from .test_handshakes import SPELLINGS


@pytest.fixture
def station(gateway: Gateway, world: World, calm: Calm) -> ChargingStation:
    return registered(world, fresh("CP"))


def credentials(identity: str) -> dict[str, Any]:
    """None, empty, anybody's, and things that only look right."""
    return {
        "none": None,
        "empty": basic("", ""),
        "user only": basic(identity, ""),
        "the identity as password": basic(identity, identity),
        "defaults": basic("admin", "admin"),
        "colon in front": {"Authorization": "Basic " + base64.b64encode(f":{KEY}".encode()).decode()},
        "bearer": {"Authorization": f"Bearer {KEY}"},
        "in another header": {"Proxy-Authorization": basic(identity, KEY)["Authorization"]},
        "as cookie": {"Cookie": f"password={KEY}; sessionid={KEY}"},
    }


@pytest.mark.parametrize("name", list(credentials("")))
def test_t_auth_nothing_but_the_right_credentials_opens_a_socket(
    gateway: Gateway, station: ChargingStation, name: str
) -> None:
    """CVE-2025-54816, CVE-2026-20781, -24731, -25851, -27772, -27028, -26288, -22552, -26051, CVE-2024-44843.

    Seen failing with no credentials taken for the right ones, and with an empty password taken for the right one.
    """
    for n, spelling in enumerate(SPELLINGS[:-1]):
        headers = credentials(station.identity)[name]
        path, source = spelling.format(station.identity), f"127.0.2.{n + 1}"
        refused = refusal(
            gateway, path, headers=headers, subprotocols=[VERSION_16, VERSION_201], source=source
        )
        assert refused.response.status_code == 401, spelling
    assert not StationConnection.objects.filter(station=station, opened_at__isnull=False).exists()


def exempted(station: ChargingStation) -> ChargingStation:
    return station_update(station, SYSTEM, open_until=clock.now() + timedelta(hours=1))


def serves(connection: ClientConnection) -> None:
    connection.send('[2,"1","Heartbeat",{}]')
    assert "currentTime" in str(connection.recv(timeout=5))


def test_t_dup_a_newcomer_without_credentials_displaces_nobody(
    gateway: Gateway, station: ChargingStation, events: Events
) -> None:
    """CVE-2025-55705, CVE-2026-27652, -25945, -20792, -26290, -20748, -24912, -20882.

    Seen failing without `contest`.
    """
    exempted(station)
    holder = dial(gateway, station.identity, subprotocols=[VERSION_16])
    for source in ("127.0.0.2", "127.0.0.3"):
        refused = refusal(gateway, station.identity, subprotocols=[VERSION_16], source=source)
        assert refused.response.status_code == 409
    serves(holder)
    assert len(eventually(lambda: events.of("station.contested"))) >= 1


def test_t_dup_a_wrong_password_does_not_displace_either(gateway: Gateway, station: ChargingStation) -> None:
    holder = Charger(gateway, station.identity).boot()
    for headers in (None, basic(station.identity, "not-the-password"), basic("x", KEY)):
        refused = refusal(gateway, station.identity, headers=headers, source="127.0.0.2")
        assert refused.response.status_code == 401
    assert holder.call("Heartbeat", {})
    assert StationConnection.objects.get(station=station).epoch == 1


@pytest.mark.parametrize("is_alive", [True, False], ids=["live", "dead"])
def test_t_dup_the_station_itself_comes_back_and_its_session_is_whole(
    gateway: Gateway, station: ChargingStation, is_alive: bool
) -> None:
    """The newest authenticated socket wins; the old one is closed and can write no more."""
    old = Charger(gateway, station.identity).boot()
    started = old.start("OURS-CARD")
    if not is_alive:
        old.vanish()
    newest = Charger(gateway, station.identity, source="127.0.0.2").boot()
    if is_alive:
        assert old.close_code() == 4001
    newest.stop(started["transactionId"], 3000)
    row = Transaction.objects.get()
    assert (row.energy_wh, StationConnection.objects.get(station=station).epoch) == (2000, 2)


def test_t_idleak_no_public_address_tells_an_identity(world: World, station: ChargingStation) -> None:
    """CVE-2026-20733, -27777, -20791, -27027, -28204: whoever is not signed in sees no identity anywhere."""
    from tests.test_isolation import ROUTES, filled

    known = [station.identity]
    for _, template in ROUTES:
        for address in filled(template, known):
            answer = Client(raise_request_exception=False).get(address)
            body = answer.getvalue()
            # The address itself may come back as where to go on after signing in.
            shown = body.decode(errors="replace").replace(address, "")
            if answer.status_code != 302:
                assert station.identity not in shown, address
            assert answer.status_code not in (500, 503), address


@pytest.mark.parametrize("template", ["/api/v1/stations/{}", "/api/v1/stations/{}/messages", "/stations/{}/"])
def test_t_idleak_known_and_unknown_ids_look_the_same(
    station: ChargingStation, other_world: World, template: str
) -> None:
    """Nobody, and somebody of another organisation: same status, same body, whichever id they try."""
    stranger = Client()
    stranger.force_login(other_world.owner)
    key = {"Authorization": f"Api-Key {other_world.key()}"}
    for client, headers in ((Client(), {}), (stranger, key if "api" in template else {})):
        answers = []
        for ref in (station.public_id, "cst_01M7Y7V1TGJ7F047Z77NZKZ3JZ", station.identity, "NOBODY"):
            answer = client.get(template.format(ref), headers=headers)
            answers.append((answer.status_code, answer.content.decode().replace(ref, "REF")))
        assert len({status for status, _ in answers}) == 1, answers
        assert not any(station.identity in body for _, body in answers[:1])
        assert answers[0][0] in (302, 401, 404)
