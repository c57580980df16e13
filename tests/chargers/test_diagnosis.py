"""The connection doctor: what it finds, how it says it, and what to change on the charger."""

import socket
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from chargers.choices import CommandState, Health, RefusalReason, Registration
from chargers.models import ChargingStation, RefusedHandshake, StationConnection
from chargers.services.commands.send import command_send
from chargers.services.diagnosis import network as diagnosis_network
from chargers.services.diagnosis.diagnose import Diagnosis, diagnose
from chargers.services.diagnosis.facts import Finding, Reached
from chargers.services.stations.refusals import (
    MOST_ROWS,
    Attempt,
    first_pongs,
    refusals_forget,
    refusals_store,
)
from chargers.services.stations.registration import station_register, station_rekey
from chargers.services.stations.unknown import Knock, knocked
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.core.secrets import machine_key_hash
from tests.worlds import World

from .test_explain import log, stamp

HERE = Reached("here", 9000, False, ("127.0.0.1",), port_error="")
KEY = "a-password-of-20-char"


@pytest.fixture
def fresh(world: World) -> ChargingStation:
    """A station that has never connected."""
    return station_register(world.organisation, "CP-1", SYSTEM, password=KEY)[0]


def attempt(
    reason: RefusalReason = RefusalReason.WRONG_PASSWORD, key: str = "", user: str = "CP-1", **changes: object
) -> Attempt:
    forms = dict.fromkeys((key.encode(), key.encode().strip()))
    hashes = tuple(machine_key_hash("CP-1", form) for form in forms) if key else ()
    plain = Attempt("CP-1", "1.2.3.4", reason, "", "ocpp1.6", "agent", clock.now(), user == "CP-1", hashes)
    for name, value in changes.items():
        setattr(plain, name, value)
    return plain


def examined(station: ChargingStation, reached: Reached = HERE) -> Diagnosis:
    return diagnose(station, reached)


def about(found: Diagnosis, topic: str) -> Finding:
    return next(finding for finding in found.findings if finding.topic == topic)


def test_a_station_nobody_has_heard_of(fresh: ChargingStation) -> None:
    found = examined(fresh)
    assert found.headline == "We have never heard from it, and nobody has tried."
    assert about(found, "Connection").health == Health.BAD
    setting = about(found, "Address").setting
    assert "ws://127.0.0.1:9000/ocpp/CP-1;" in setting
    assert setting.endswith("append their identity themselves: ws://127.0.0.1:9000/ocpp")


@pytest.mark.parametrize(
    ("key", "user", "reason", "words"),
    [
        ("not-the-password", "CP-1", RefusalReason.WRONG_PASSWORD, "make a new password"),
        (KEY, "cp-1", RefusalReason.WRONG_USER, "User name: exactly CP-1"),
        (KEY + "\n", "CP-1", RefusalReason.PADDED_PASSWORD, "without blanks"),
    ],
)
def test_what_is_wrong_with_a_password_is_told_apart(
    fresh: ChargingStation, key: str, user: str, reason: RefusalReason, words: str
) -> None:
    refusals_store([attempt(key=key, user=user, count=3)])
    found = examined(fresh)
    assert found.headline.startswith("We have never heard from it; 3 refused attempts in the last 24 hours")
    assert "from 1.2.3.4" in found.headline
    assert RefusedHandshake.objects.get().reason == reason
    assert (about(found, "Password").health, words in about(found, "Password").setting) == (Health.BAD, True)
    assert "AuthorizationKey" in about(found, "Password").setting or user != "CP-1"


def test_the_replaced_password_is_recognised(fresh: ChargingStation) -> None:
    """Seen failing without `former_key_hash` in `_set_key`."""
    station_rekey(fresh, SYSTEM)
    refusals_store([attempt(key=KEY)])
    assert RefusedHandshake.objects.get().reason == RefusalReason.OLD_PASSWORD
    assert "replaced" in about(examined(fresh), "Password").sentence


def test_an_identity_that_is_twice_in_the_path_is_spotted(fresh: ChargingStation) -> None:
    refusals_store([attempt(RefusalReason.WRONG_PATH, detail="/ocpp/CP-1/CP-1")])
    finding = next(f for f in examined(fresh).findings if "twice" in f.sentence)
    assert finding.setting == "Server address ws://127.0.0.1:9000/ocpp, without the identity"


