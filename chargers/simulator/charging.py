"""Charging profiles set, cleared, read and obeyed by a simulated station, or not: see `Options`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from .limits import LAYERS, OUTSIDE, STATION, TRANSACTION, Offer
from .outlet import Outlet

if TYPE_CHECKING:
    from .sessions import Sessions

MOST_LEVELS: Final = 10
OUTLET_A, OUTLET_W = 32.0, 22_000.0
LINES, VOLTS = 3, 230.0


def install(
    station: "Sessions", place: int, number: int, profile: Mapping[str, Any], schedule: Mapping[str, Any]
) -> str:
    """SetChargingProfile: "Accepted" or "Rejected"."""
    layer, outlet = LAYERS.get(profile["chargingProfilePurpose"]), station.outlets.get(place)
    is_wrong = layer in (None, OUTSIDE) or profile["stackLevel"] > MOST_LEVELS or (place and outlet is None)
    is_homeless = layer == TRANSACTION and (outlet is None or outlet.session is None)
    is_misplaced = layer == STATION and place
    foreign = layer == TRANSACTION and outlet is not None and not _is_of(profile, outlet)
    if is_wrong or is_homeless or is_misplaced or foreign or station.options.refuses_profiles:
        return "Rejected"
    station.limits.set(number, place, profile, schedule)
    obey(station, heard=True)
    return "Accepted"


def _is_of(profile: Mapping[str, Any], outlet: Outlet) -> bool:
    named = profile.get("transactionId")
    return named is None or outlet.session is None or str(named) == outlet.session.reference


def remove(
    station: "Sessions", number: int | None, place: int | None, purpose: str | None, level: int | None
) -> str:
    """ClearChargingProfile: "Accepted" or "Unknown"."""
    found = station.limits.clear(number, place, purpose, level)
    obey(station)
    return "Accepted" if found else "Unknown"


def obey(station: "Sessions", heard: bool = False) -> None:
    """Bring what every outlet offers in line with the profiles as they now stand; `heard`: one came just now."""
    now = station.now()
    shared, busy = station.limits.of_station(now), sum(1 for one in station.outlets.values() if one.session)
    for outlet in station.outlets.values():
        offers = [] if station.options.ignores_limits else _offers(station, outlet, now)
        if offers and shared is not None and busy > 1:
            offers.append(Offer(shared.value / busy, shared.unit))
        _offer(station, outlet, tuple(offers), heard)


def _offers(station: "Sessions", outlet: Outlet, now: datetime) -> list[Offer]:
    since, in_session = _session(outlet, now)
    return station.limits.of_outlet(outlet.number, now, since, in_session)


def _session(outlet: Outlet | None, now: datetime) -> tuple[datetime, bool]:
    """Since when it charges; without a session one is taken to begin now."""
    session = None if outlet is None else outlet.session
    return (now, False) if session is None else (session.started_at, True)


def _offer(station: "Sessions", outlet: Outlet, offers: tuple[Offer, ...], heard: bool) -> None:
    """Some units forget their limit when they go on after a pause, until they hear the next (seen in the field)."""
    was_paused, outlet.offers = outlet.is_paused, offers
    if station.options.resumes_unlimited and (heard or was_paused != outlet.is_paused):
        outlet.is_unbound = was_paused and not outlet.is_paused


def schedule(station: "Sessions", place: int, duration_s: int, unit: str) -> list[dict[str, Any]]:
    """What the profiles allow from now on, as the periods of a composite schedule."""
    now = station.now()
    since, in_session = _session(station.outlets.get(place), now)
    moments = station.limits.changes(now, now + timedelta(seconds=duration_s), since)
    periods: list[dict[str, Any]] = []
    for at in moments:
        limit = _limit(station, place, (at, since, in_session), unit)
        if not periods or periods[-1]["limit"] != limit:
            periods.append({"startPeriod": round((at - now).total_seconds()), "limit": limit})
    return periods


def _limit(station: "Sessions", place: int, when: tuple[datetime, datetime, bool], unit: str) -> float:
    most, shared = OUTLET_A if unit == "A" else OUTLET_W, station.limits.of_station(when[0])
    offers = station.limits.of_outlet(place, *when) if place else [one for one in (shared,) if one]
    values = [one.amperes(LINES, VOLTS) if unit == "A" else one.watts(LINES, VOLTS) for one in offers]
    return round(min([most * (1 if place else len(station.outlets)), *values]), 1)
