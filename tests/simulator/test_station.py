"""A station driven by hand, against a CSMS that shares no code with ours."""

import asyncio
import base64

import pytest

from chargers.ocpp.rpc import ErrorKind, Role, Version, calls
from chargers.ocpp.schemas import validate
from chargers.simulator import (
    CallFailed,
    Car,
    Disconnected,
    HandshakeRefused,
    Ledger,
    Options,
    SimulatedStation,
)
from chargers.simulator.car import ONE_PHASE
from chargers.simulator.ledger import read

from .csms import Csms

VERSIONS = ["1.6", "2.0.1"]
WIRE = {"1.6": Version.V16, "2.0.1": Version.V201}
IMPATIENT = Options(call_timeout_s=0.3, retry_wait_s=0.01, same_id_share=0)


def station(csms: Csms, version: str = "1.6", **more: object) -> SimulatedStation:
    return SimulatedStation(csms.url, "CP-1", "secret", version=version, **more)  # type: ignore[arg-type]


async def charge(charger: SimulatedStation, wh: int = 1500) -> None:
    await charger.plug(1)
    assert await charger.swipe("TAG-001", 1) == "Accepted"
    charger.draw(wh, 1)
    await charger.sample(1)
    await charger.stop(1)
    await charger.unplug(1)


@pytest.mark.parametrize("version", VERSIONS)
async def test_every_message_of_a_charge_matches_the_published_schema(csms: Csms, version: str) -> None:
    async with station(csms, version) as charger:
        assert await charger.boot() == "Accepted"
        await charger.heartbeat()
        await charge(charger)
        await charger.sample(1)
        await charger.fault(1)
    assert {action for action, _, _ in csms.calls} <= calls(WIRE[version], Role.STATION)
    for action, payload, _ in csms.calls:
        validate(WIRE[version], action, "request", payload)


async def test_identity_password_and_version_travel_in_the_handshake(csms: Csms) -> None:
    async with SimulatedStation(csms.url, "CP 1", "se:cret", version="2.0.1"):
        request = csms.sockets[0].request
        assert request is not None
        assert request.path == "/ocpp/CP%201"
        assert request.headers["Authorization"] == f"Basic {base64.b64encode(b'CP 1:se:cret').decode()}"
        assert csms.sockets[0].subprotocol == "ocpp2.0.1"


async def test_a_refused_handshake_says_why(csms: Csms) -> None:
    csms.refuse_with = 401
    with pytest.raises(HandshakeRefused) as refused:
        await station(csms).connect()
    assert (refused.value.status, refused.value.body) == (401, "no\n")


async def test_a_1_6_charge_tells_its_meter_and_its_transaction(csms: Csms) -> None:
    async with station(csms) as charger:
        await charge(charger)
    stop = csms.payloads("StopTransaction")[0]
    assert (stop["meterStop"], stop["transactionId"], stop["reason"]) == (1500, 1001, "Local")
    assert csms.payloads("MeterValues")[0]["transactionId"] == 1001
    statuses = [payload["status"] for payload in csms.payloads("StatusNotification")]
    assert statuses == ["Preparing", "Charging", "Finishing", "Available"]


async def test_a_2_0_1_charge_numbers_its_events(csms: Csms) -> None:
    async with station(csms, "2.0.1") as charger:
        await charge(charger)
    events = csms.payloads("TransactionEvent")
    assert [event["seqNo"] for event in events] == list(range(len(events)))
    assert [event["eventType"] for event in events] == ["Started", "Updated", "Updated", "Ended"]
    assert len({event["transactionInfo"]["transactionId"] for event in events}) == 1
    assert events[-1]["meterValue"][0]["sampledValue"][0]["value"] == 1500


@pytest.mark.parametrize("version", VERSIONS)
async def test_swiping_first_starts_when_the_cable_comes(csms: Csms, version: str) -> None:
    async with station(csms, version) as charger:
        assert await charger.swipe("TAG-001") == "Accepted"
        with pytest.raises(LookupError):
            charger.session()
        await charger.plug()
        assert charger.session().uid == "TAG-001"


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_blocked_tag_starts_nothing(csms: Csms, version: str) -> None:
    blocked = {"status": "Blocked"}
    csms.answers["Authorize"] = {"idTagInfo": blocked, "idTokenInfo": blocked}
    async with station(csms, version) as charger:
        await charger.plug()
        assert await charger.swipe("BAD") == "Blocked"
        with pytest.raises(LookupError):
            charger.session()


async def test_a_start_whose_tag_is_refused_is_stopped(csms: Csms) -> None:
    csms.answers["StartTransaction"] = {"transactionId": 7, "idTagInfo": {"status": "Invalid"}}
    async with station(csms) as charger:
        await charger.plug()
        await charger.swipe("TAG-001")
        assert (await csms.heard("StopTransaction"))["reason"] == "DeAuthorized"


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_happened_offline_is_told_in_order_afterwards(csms: Csms, version: str) -> None:
    async with station(csms, version) as charger:
        charger.drop()
        await charger.wait_closed()
        await charge(charger)
        assert charger.queued >= 3
        assert csms.calls == []
        await charger.connect()
        await charger.drained()
    actions = [action for action, _, _ in csms.calls]
    expected = ["StartTransaction", "MeterValues", "StopTransaction"]
    assert actions == (expected if version == "1.6" else ["TransactionEvent"] * 4)
    if version == "2.0.1":
        assert all(event["offline"] for event in csms.payloads("TransactionEvent"))


