"""Core profile: boot, sessions begun at the station, refused tags, faults, vendor data."""

from datetime import UTC, datetime

import pytest

from tests.gateway.charger import now

from .stage import BLOCKED, EXPIRED, PARENT, TAG, Stage, Station, moment


def test_tc_001_cold_boot(stage: Stage) -> None:
    """Boot answered Accepted with our time and an interval above 0; statuses of connectors 0 to 2 and a heartbeat
    acknowledged; product and connectors shown."""
    charger = stage.reboot()
    boot = charger.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
    assert (boot["status"], boot["interval"] > 0) == ("Accepted", True)
    for connector in range(3):
        charger.status("Available", connector)
    beat = charger.call("Heartbeat", {})
    assert abs((moment(beat["currentTime"]) - datetime.now(UTC)).total_seconds()) < 5
    station = stage.station()
    assert (station["product"]["vendor"], station["reported"]["status"]) == ("V", "Available")
    assert [e["connectors"][0]["status"] for e in station["evses"]] == ["Available", "Available"]


def _whole_session(stage: Stage, transaction_id: int, **stop: str) -> None:
    """From a running transaction to its end, as every regular session goes on."""
    charger = stage.charger
    charger.measure(transaction_id, 1500)
    assert stage.transaction()["state"] == "charging"
    charger.finish(transaction_id, 3000, **stop)
    done = stage.transaction()
    assert (done["state"], done["uid"], done["evse_no"]) == ("ended", TAG, 1)
    assert (done["meter_start_wh"], done["meter_stop_wh"], done["energy_wh"]) == (1000, 3000, 2000)
    assert stage.connector()["status"] == "Available"


def test_tc_003_regular_session_plug_first(stage: Stage) -> None:
    """Authorize and StartTransaction Accepted, a transaction id given, statuses and meter values acknowledged,
    StopTransaction acknowledged; the transaction shown with tag, meters and energy."""
    _whole_session(stage, stage.charger.session())
    assert stage.transaction()["stop_reason"] == "Local"


def test_tc_004_1_regular_session_identification_first(stage: Stage) -> None:
    """Authorize Accepted with the parent tag before the plug; then as a regular session."""
    info = stage.charger.call("Authorize", {"idTag": TAG})["idTagInfo"]
    assert (info["status"], info["parentIdTag"]) == ("Accepted", PARENT)
    stage.charger.status("Preparing")
    started = stage.charger.start(TAG)
    assert started["idTagInfo"]["status"] == "Accepted"
    stage.charger.status("Charging")
    _whole_session(stage, started["transactionId"])


def test_tc_004_2_identification_first_connection_timeout(stage: Stage) -> None:
    """Preparing followed by Available without a start: no transaction is made up, the connector is free."""
    assert stage.charger.call("Authorize", {"idTag": TAG})["idTagInfo"]["status"] == "Accepted"
    stage.charger.status("Preparing")
    stage.charger.status("Available")
    assert stage.transactions() == []
    assert stage.connector()["status"] == "Available"


def test_tc_005_1_ev_side_disconnected(stage: Stage) -> None:
    """SuspendedEV acknowledged; the stop with reason EVDisconnected ends the transaction with that reason."""
    number = stage.charger.session()
    stage.charger.status("SuspendedEV")
    assert stage.transaction()["state"] == "suspended"
    stage.charger.finish(number, 1800, tag=None, reason="EVDisconnected")
    done = stage.transaction()
    assert (done["state"], done["stop_reason"], done["energy_wh"]) == ("ended", "EVDisconnected", 800)


def test_tc_007_start_with_a_cached_id(stage: Stage) -> None:
    """StartTransaction without an Authorize before it is Accepted, its answer carries the tag's status."""
    stage.charger.status("Preparing")
    started = stage.charger.start(TAG)
    assert started["idTagInfo"] == {"parentIdTag": PARENT, "status": "Accepted"}
    stage.charger.status("Charging")
    _whole_session(stage, started["transactionId"])
    assert stage.messages("Authorize") == []


def _refused(stage: Stage, uid: str, status: str) -> None:
    assert stage.charger.call("Authorize", {"idTag": uid})["idTagInfo"]["status"] == status
    assert stage.transactions() == []
    (line,) = stage.rows(f"stations/{stage.identity}/authorizations")
    assert (line["uid"], line["status"]) == (uid, status)


def test_tc_023_1_authorize_invalid(stage: Stage) -> None:
    """An unknown tag is answered Invalid, and the refusal is in the authorise log."""
    _refused(stage, "TAG-NOBODY", "Invalid")


def test_tc_023_2_authorize_expired(stage: Stage) -> None:
    """A tag past its expiry is answered Expired, and the refusal is in the authorise log."""
    _refused(stage, EXPIRED, "Expired")


def test_tc_023_3_authorize_blocked(stage: Stage) -> None:
    """A blocked tag is answered Blocked, and the refusal is in the authorise log."""
    _refused(stage, BLOCKED, "Blocked")


def test_tc_024_lock_failure(stage: Stage) -> None:
    """Faulted with ConnectorLockFailure is acknowledged and shown; no transaction is made up."""
    assert stage.charger.call("Authorize", {"idTag": TAG})["idTagInfo"]["status"] == "Accepted"
    stage.charger.status("Preparing")
    fault = {"connectorId": 1, "status": "Faulted", "errorCode": "ConnectorLockFailure", "timestamp": now()}
    assert stage.charger.call("StatusNotification", fault) == {}
    shown = stage.connector()
    assert (shown["status"], shown["error_code"]) == ("Faulted", "ConnectorLockFailure")
    assert stage.transactions() == []


@pytest.fixture
def charger(stage: Stage) -> Station:
    return stage.charger


def test_tc_064_data_transfer(stage: Stage, charger: Station) -> None:
    """Data of an unknown vendor is answered UnknownVendorId without data, an unknown message UnknownMessageId."""
    unknown = {"vendorId": "com.example.tester", "messageId": "Message", "data": "Data"}
    assert charger.call("DataTransfer", unknown) == {"status": "UnknownVendorId"}
    known = {"vendorId": "org.openchargealliance.iso15118pnc", "messageId": "Message"}
    assert charger.call("DataTransfer", known) == {"status": "UnknownMessageId"}
    assert [m["outcome"] for m in stage.messages("DataTransfer")] == ["result", "result"]