def test_a_version_we_do_not_speak_is_named(fresh: ChargingStation) -> None:
    refusals_store([attempt(RefusalReason.NO_COMMON_VERSION, subprotocols="ocpp1.5")])
    assert (
        "It offers ocpp1.5; we speak ocpp2.0.1 and ocpp1.6." in about(examined(fresh), "Subprotocol").sentence
    )


@pytest.mark.parametrize("reason", RefusalReason)
def test_every_reason_is_explained(fresh: ChargingStation, reason: RefusalReason) -> None:
    """Seen failing with a reason that had no explanation: the page answered 500."""
    refusals_store([attempt(reason)])
    found = examined(fresh)
    assert "1.2.3.4" in found.headline
    assert any("last 0 s ago" in finding.sentence for finding in found.findings)


def test_the_profile_it_reached_is_held_against_the_one_it_must_reach(world: World) -> None:
    station = world.station
    ChargingStation.objects.update(security_profile_floor=2)
    station.refresh_from_db()
    finding = about(examined(station), "Security")
    assert (finding.health, "profile 2 is asked for" in finding.sentence) == (Health.WARN, True)


def test_a_flood_of_addresses_stays_bounded_and_is_counted(fresh: ChargingStation) -> None:
    """Seen failing without `has_room`."""
    for n in range(60):
        refusals_store([attempt(remote_address=f"10.0.0.{n}", key="x")])
    assert RefusedHandshake.objects.count() <= MOST_ROWS + 1
    assert sum(RefusedHandshake.objects.values_list("count", flat=True)) == 60


def test_a_name_nobody_registered_makes_no_row(fresh: ChargingStation) -> None:
    refusals_store([attempt(identity="SOMEBODY")])
    assert not RefusedHandshake.objects.exists()


def test_nothing_that_was_offered_as_a_password_is_kept(fresh: ChargingStation) -> None:
    refusals_store([attempt(key="a-secret-password")])
    row = RefusedHandshake.objects.values().get()
    assert "a-secret" not in str(row)
    assert machine_key_hash("CP-1", b"a-secret-password") not in str(row)


def test_old_attempts_are_forgotten(fresh: ChargingStation) -> None:
    refusals_store([attempt(last_at=clock.now() - timedelta(days=8)), attempt(RefusalReason.BROWSER)])
    assert refusals_forget() == 1


def test_a_connected_station_is_well(world: World) -> None:
    StationConnection.objects.filter(station=world.station).update(pong_epoch=1)
    log(world.station, "StatusNotification", _status(timedelta()), clock.now())
    world.station.last_boot_at = clock.now()
    found = examined(world.station)
    assert (found.headline, found.is_well) == ("It is connected, and nothing is wrong.", True)
    assert about(found, "Pings").sentence == "It answers our pings."
    assert about(found, "Clock").health == Health.OK


def test_a_connected_station_with_a_refused_attempt_is_not_called_faultless(world: World) -> None:
    StationConnection.objects.filter(station=world.station).update(pong_epoch=1)
    log(world.station, "StatusNotification", _status(timedelta()), clock.now())
    world.station.last_boot_at = clock.now()
    refusals_store([attempt(RefusalReason.WRONG_PASSWORD, identity=world.station.identity)])
    found = examined(world.station)
    assert found.headline == "It is connected; one thing should be looked at."
    assert found.is_well


def _status(behind: timedelta) -> dict[str, object]:
    return {
        "connectorId": 1,
        "errorCode": "NoError",
        "status": "Available",
        "timestamp": stamp(clock.now() - behind),
    }


@pytest.mark.parametrize(("minutes", "health"), [(0.1, Health.OK), (2, Health.WARN), (60, Health.BAD)])
def test_a_clock_that_is_off_is_measured(world: World, minutes: float, health: Health) -> None:
    log(world.station, "StatusNotification", _status(timedelta(minutes=minutes)), clock.now())
    finding = about(examined(world.station), "Clock")
    assert finding.health == health
    assert "behind ours" in finding.sentence
    assert bool(finding.setting) == (health != Health.OK)


def test_a_half_dead_socket_is_recognised(world: World) -> None:
    for _ in range(2):
        command = command_send(world.station, "ClearCache", {}, SYSTEM)
        type(command).objects.filter(pk=command.pk).update(
            state=CommandState.TIMED_OUT, sent_at=clock.now(), finished_at=clock.now()
        )
    finding = about(examined(world.station), "Answers")
    assert (finding.health, "half dead" in finding.sentence) == (Health.BAD, True)


