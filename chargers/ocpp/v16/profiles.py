"""Charging profiles in the words of OCPP 1.6 (§5.5, §5.7, §5.16, §7.8 to §7.14)."""

from typing import Final

from chargers.domain import (
    ChargingProfile,
    ClearProfiles,
    ProfilePurpose,
    RateUnit,
    ReadSchedule,
    Schedule,
    SetProfile,
)
from chargers.ocpp.adapter import Payload, Unsupported
from chargers.ocpp.fields import part, time, whole
from chargers.ocpp.schedules import read_periods, said, wired_periods
from chargers.ocpp.values import format_time

PURPOSES: Final = {
    ProfilePurpose.STATION_MAX: "ChargePointMaxProfile",
    ProfilePurpose.TX_DEFAULT: "TxDefaultProfile",
    ProfilePurpose.TX: "TxProfile",
}


def install(request: SetProfile) -> tuple[str, Payload]:
    """SetChargingProfile."""
    wired = profile(request.profile)
    return "SetChargingProfile", {"connectorId": request.evse_no, "csChargingProfiles": wired}


def profile(given: ChargingProfile) -> Payload:
    """ChargingProfile, fields in the order of the schema. Raises Unsupported."""
    if given.reference and not given.reference.isdecimal():
        raise Unsupported("OCPP 1.6 names transactions by number, and this one never got a number")
    wired: Payload = {
        "chargingProfileId": given.number,
        "transactionId": int(given.reference) if given.reference else None,
        "stackLevel": given.stack_level,
        "chargingProfilePurpose": PURPOSES[given.purpose],
        "chargingProfileKind": str(given.kind),
        "recurrencyKind": given.recurrency or None,
        "validFrom": given.valid_from and format_time(given.valid_from),
        "validTo": given.valid_to and format_time(given.valid_to),
        "chargingSchedule": _schedule(given.schedule),
    }
    return said(wired)


def _schedule(given: Schedule) -> Payload:
    return said(
        {
            "duration": given.duration_s,
            "startSchedule": given.starts_at and format_time(given.starts_at),
            "chargingRateUnit": str(given.unit),
            "chargingSchedulePeriod": wired_periods(given.periods),
            "minChargingRate": given.min_rate,
        }
    )


def clear(request: ClearProfiles) -> tuple[str, Payload]:
    """ClearChargingProfile; a number stands alone, the other words filter together (OCPP 1.6 §5.5)."""
    if request.number is not None:
        return "ClearChargingProfile", {"id": request.number}
    purpose = None if request.purpose is None else PURPOSES[request.purpose]
    words = {"connectorId": request.evse_no, "chargingProfilePurpose": purpose}
    return "ClearChargingProfile", said({**words, "stackLevel": request.stack_level})


def read(request: ReadSchedule) -> tuple[str, Payload]:
    """GetCompositeSchedule."""
    unit = None if request.unit is None else str(request.unit)
    wanted = {"connectorId": request.evse_no, "duration": request.duration_s, "chargingRateUnit": unit}
    return "GetCompositeSchedule", said(wanted)


def composite(result: Payload) -> Schedule | None:
    """The schedule in a GetCompositeSchedule answer; None when there is none that can be read."""
    given = part(result, "chargingSchedule")
    starts = time(result.get("scheduleStart") or given.get("startSchedule"), [])
    if given.get("chargingRateUnit") not in tuple(RateUnit):
        return None
    unit = RateUnit(given["chargingRateUnit"])
    return Schedule(unit, read_periods(given), starts, whole(given.get("duration")))