@pytest.mark.parametrize("trouble", ["error", "silence"])
async def test_a_message_is_sent_again_until_it_is_answered(csms: Csms, trouble: str) -> None:
    outcomes = [trouble, trouble, {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}]
    csms.answers["StartTransaction"] = lambda _: outcomes.pop(0)
    async with station(csms, options=IMPATIENT) as charger:
        await charger.plug()
        await charger.swipe("TAG-001")
        assert charger.session().reference == "7"
    starts = csms.payloads("StartTransaction")
    assert starts[0] == starts[1] == starts[2]
    assert len(set(csms.message_ids("StartTransaction"))) == 3


async def test_a_repeat_may_keep_its_message_id(csms: Csms) -> None:
    outcomes = ["error", {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}]
    csms.answers["StartTransaction"] = lambda _: outcomes.pop(0)
    async with station(csms, options=Options(retry_wait_s=0.01, same_id_share=1)) as charger:
        await charger.plug()
        await charger.swipe("TAG-001")
    assert len(set(csms.message_ids("StartTransaction"))) == 1


async def test_a_message_outlives_the_connection_it_was_sent_on(csms: Csms) -> None:
    csms.answers["StartTransaction"] = "hang up"
    async with station(csms) as charger:
        await charger.plug()
        await charger.swipe("TAG-001")
        assert charger.queued == 1
        csms.answers["StartTransaction"] = {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}
        await charger.connect()
        await charger.drained()
        assert charger.session().reference == "7"


async def test_a_limited_station_drops_a_message_after_its_attempts(csms: Csms) -> None:
    csms.answers["StartTransaction"] = "error"
    async with station(csms, options=Options(retry_wait_s=0.01, max_attempts=3)) as charger:
        await charger.plug()
        await charger.swipe("TAG-001")
        assert (charger.queued, len(csms.payloads("StartTransaction"))) == (0, 3)


async def test_duplicates_that_get_another_transaction_are_a_surprise(csms: Csms, tmp_path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    async with station(csms, ledger=ledger, options=Options(duplicate_share=1)) as charger:
        await charge(charger)
        await charger.drained()
        await csms.heard("StopTransaction", 2)
    charges, surprises = read(ledger.path)
    assert surprises == ["CP-1: transaction 1001 became 1002"]
    assert len(charges) == 1


async def test_the_ledger_knows_what_physically_happened(csms: Csms, tmp_path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    async with station(csms, ledger=ledger, evses=2) as charger:
        await charge(charger)
        await charger.plug(2, Car(wires=ONE_PHASE))
        await charger.swipe("TAG-002", 2)
    done, running = read(ledger.path)[0]
    assert (done.station, done.evse_no, done.uid) == ("CP-1", 1, "TAG-001")
    assert (done.meter_start_wh, done.meter_stop_wh) == (0, 1500)
    assert (running.evse_no, running.meter_stop_wh) == (2, None)


def test_a_damaged_ledger_names_the_line(tmp_path) -> None:
    path = tmp_path / "ledger"
    path.write_text('{"kind": "surprise", "station": "A", "what": "b"}\n{"kind": "stop", "session": "x"}\n')
    with pytest.raises(ValueError, match="line 2"):
        read(path)


async def test_a_pending_station_keeps_its_transaction_messages(csms: Csms) -> None:
    csms.answers["BootNotification"] = {
        "status": "Pending",
        "currentTime": "2026-01-01T00:00:00Z",
        "interval": 1,
    }
    async with station(csms) as charger:
        assert await charger.boot() == "Pending"
        await charger.plug()
        await charger.swipe("TAG-001")
        assert (charger.queued, csms.payloads("StartTransaction")) == (1, [])


async def test_the_answers_can_be_told(csms: Csms) -> None:
    async with station(csms) as charger:
        charger.answers["Reset"] = {"status": "Rejected"}
        charger.answers["ClearCache"] = ErrorKind.INTERNAL
        charger.answers["DataTransfer"] = lambda payload: {"status": "Accepted", "data": payload["vendorId"]}
        assert (await csms.ask("Reset", {"type": "Hard"}))[2] == {"status": "Rejected"}
        assert (await csms.ask("ClearCache", {}))[2] == "InternalError"
        assert (await csms.ask("DataTransfer", {"vendorId": "v"}))[2]["data"] == "v"
        assert (await charger.wait_for("Reset")).payload == {"type": "Hard"}


async def test_an_error_of_the_server_is_raised(csms: Csms) -> None:
    csms.answers["Heartbeat"] = "error"
    async with station(csms) as charger:
        with pytest.raises(CallFailed, match="InternalError"):
            await charger.heartbeat()


async def test_a_server_that_dies_in_the_handshake_is_a_lost_line() -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    async with await asyncio.start_server(die, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Disconnected):
            await SimulatedStation(f"ws://127.0.0.1:{port}/ocpp", "CP-1").connect()
