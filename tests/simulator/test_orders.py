"""What the server can ask of a station, and what really happens then."""

from typing import Any

import pytest

from chargers.ocpp.schemas import validate
from chargers.simulator import SimulatedStation

from .csms import Csms
from .test_station import VERSIONS, WIRE, charge, station

Orders = dict[str, tuple[str, dict[str, Any]]]
START: Orders = {
    "1.6": ("RemoteStartTransaction", {"idTag": "APP-1", "connectorId": 1}),
    "2.0.1": (
        "RequestStartTransaction",
        {"remoteStartId": 9, "evseId": 1, "idToken": {"idToken": "APP-1", "type": "Central"}},
    ),
}
START_MESSAGE = {"1.6": "StartTransaction", "2.0.1": "TransactionEvent"}
STOP_MESSAGE = {"1.6": "StopTransaction", "2.0.1": "TransactionEvent"}
EVSE = {"id": 1, "connectorId": 1}


async def obey(csms: Csms, version: str, order: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The answer to a command, which must match its schema."""
    reply = await csms.ask(*order)
    assert reply[0] == 3, reply
    validate(WIRE[version], order[0], "response", reply[2])
    answer: dict[str, Any] = reply[2]
    return answer


def stop_order(version: str, charger: SimulatedStation) -> tuple[str, dict[str, Any]]:
    reference = charger.session().reference
    if version == "1.6":
        return "RemoteStopTransaction", {"transactionId": int(reference or 0)}
    return "RequestStopTransaction", {"transactionId": reference}


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_remote_start_charges_for_that_token(csms: Csms, version: str) -> None:
    async with station(csms, version) as charger:
        await charger.plug()
        assert await obey(csms, version, START[version]) == {"status": "Accepted"}
        started = await csms.heard(START_MESSAGE[version])
        assert charger.session().uid == "APP-1"
    if version == "2.0.1":
        assert started["transactionInfo"]["remoteStartId"] == 9
        assert started["triggerReason"] == "RemoteStart"


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_remote_start_waits_for_the_cable(csms: Csms, version: str) -> None:
    async with station(csms, version) as charger:
        assert await obey(csms, version, START[version]) == {"status": "Accepted"}
        await charger.plug()
        assert charger.session().uid == "APP-1"


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_busy_outlet_rejects_a_remote_start(csms: Csms, version: str) -> None:
    async with station(csms, version) as charger:
        await charger.plug()
        await charger.swipe("TAG-001")
        assert await obey(csms, version, START[version]) == {"status": "Rejected"}


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_remote_stop_ends_the_named_transaction_only(csms: Csms, version: str) -> None:
    async with station(csms, version) as charger:
        await charger.plug()
        await charger.swipe("TAG-001")
        action, payload = stop_order(version, charger)
        wrong = payload | {"transactionId": 1 if version == "1.6" else "other"}
        assert await obey(csms, version, (action, wrong)) == {"status": "Rejected"}
        assert charger.session()
        assert await obey(csms, version, (action, payload)) == {"status": "Accepted"}
        await csms.heard(STOP_MESSAGE[version], 1 if version == "1.6" else 3)
        with pytest.raises(LookupError):
            charger.session()


@pytest.mark.parametrize(
    ("version", "kind", "reason"), [("1.6", "Soft", "SoftReset"), ("2.0.1", "Immediate", "ImmediateReset")]
)
async def test_a_reset_ends_the_session_and_boots_again(
    csms: Csms, version: str, kind: str, reason: str
) -> None:
    async with station(csms, version) as charger:
        await charger.boot()
        await charger.plug()
        await charger.swipe("TAG-001")
        assert await obey(csms, version, ("Reset", {"type": kind})) == {"status": "Accepted"}
        await csms.heard("BootNotification", 2)
    stop = csms.payloads(STOP_MESSAGE[version])[-1]
    assert reason in (stop.get("reason"), stop.get("transactionInfo", {}).get("stoppedReason"))
    assert len(csms.sockets) == 2


async def test_a_reset_on_idle_waits_for_the_end_of_the_session(csms: Csms) -> None:
    async with station(csms, "2.0.1") as charger:
        await charger.plug()
        await charger.swipe("TAG-001")
        assert await obey(csms, "2.0.1", ("Reset", {"type": "OnIdle"})) == {"status": "Scheduled"}
        assert len(csms.sockets) == 1
        await charger.stop()
        await csms.heard("BootNotification")
        assert len(csms.sockets) == 2


@pytest.mark.parametrize(
    ("version", "payload"),
    [
        ("1.6", {"connectorId": 0, "type": "Inoperative"}),
        ("2.0.1", {"operationalStatus": "Inoperative", "evse": {"id": 1}}),
    ],
)
async def test_out_of_service_is_scheduled_behind_a_session(
    csms: Csms, version: str, payload: dict[str, Any]
) -> None:
    async with station(csms, version) as charger:
        await charger.plug()
        await charger.swipe("TAG-001")
        answer = await obey(csms, version, ("ChangeAvailability", payload))
        assert answer == {"status": "Scheduled"}
        await charger.stop()
        await charger.unplug()
        last = csms.payloads("StatusNotification")[-1]
        assert "Unavailable" in (last.get("status"), last.get("connectorStatus"))


@pytest.mark.parametrize("version", VERSIONS)
async def test_unlocking_releases_the_cable(csms: Csms, version: str) -> None:
    payload = {"connectorId": 1} | ({"evseId": 1} if version == "2.0.1" else {})
    async with station(csms, version) as charger:
        await charger.plug()
        assert await obey(csms, version, ("UnlockConnector", payload)) == {"status": "Unlocked"}


@pytest.mark.parametrize("message", ["BootNotification", "Heartbeat", "StatusNotification", "MeterValues"])
@pytest.mark.parametrize("version", VERSIONS)
async def test_a_triggered_message_comes(csms: Csms, version: str, message: str) -> None:
    async with station(csms, version):
        answer = await obey(csms, version, ("TriggerMessage", {"requestedMessage": message}))
        assert answer == {"status": "Accepted"}
        await csms.heard(message)


async def test_configuration_reads_back_what_was_written(csms: Csms) -> None:
    async with station(csms) as charger:
        change = {"key": "HeartbeatInterval", "value": "60"}
        assert (await obey(csms, "1.6", ("ChangeConfiguration", change)))["status"] == "Accepted"
        wanted = {"key": ["HeartbeatInterval", "NumberOfConnectors", "Nonsense"]}
        answer = await obey(csms, "1.6", ("GetConfiguration", wanted))
        assert answer == {
            "configurationKey": [
                {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
                {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
            ],
            "unknownKey": ["Nonsense"],
        }
        assert charger.settings["HeartbeatInterval"] == "60"


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("HeartbeatInterval", "soon", "Rejected"),
        ("NumberOfConnectors", "7", "Rejected"),
        ("Nonsense", "1", "NotSupported"),
        ("AuthorizationKey", "short", "Rejected"),
    ],
)
async def test_bad_configuration_is_refused(csms: Csms, key: str, value: str, status: str) -> None:
    async with station(csms):
        answer = await obey(csms, "1.6", ("ChangeConfiguration", {"key": key, "value": value}))
        assert answer == {"status": status}


async def test_variables_are_written_and_read(csms: Csms) -> None:
    place = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
    strange = {"component": {"name": "Nonsense"}, "variable": {"name": "X"}}
    async with station(csms, "2.0.1"):
        data = [place | {"attributeValue": "60"}, strange | {"attributeValue": "1"}]
        answer = await obey(csms, "2.0.1", ("SetVariables", {"setVariableData": data}))
        statuses = [result["attributeStatus"] for result in answer["setVariableResult"]]
        assert statuses == ["Accepted", "UnknownComponent"]
        answer = await obey(csms, "2.0.1", ("GetVariables", {"getVariableData": [place]}))
        assert answer["getVariableResult"][0]["attributeValue"] == "60"


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_new_password_holds_from_the_next_connection_on(csms: Csms, version: str) -> None:
    password = "abcdefghijklmnop"
    place = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    orders: Orders = {
        "1.6": ("ChangeConfiguration", {"key": "AuthorizationKey", "value": password}),
        "2.0.1": ("SetVariables", {"setVariableData": [place | {"attributeValue": password}]}),
    }
    async with station(csms, version) as charger:
        await obey(csms, version, orders[version])
        await charger.connect()
        assert charger.password == password
    first, second = (socket.request for socket in csms.sockets)
    assert first is not None
    assert second is not None
    assert first.headers["Authorization"] != second.headers["Authorization"]


async def test_an_unknown_command_and_a_bad_one_are_refused(csms: Csms) -> None:
    async with station(csms) as charger:
        assert (await csms.ask("PublishFirmware", {}))[2] == "NotImplemented"
        assert (await csms.ask("Reset", {"type": "Gentle"}))[0] == 4
        await charge(charger)
