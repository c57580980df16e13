"""Deviations 1 to 9: the way in."""

import socket

import pytest
from django.conf import settings
from django.urls import reverse

from chargers.choices import Quirk
from chargers.models import ChargingStation, StationConnection
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
from tests.gateway.process import Gateway
from tests.worlds import World

from .conftest import Look

RAW = bytes(range(200, 220))


def strictly(identity: str) -> None:
    ChargingStation.objects.filter(identity=identity).update(strict=True)


def test_deviation_01_no_subprotocol_header(gateway: Gateway, identity: str, look: Look) -> None:
    """Seen failing with the note left out of `oddities.of_handshake`."""
    wire = dial(gateway, identity, headers=basic(identity, KEY))
    wire.send('[2,"1","Heartbeat",{}]')
    assert "currentTime" in str(wire.recv(timeout=5))
    assert StationConnection.objects.get(station__identity=identity).subprotocol == VERSION_16
    look.noted(identity, Quirk.NO_SUBPROTOCOL)
    strictly(identity)
    assert refusal(gateway, identity, headers=basic(identity, KEY)).response.status_code == 400


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["OCPP1.6"], "OCPP1.6"),
        (["ocpp2.0.1.1", VERSION_16], VERSION_16),
        (["ocpp9.9", VERSION_201], VERSION_201),
    ],
)
def test_deviation_02_odd_subprotocols(
    gateway: Gateway, identity: str, look: Look, offered: list[str], chosen: str
) -> None:
    wire = dial(gateway, identity, headers=basic(identity, KEY), subprotocols=offered)
    assert wire.subprotocol == chosen
    look.noted(identity, Quirk.ODD_SUBPROTOCOL)


def test_deviation_02_only_unknown_subprotocols(gateway: Gateway, identity: str, look: Look) -> None:
    wire = dial(gateway, identity, headers=basic(identity, KEY), subprotocols=["ocpp2.0.1.1"])
    with pytest.raises(Exception, match="1002"):
        wire.recv(timeout=5)
    look.noted(identity, Quirk.NO_COMMON_VERSION)


def test_deviation_02_strict_stations_are_taken_by_the_letter(gateway: Gateway, identity: str) -> None:
    strictly(identity)
    wire = dial(gateway, identity, headers=basic(identity, KEY), subprotocols=["OCPP1.6"])
    with pytest.raises(Exception, match="1002"):
        wire.recv(timeout=5)


def test_deviation_03_version_changes_between_connections(
    gateway: Gateway, identity: str, look: Look
) -> None:
    probe = Charger(gateway, identity)
    probe.close()
    modern = Charger(gateway, identity, version=VERSION_201).boot_201()
    status = {
        "evseId": 1,
        "connectorId": 1,
        "connectorStatus": "Available",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    assert modern.call("StatusNotification", status) == {}
    look.noted(identity, Quirk.VERSION_CHANGED)


def test_deviation_04_payloads_of_another_version(gateway: Gateway, identity: str, look: Look) -> None:
    """Seen failing with `fits_another_version` returning False."""
    modern = Charger(gateway, identity, version=VERSION_201)
    answer = modern.ask("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
    assert (answer[0], answer[2], answer[4]) == (4, "FormatViolation", {})
    modern.boot_201()
    look.noted(identity, Quirk.OTHER_VERSION)


@pytest.mark.parametrize("path", ["/{}", "//{}", "{}/", "%43%50{}", "/%43%50{}//"])
def test_deviation_05_spellings_of_the_address(
    gateway: Gateway, identity: str, look: Look, path: str
) -> None:
    spelled = path.format(identity.removeprefix("CP") if "%" in path else identity)
    dial(gateway, spelled, headers=basic(identity, KEY), subprotocols=[VERSION_16])
    look.noted(identity, Quirk.URL_SPELLING)


@pytest.mark.parametrize("identity_", ["CP_under-{}", "CP.{}@x=1|2+3*4", "C" * 40 + "{}"])
def test_deviation_05_all_characters_of_identities(gateway: Gateway, world: World, identity_: str) -> None:
    station = registered(world, identity_.format(fresh("X"))).identity
    assert Charger(gateway, station).boot().call("Heartbeat", {})
    assert "url_spelling" not in ChargingStation.objects.get(identity=station).quirks


@pytest.mark.parametrize("path", ["", "/", "///", "%20", "CP%2F1", "CP 1".replace(" ", "%20")])
def test_deviation_05_no_identity_is_not_found(gateway: Gateway, db: None, path: str) -> None:
    assert refusal(gateway, path, headers=basic("x", KEY)).response.status_code == 404


def test_deviation_06_both_spellings_of_the_address_are_shown(charger: Charger, look: Look) -> None:
    """Chargers that add their identity by themselves want the one, all others the other."""
    station = ChargingStation.objects.get(identity=charger.identity)
    page = look.page(reverse("dashboard:station_settings", args=[station.public_id]))
    assert f">{settings.OCPP_PUBLIC_URL}<" in page
    assert f">{settings.OCPP_PUBLIC_URL}/{charger.identity}<" in page


@pytest.mark.parametrize(
    "lines",
    [
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: banana\r\n",
        "Upgrade: websocket\r\nno colon here\r\n",
    ],
)
def test_deviation_07_malformed_handshakes(gateway: Gateway, charger: Charger, lines: str) -> None:
    """The fixture of the gateway fails on a traceback in its log."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as wire:
        wire.sendall(f"GET /ocpp/{charger.identity} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
        assert wire.recv(100).split(b" ")[1] in (b"400", b"426")
    assert charger.call("Heartbeat", {})


@pytest.mark.parametrize("form", [RAW, RAW.hex().upper().encode()], ids=["raw bytes", "upper case"])
def test_deviation_08_the_password_in_another_form(
    gateway: Gateway, world: World, look: Look, form: bytes
) -> None:
    """Seen failing without `other_forms`."""
    identity = registered(world, fresh("CP"), RAW.hex()).identity
    dial(gateway, identity, headers=basic(identity, form), subprotocols=[VERSION_16])
    look.noted(identity, Quirk.KEY_FORM)
    strictly(identity)
    assert refusal(gateway, identity, headers=basic(identity, form)).response.status_code == 401
    dial(gateway, identity, headers=basic(identity, RAW.hex()), subprotocols=[VERSION_16])


@pytest.mark.parametrize("key", [b"", b"\x00", b"null", b"short", b"x" * 64, RAW, RAW.hex().encode()])
def test_deviation_08_wrong_passwords_of_any_form(gateway: Gateway, identity: str, key: bytes) -> None:
    refused = refusal(gateway, identity, headers=basic(identity, key)).response
    assert refused.status_code == 401
    assert "WWW-Authenticate" in refused.headers


def test_deviation_08_a_long_password_is_taken_whole(gateway: Gateway, world: World) -> None:
    key = "k" * 63 + "1"
    identity = registered(world, fresh("CP"), key).identity
    assert Charger(gateway, identity, key).boot()
    assert refusal(gateway, identity, headers=basic(identity, key[:-1] + "2")).response.status_code == 401
