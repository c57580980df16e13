"""Smart Charging profile: profiles arrive as they were wished for."""

from typing import Final

from .stage import TAG, Json, Stage, at

SCHEDULE: Final[Json] = {
    "duration": 3600,
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [
        {"startPeriod": 0, "limit": 10.0, "numberPhases": 3},
        {"startPeriod": 1800, "limit": 6.5, "numberPhases": 3},
    ],
}


def _profile(purpose: str, kind: str = "Relative", **more: object) -> Json:
    profile: Json = {"chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": purpose}
    return profile | {"chargingProfileKind": kind, "chargingSchedule": SCHEDULE} | more


def test_tc_056_tx_default_profile(stage: Stage) -> None:
    """SetChargingProfile with a TxDefaultProfile of two periods, the first at 0, arrives with its fractions intact."""
    schedule = SCHEDULE | {"startSchedule": at()}
    profile = _profile("TxDefaultProfile", "Absolute") | {"chargingSchedule": schedule}
    stage.accepted("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile})


def test_tc_057_tx_profile(stage: Stage) -> None:
    """SetChargingProfile with a TxProfile carries the number of the running transaction."""
    number = stage.charger.session()
    profile = _profile("TxProfile", transactionId=number)
    stage.accepted("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile})
    assert stage.transaction()["reference"] == str(number)


def test_tc_059_remote_start_with_profile(stage: Stage) -> None:
    """RemoteStartTransaction carries a TxProfile without a transaction id; the start is its effect."""
    stage.charger.status("Preparing")
    wish = {"connectorId": 1, "idTag": TAG, "chargingProfile": _profile("TxProfile")}
    command = stage.accepted("RemoteStartTransaction", wish)
    assert "transactionId" not in command["payload"]["chargingProfile"]
    assert stage.charger.start(TAG)["idTagInfo"]["status"] == "Accepted"
    stage.seen(command)


def test_tc_066_composite_schedule(stage: Stage) -> None:
    """GetCompositeSchedule sent with connector, duration and unit; the schedule of the answer is kept as it came."""
    stage.accepted(
        "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": _profile("TxDefaultProfile")}
    )
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": at(), "chargingSchedule": SCHEDULE}
    wish = {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
    stage.accepted("GetCompositeSchedule", wish, answer)


def test_tc_067_clear_profile(stage: Stage) -> None:
    """ClearChargingProfile by id and by purpose and connector: Accepted is shown, and Unknown as a refusal."""
    stage.accepted("ClearChargingProfile", {"id": 1})
    by_purpose = {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}
    stage.rejected("ClearChargingProfile", by_purpose, "Unknown")
