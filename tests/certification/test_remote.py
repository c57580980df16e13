"""Core and Remote Trigger profiles: what the Central System asks a charge point to do."""

import json
from datetime import timedelta

from chargers.services.commands import effects
from cpms.core import clock
from tests.gateway.charger import now

from .stage import TAG, Json, Stage, at

START: Json = {"connectorId": 1, "idTag": TAG}


def _started_remotely(stage: Stage, command: Json) -> int:
    """What a charge point does after an accepted remote start with AuthorizeRemoteTxRequests true."""
    charger = stage.charger
    assert command["effect"] == "pending", "accepted is not started"
    assert charger.call("Authorize", {"idTag": TAG})["idTagInfo"]["status"] == "Accepted"
    started = charger.start(TAG)
    assert started["idTagInfo"]["status"] == "Accepted"
    charger.status("Charging")
    assert stage.transaction()["id"] in stage.seen(command)["effect_note"]
    return int(started["transactionId"])


def test_tc_010_remote_start_plugged_in_first(stage: Stage) -> None:
    """RemoteStartTransaction sent with a valid tag; the Authorize and StartTransaction that follow are Accepted, and
    the command is shown as seen only then."""
    stage.charger.status("Preparing")
    number = _started_remotely(stage, stage.accepted("RemoteStartTransaction", START))
    stage.charger.finish(number, 2000)
    assert stage.transaction()["state"] == "ended"


def test_tc_011_1_remote_start_first(stage: Stage) -> None:
    """The same with the cable plugged in after the remote start was accepted."""
    command = stage.accepted("RemoteStartTransaction", START)
    stage.charger.status("Preparing")
    number = _started_remotely(stage, command)
    stage.charger.finish(number, 2000)
    assert stage.transaction()["state"] == "ended"


def test_tc_011_2_remote_start_timeout(stage: Stage) -> None:
    """Remote start accepted, Preparing, then Available: no transaction, and the start is given up as not seen."""
    command = stage.accepted("RemoteStartTransaction", START)
    stage.charger.status("Preparing")
    stage.charger.status("Available")
    # The worker's beat, ten minutes on.
    effects.sweep(clock.now() + timedelta(minutes=10))
    given_up = stage.get(f"commands/{command['id']}")
    assert (given_up["state"], given_up["effect"]) == ("accepted", "not_seen")
    assert stage.transactions() == []


def test_tc_012_remote_stop(stage: Stage) -> None:
    """RemoteStopTransaction carries the number that was given out; the stop with reason Remote ends the transaction
    and is the command's effect."""
    number = stage.charger.session()
    command = stage.accepted("RemoteStopTransaction", {"transactionId": number})
    assert stage.transaction()["open"], "accepted is not stopped"
    stage.charger.finish(number, 2500, tag=None, reason="Remote")
    done = stage.transaction()
    assert (done["state"], done["stop_reason"]) == ("ended", "Remote")
    assert done["id"] in stage.seen(command)["effect_note"]


def _reset(stage: Stage, kind: str) -> None:
    number = stage.charger.session()
    command = stage.accepted("Reset", {"type": kind})
    reason = f"{kind}Reset"
    if kind == "Soft":
        stage.charger.finish(number, 1700, tag=None, reason=reason)
        stage.reboot()
    else:
        stage.reboot()
        stage.charger.stop(number, 1700, reason=reason)
    stage.seen(command)
    done = stage.transaction()
    assert (done["state"], done["stop_reason"], done["energy_wh"]) == ("ended", reason, 700)
    assert stage.station()["connected"]


def test_tc_013_hard_reset(stage: Stage) -> None:
    """Reset Hard sent; the new socket and boot are served, the stop sent after the boot ends the open transaction
    with reason HardReset."""
    _reset(stage, "Hard")


def test_tc_014_soft_reset(stage: Stage) -> None:
    """Reset Soft sent; the stop before the restart ends the transaction with reason SoftReset, the new boot is the
    command's effect."""
    _reset(stage, "Soft")


def test_tc_017_1_unlock_without_session_free_cable(stage: Stage) -> None:
    """UnlockConnector sent, Unlocked shown; no transaction."""
    stage.accepted("UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"})
    assert stage.transactions() == []


def test_tc_017_2_unlock_without_session_fixed_cable(stage: Stage) -> None:
    """UnlockConnector sent, NotSupported shown as a refusal."""
    stage.rejected("UnlockConnector", {"connectorId": 1}, "NotSupported")


