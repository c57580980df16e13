"""Deviations 10 to 16: pings, silence, second sockets, frames."""

import json
import struct
import time
from pathlib import Path

from websockets.frames import Opcode

from chargers.choices import CommandState, FactKind, Quirk
from chargers.gateway.conversation.rhythm import patience_s
from chargers.models import ChargingStation, Command, StationConnection, Transaction
from chargers.services.commands.send import command_send
from cpms.accounts.viewer import viewer_of_user
from cpms.core.actors import SYSTEM
from cpms.dashboard.needs import needs
from tests.conftest import Events
from tests.gateway.charger import Charger, fresh, now, registered
from tests.gateway.process import Gateway, eventually
from tests.hostility.wire import Wire
from tests.worlds import World

from .conftest import Look


def test_deviation_09_tls_of_old_and_new_chargers() -> None:
    """Versions and chain are the proxy's and the listener's business: 1.2 or newer, the whole chain sent."""
    proxy = Path(__file__).parents[2].joinpath("deploy/nginx.conf").read_text()
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in proxy
    assert "fullchain" in proxy


def test_deviation_10_no_answer_to_pings(gateway: Gateway, identity: str, look: Look) -> None:
    """Seen failing with `patience_s` told that every station answers pings: the socket was closed after 4 s."""
    wire = Wire(gateway, identity)
    wire.frame(Opcode.TEXT, b'[2,"1","Heartbeat",{}]')
    look.noted(identity, Quirk.NO_PONG)
    look.learned(identity, FactKind.PINGS, "ignored")
    wire.frame(Opcode.TEXT, b'[2,"2","Heartbeat",{}]')
    assert b'"currentTime"' in wire.read_until(b'[3,"2"')
    assert StationConnection.objects.get(station__identity=identity).is_open
    # It is not pinged any more; one that answers again is known to.
    wire.close()
    eventually(lambda: not StationConnection.objects.get(station__identity=identity).is_open)
    Charger(gateway, identity).boot()
    facts = ChargingStation.objects.get(identity=identity).facts
    eventually(lambda: facts.filter(kind=FactKind.PINGS, value="answered").exists(), 10)


def test_deviation_11_idle_timeout_equal_to_the_heartbeat(charger: Charger) -> None:
    """Whatever interval a boot is given, three of them may pass in silence."""
    given = charger.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})["interval"]
    assert patience_s(answers_pings=False) >= 3 * given
    assert patience_s(answers_pings=False) >= 3 * 360


def test_deviation_12_a_half_dead_socket_is_closed(gateway: Gateway, charger: Charger, look: Look) -> None:
    """Seen failing with MAX_SILENCE at 30."""
    station = ChargingStation.objects.get(identity=charger.identity)
    commands = [command_send(station, "ClearCache", {}, SYSTEM, timeout_s=1) for _ in range(4)]
    for _ in range(3):
        charger.command()
        charger.call("Heartbeat", {})
    assert charger.close_code() == 4003
    back = Charger(gateway, charger.identity).boot()
    frame = back.command()
    assert frame[1] == commands[3].message_id
    back.answer(frame, {"status": "Accepted"})
    eventually(lambda: Command.objects.filter(state=CommandState.ACCEPTED).count() == 1)
    assert Command.objects.filter(state=CommandState.TIMED_OUT).count() == 3
    look.noted(charger.identity, Quirk.HALF_DEAD)


def test_deviation_13_a_new_socket_beside_the_old_one(gateway: Gateway, charger: Charger, look: Look) -> None:
    station = ChargingStation.objects.get(identity=charger.identity)
    command = command_send(station, "ClearCache", {}, SYSTEM)
    charger.command()
    newest = Charger(gateway, charger.identity).boot()
    assert charger.close_code() == 4001
    assert newest.call("Heartbeat", {})
    assert newest.silent()
    command.refresh_from_db()
    assert command.state in (CommandState.SENT, CommandState.UNKNOWN)
    look.noted(charger.identity, Quirk.REPLACES_ITSELF)


def test_deviation_14_dialling_for_ever_is_slowed_and_not_banned(
    gateway: Gateway, world: World, charger: Charger
) -> None:
    for _ in range(15):
        Charger(gateway, charger.identity).vanish()
    other = Charger(gateway, registered(world, fresh("CP")).identity).boot()
    assert other.call("Heartbeat", {})
    assert Charger(gateway, charger.identity).boot().call("Heartbeat", {})


def test_deviation_14_a_burst_of_faults_is_one_condition(
    charger: Charger, world: World, events: Events
) -> None:
    """A hundred faults in a row are one event and one line on the overview, with what was said last; and a fault that
    comes and goes is still one line.
    """
    for number in range(100):
        fault(charger, ("GroundFailure", "OtherError")[number % 2], f"fault {number}")
    viewer = viewer_of_user(world.owner)
    (need,) = eventually(lambda: [one for one in needs(viewer) if one.advice == "fault 99"])
    assert need.what == "Faulted: OtherError"
    assert [event.payload["status"] for event in events.of("connector.status_changed")] == ["Faulted"]
    for _ in range(20):
        charger.status("Available")
        fault(charger, "GroundFailure", "once more")
    eventually(lambda: [one.advice for one in needs(viewer)] == ["once more"])
    assert not events.of("security.alert")


def fault(charger: Charger, code: str, info: str) -> None:
    status = {"connectorId": 1, "errorCode": code, "status": "Faulted", "info": info, "timestamp": now()}
    charger.call("StatusNotification", status)


def test_deviation_15_reserved_bits(gateway: Gateway, identity: str, look: Look) -> None:
    wire = Wire(gateway, identity)
    assert b"deflate" not in wire.handshake.lower()
    wire.frame(Opcode.TEXT, b"x", rsv=4)
    assert wire.close_code() == 1002
    look.noted(identity, Quirk.BROKEN_FRAMES)


def test_deviation_16_long_and_fragmented_messages(gateway: Gateway, charger: Charger, identity: str) -> None:
    """Hundreds of rows of transactionData in many fragments are no deviation, and answered in time."""
    transaction_id = charger.start("OURS-CARD")["transactionId"]
    rows = [{"timestamp": now(), "sampledValue": [{"value": str(1000 + n)}] * 4} for n in range(400)]
    stop = {"transactionId": transaction_id, "meterStop": 4000, "timestamp": now(), "transactionData": rows}
    text = json.dumps([2, "long", "StopTransaction", stop]).encode()
    charger.close()
    wire = Wire(gateway, charger.identity)
    pieces = [text[at : at + 1000] for at in range(0, len(text), 1000)]
    started = time.monotonic()
    for number, piece in enumerate(pieces):
        kind = Opcode.CONT if number else Opcode.TEXT
        wire.frame(kind, piece, fin=number == len(pieces) - 1)
    assert wire.read_until(b"long")
    assert time.monotonic() - started < 5
    assert Transaction.objects.get().energy_wh == 3000


def test_deviation_57_answers_are_text_frames_of_the_right_shape(gateway: Gateway, identity: str) -> None:
    wire = Wire(gateway, identity)
    wire.frame(Opcode.TEXT, b'[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]')
    data = wire.read_until(b"}]")
    start = data.index(b"[3")
    assert data[0] == 0x81
    answer = json.loads(data[start : data.index(b"}]") + 2])
    assert set(answer[2]) == {"status", "currentTime", "interval"}
    assert struct.unpack("!B", data[1:2])[0] < 0x80