def test_a_silent_and_a_pingless_socket_are_named(world: World) -> None:
    station, long_ago = world.station, clock.now() - timedelta(hours=2)
    StationConnection.objects.update(opened_at=long_ago, last_seen_at=long_ago)
    found = examined(station)
    assert about(found, "Heartbeat").setting == "HeartbeatInterval = 300"
    assert about(found, "Pings").setting == "WebSocketPingInterval = 30"


def test_the_first_pong_of_a_socket_is_remembered(world: World) -> None:
    first_pongs({world.station.pk: 1})
    assert StationConnection.objects.get(station=world.station).pong_at is not None
    assert about(examined(world.station), "Pings").health == Health.OK
    first_pongs({world.station.pk: 0})
    assert about(examined(world.station), "Pings").health != Health.OK


def test_a_socket_that_broke_says_how(world: World) -> None:
    station = world.station
    StationConnection.objects.update(closed_at=clock.now() - timedelta(minutes=5), close_code=1006)
    found = examined(station)
    assert found.headline == (
        "The connection ended 5 min ago: the line broke without a word: look at its power and network, or at a proxy "
        "that drops idle sockets."
    )


def test_a_boot_that_is_not_accepted_is_a_fault(world: World) -> None:
    _ = world.station
    ChargingStation.objects.update(registration=Registration.PENDING)
    assert about(examined(ChargingStation.objects.get()), "Boot").health == Health.BAD


def test_a_refusal_before_the_socket_that_is_open_is_history(world: World) -> None:
    old = clock.now() - timedelta(hours=1)
    refusals_store([attempt(identity=world.station.identity, last_at=old)])
    assert examined(world.station).is_well


def test_our_own_address_is_tried(fresh: ChargingStation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        reached = diagnosis_network.reach(f"ws://127.0.0.1:{port}/ocpp")
    assert (reached.addresses, reached.port_error) == (("127.0.0.1",), "")
    gone = diagnosis_network.reach(f"ws://127.0.0.1:{port}/ocpp?closed")
    assert gone.port_error
    assert about(examined(fresh, gone), "Port").health == Health.BAD


def test_an_address_that_only_we_cannot_reach_is_a_warning(fresh: ChargingStation, world: World) -> None:
    _ = world.station
    gone = Reached("here", 9000, False, ("127.0.0.1",), port_error="refused")
    assert about(examined(fresh, gone), "Port").health == Health.WARN


def test_a_certificate_is_judged(fresh: ChargingStation) -> None:
    soon = Reached("here", 443, True, ("10.1.1.1",), "", "", "", clock.now() + timedelta(days=5))
    assert about(examined(fresh, soon), "Certificate").health == Health.WARN
    broken = Reached("here", 443, True, ("10.1.1.1",), "", "", "self-signed certificate")
    finding = about(examined(fresh, broken), "Certificate")
    assert (finding.health, "root certificate" in finding.setting) == (Health.BAD, True)
    open_wire = Reached("here", 80, False, ("10.1.1.1",), "", "")
    assert "not encrypted" in about(examined(fresh, open_wire), "Certificate").sentence


def test_a_name_that_cannot_be_looked_up(fresh: ChargingStation) -> None:
    reached = diagnosis_network.reach("ws://no-such-host.invalid/ocpp")
    assert about(examined(fresh, reached), "Name").health == Health.BAD


def test_the_command_prints_findings_and_ends_with_one(fresh: ChargingStation) -> None:
    refusals_store([attempt(key="wrong", count=3)])
    output = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "station", "CP-1", stdout=output)
    assert ended.value.code == 1
    lines = output.getvalue().splitlines()
    assert lines[0].startswith("CP-1: We have never heard from it; 3 refused attempts")
    assert any(line.startswith("bad     Password") for line in lines)
    assert any("-> AuthorizationKey" in line for line in lines)


def test_the_command_knows_callers_nobody_registered(fresh: ChargingStation) -> None:
    knocked(Knock("CALLER", "9.9.9.9", "/ocpp/CALLER", "ocpp1.6", "x", None))
    with pytest.raises(CommandError, match=r"not registered\. It has called 1 times, .* from 9\.9\.9\.9"):
        call_command("doctor", "station", "CALLER")
    with pytest.raises(CommandError, match="did you mean CP-1"):
        call_command("doctor", "station", "cp-1")
