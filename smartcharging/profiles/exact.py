"""A version-neutral profile in the exact words of the composite engine."""

from datetime import datetime
from fractions import Fraction
from typing import Final

from chargers.domain import ChargingProfile, ProfilePurpose, RateUnit

from ..engine.composite import Kind, Period, Profile, Purpose, Recurrency, Schedule, Unit

_PURPOSES: Final = {
    ProfilePurpose.STATION_MAX: Purpose.STATION_MAX,
    ProfilePurpose.TX_DEFAULT: Purpose.TX_DEFAULT,
    ProfilePurpose.TX: Purpose.TX,
    ProfilePurpose.EXTERNAL: Purpose.EXTERNAL_CONSTRAINTS,
}


def exact(value: float) -> Fraction:
    """The number as it is written, not as it is kept."""
    return Fraction(str(value))


def exact_profile(profile: ChargingProfile) -> Profile:
    """The same profile; what has no limit in it (minChargingRate) is left out."""
    schedule = profile.schedule
    unit = Unit.AMPERE if schedule.unit is RateUnit.AMPERES else Unit.WATT
    periods = tuple(Period(one.start_s, exact(one.limit), one.phases) for one in schedule.periods)
    return Profile(
        profile.number,
        profile.stack_level,
        _PURPOSES[profile.purpose],
        Kind(str(profile.kind)),
        (Schedule(unit, periods, start_s=_second(schedule.starts_at), duration_s=schedule.duration_s),),
        recurrency=Recurrency(profile.recurrency) if profile.recurrency else None,
        valid_from_s=_second(profile.valid_from),
        valid_to_s=_second(profile.valid_to),
        transaction_id=profile.reference or None,
    )


def _second(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