def test_tc_018_1_unlock_with_session(stage: Stage) -> None:
    """UnlockConnector sent, Unlocked shown; the stop with reason UnlockCommand ends the transaction."""
    number = stage.charger.session()
    stage.accepted("UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"})
    stage.charger.finish(number, 1200, tag=None, reason="UnlockCommand")
    done = stage.transaction()
    assert (done["state"], done["stop_reason"]) == ("ended", "UnlockCommand")


def test_tc_026_remote_start_rejected(stage: Stage) -> None:
    """Rejected is shown; nothing is waited for and no transaction is made up."""
    stage.rejected("RemoteStartTransaction", START, "Rejected")
    assert stage.transactions() == []


def test_tc_028_remote_stop_rejected(stage: Stage) -> None:
    """Rejected is shown; the transaction stays open."""
    number = stage.charger.session()
    stage.rejected("RemoteStopTransaction", {"transactionId": number}, "Rejected")
    assert stage.transaction()["state"] == "charging"


def test_tc_030_unlock_failure(stage: Stage) -> None:
    """UnlockFailed is shown as a refusal."""
    stage.rejected("UnlockConnector", {"connectorId": 1}, "UnlockFailed")


def test_tc_031_unlock_unknown_connector(stage: Stage) -> None:
    """UnlockConnector sent for a connector the charge point does not have; NotSupported is shown, none is made up."""
    stage.rejected("UnlockConnector", {"connectorId": 9}, "NotSupported")
    assert 9 not in [evse["number"] for evse in stage.station()["evses"]]


def _triggered(stage: Stage, message: str, payload: Json, connector: int | None = None) -> None:
    wanted: Json = {"requestedMessage": message} | ({} if connector is None else {"connectorId": connector})
    command = stage.accepted("TriggerMessage", wanted)
    frame = stage.charger.ask(message, payload)
    assert frame[0] == 3, frame
    assert f"{message} received" in stage.seen(command)["effect_note"]


def test_tc_054_trigger_message(stage: Stage) -> None:
    """TriggerMessage for MeterValues, Heartbeat, StatusNotification, DiagnosticsStatusNotification,
    FirmwareStatusNotification and BootNotification; each message that comes is answered and is the effect."""
    reading = {"timestamp": at(), "sampledValue": [{"value": "7"}]}
    _triggered(stage, "MeterValues", {"connectorId": 1, "meterValue": [reading]}, 1)
    _triggered(stage, "Heartbeat", {})
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": now()}
    _triggered(stage, "StatusNotification", status, 1)
    _triggered(stage, "DiagnosticsStatusNotification", {"status": "Idle"})
    _triggered(stage, "FirmwareStatusNotification", {"status": "Idle"})
    _triggered(stage, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})


def test_tc_055_trigger_message_rejected(stage: Stage) -> None:
    """TriggerMessage for a connector that does not exist: Rejected is shown, no message is waited for."""
    wanted = {"requestedMessage": "MeterValues", "connectorId": 5}
    stage.rejected("TriggerMessage", wanted, "Rejected")


def test_tc_061_clear_cache(stage: Stage) -> None:
    """ClearCache sent with an empty payload, Accepted shown."""
    stage.accepted("ClearCache")


def test_vendor_data_is_sent_and_its_answer_shown(stage: Stage) -> None:
    wish = {"vendorId": "com.example.vendor", "messageId": "Display", "data": "Hello"}
    stage.accepted("DataTransfer", wish, {"status": "Accepted", "data": "shown"})
    stage.rejected("DataTransfer", wish, "UnknownVendorId")


def test_a_command_the_charge_point_does_not_know_is_shown_with_its_error(stage: Stage) -> None:
    command_id = stage.send("ClearCache")
    frame = stage.charger.expect("ClearCache")
    stage.charger.send(json.dumps([4, frame[1], "NotImplemented", "no cache", {"profile": "Core"}]))
    error = {"code": "NotImplemented", "description": "no cache", "details": {"profile": "Core"}}
    assert stage.final(command_id)["error"] == error


def test_a_connector_is_taken_out_of_service_and_back(stage: Stage) -> None:
    """ChangeAvailability; Scheduled during a session is an agreement whose effect is waited for."""
    number = stage.charger.session()
    wish = {"connectorId": 1, "type": "Inoperative"}
    command = stage.accepted("ChangeAvailability", wish, {"status": "Scheduled"})
    assert command["effect"] == "pending"
    stage.charger.stop(number, 1500)
    stage.charger.status("Unavailable")
    stage.seen(command)
    back = stage.accepted("ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    stage.charger.status("Available")
    stage.seen(back)
