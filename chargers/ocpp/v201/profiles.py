"""Charging profiles in the words of OCPP 2.0.1 (K01, K08, K09, K10)."""

from typing import Any, Final

from chargers.domain import (
    ChargingProfile,
    ClearProfiles,
    ProfileKind,
    ProfilePurpose,
    ProfilesReported,
    RateUnit,
    ReadProfiles,
    ReadSchedule,
    Report,
    Schedule,
    SetProfile,
)
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import MAX_INT32, elements, part, text, time, whole
from chargers.ocpp.schedules import read_periods, said, wired_periods
from chargers.ocpp.values import format_time

PURPOSES: Final = {
    ProfilePurpose.STATION_MAX: "ChargingStationMaxProfile",
    ProfilePurpose.TX_DEFAULT: "TxDefaultProfile",
    ProfilePurpose.TX: "TxProfile",
    ProfilePurpose.EXTERNAL: "ChargingStationExternalConstraints",
}
_PURPOSES_READ: Final = {word: purpose for purpose, word in PURPOSES.items()}


def install(request: SetProfile) -> tuple[str, Payload]:
    """SetChargingProfile."""
    return "SetChargingProfile", {
        "evseId": request.evse_no,
        "chargingProfile": profile(request.profile),
    }


def profile(given: ChargingProfile) -> Payload:
    """ChargingProfile with its one schedule, fields in the order of the schema."""
    return said(
        {
            "id": given.number,
            "stackLevel": given.stack_level,
            "chargingProfilePurpose": PURPOSES[given.purpose],
            "chargingProfileKind": str(given.kind),
            "recurrencyKind": given.recurrency or None,
            "validFrom": given.valid_from and format_time(given.valid_from),
            "validTo": given.valid_to and format_time(given.valid_to),
            "chargingSchedule": [_schedule(given.number, given.schedule)],
            "transactionId": given.reference or None,
        }
    )


def _schedule(number: int, given: Schedule) -> Payload:
    return said(
        {
            "id": number,
            "startSchedule": given.starts_at and format_time(given.starts_at),
            "duration": given.duration_s,
            "chargingRateUnit": str(given.unit),
            "chargingSchedulePeriod": wired_periods(given.periods),
            "minChargingRate": given.min_rate,
        }
    )


def clear(request: ClearProfiles) -> tuple[str, Payload]:
    """ClearChargingProfile; a number stands alone, the other words are criteria (OCPP 2.0.1 K10.FR.02)."""
    if request.number is not None:
        return "ClearChargingProfile", {"chargingProfileId": request.number}
    purpose = None if request.purpose is None else PURPOSES[request.purpose]
    words = {"evseId": request.evse_no, "chargingProfilePurpose": purpose, "stackLevel": request.stack_level}
    return "ClearChargingProfile", {"chargingProfileCriteria": said(words)}


def read(request: ReadSchedule) -> tuple[str, Payload]:
    """GetCompositeSchedule."""
    unit = None if request.unit is None else str(request.unit)
    wanted = {"duration": request.duration_s, "chargingRateUnit": unit, "evseId": request.evse_no}
    return "GetCompositeSchedule", said(wanted)


def composite(result: Payload) -> Schedule | None:
    """The schedule in a GetCompositeSchedule answer; None when there is none that can be read."""
    given = part(result, "schedule")
    if given.get("chargingRateUnit") not in tuple(RateUnit):
        return None
    unit, starts = RateUnit(given["chargingRateUnit"]), time(given.get("scheduleStart"), [])
    return Schedule(unit, read_periods(given), starts, whole(given.get("duration")))


def ask(request: ReadProfiles) -> tuple[str, Payload]:
    """GetChargingProfiles without criteria: all of them (OCPP 2.0.1 K09.FR.03)."""
    return "GetChargingProfiles", {"requestId": request.request_id, "chargingProfile": {}}


def reported(payload: Payload, message_id: str) -> Report:
    """ReportChargingProfiles; what is no profile in it is left out."""
    read = (_read(one) for one in elements(payload.get("chargingProfile")))
    return ProfilesReported(
        request_id=whole(payload.get("requestId"), -MAX_INT32 - 1) or 0,
        evse_no=whole(payload.get("evseId")) or 0,
        source=text(payload.get("chargingLimitSource"), 20),
        profiles=tuple(one for one in read if one is not None),
        more=payload.get("tbc") is True,
    )


def _read(wired: dict[str, Any]) -> ChargingProfile | None:
    """A profile with the first of its schedules: the one that holds unless a car chooses another."""
    number, level = whole(wired.get("id"), -MAX_INT32 - 1), whole(wired.get("stackLevel"))
    purpose = _PURPOSES_READ.get(text(wired.get("chargingProfilePurpose")))
    kind, schedules = wired.get("chargingProfileKind"), elements(wired.get("chargingSchedule"))
    schedule = _read_schedule(schedules[0]) if schedules else None
    if number is None or level is None or purpose is None or schedule is None:
        return None
    if kind not in tuple(ProfileKind):
        return None
    return ChargingProfile(
        number, purpose, ProfileKind(kind), schedule, level, text(wired.get("recurrencyKind"), 10),
        time(wired.get("validFrom"), []), time(wired.get("validTo"), []), text(wired.get("transactionId"), 36),
    )  # fmt: skip


def _read_schedule(given: dict[str, Any]) -> Schedule | None:
    if given.get("chargingRateUnit") not in tuple(RateUnit):
        return None
    unit, starts = RateUnit(given["chargingRateUnit"]), time(given.get("startSchedule"), [])
    return Schedule(unit, read_periods(given), starts, whole(given.get("duration")))
