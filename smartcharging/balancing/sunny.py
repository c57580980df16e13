"""Cars that charge by the sun alone: who they are now, and what each gets of what the sun leaves."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any

from ..engine.fill import Car, Reason, SunCar, Why, sun_shares
from ..inputs.needs.resolving import Wanted
from ..inputs.sun.surplus import surplus_of
from .cars import is_urgent
from .place import Place
from .remembering import granted_a, memory_of, unused_of
from .snapshot import Snapshot


def sun_a(snapshot: Snapshot, cars: Mapping[str, Car]) -> dict[str, float]:
    """A for each car that takes the sun's power only, of those the fill is asked for; by EVSE."""
    tellable = [place for place in snapshot.places if place.id in cars and not cars[place.id].reserved]
    places = [place for place in tellable if is_sunny(place, snapshot)]
    if not places:
        return {}
    found, sunny = surplus_of(snapshot.site, snapshot.now), {place.id for place in places}
    others_w = sum(_drawn_w(place) for place in snapshot.places if place.id not in sunny)
    asking = [_asking(place, cars[place.id]) for place in places]
    shares = sun_shares(found.least_w - others_w, found.mean_w - others_w, asking)
    return {place.id: shares[place.id] / _watts_per_a(place) for place in places}


def is_sunny(place: Place, snapshot: Snapshot) -> bool:
    """Whether a car waits for the sun: until nothing but the grid makes it ready in time, where it said when."""
    wanted = snapshot.wanted_at(place)
    if not wanted.sun_only or wanted.charge_now or not snapshot.has_sun:
        return False
    return stays(wanted) or not is_urgent(place, snapshot)


def stays(wanted: Wanted) -> bool:
    """Whether nobody said when it leaves: then nothing has to be ready."""
    return not wanted.is_said("departs_at")


def by_sun(car: Car, amps: float) -> Car:
    """The car with what the sun gives it, or what the plan does if that is more; and no more than this."""
    most = max(amps, car.planned_a or 0.0)
    # It was let begin only after minutes of sun: without it, it need not go on.
    since_s = inf if car.running else car.since_s
    return replace(car, planned_a=most, cap_a=most, must_run=False, since_s=since_s, weight=None)


def reason_of(reason: Reason | None, amps: float, place: Place, wanted: Wanted) -> dict[str, Any] | None:
    """Why it gets no more, where that is for the sun; None where it is for something else."""
    if reason is not None:
        waits = amps <= 0 and stays(wanted) and reason.why in (Why.PAUSED_BY_PLAN, Why.RESTS)
        return {"why": Why.SUN_WAITS} if waits else None
    if amps < place.wired.minimum_a or amps + place.wired.step_a > place.wired.maximum_a:
        return None
    return {"why": Why.SUN, "limit": amps}


def _asking(place: Place, car: Car) -> SunCar:
    cap_a = max(unused_of(memory_of(place)).cap_a, place.wired.minimum_a)
    per_a, most_a = _watts_per_a(place), min(place.wired.maximum_a, cap_a)
    return SunCar(place.id, place.wired.minimum_a * per_a, most_a * per_a, car.running, car.priority)


def _watts_per_a(place: Place) -> float:
    return place.wired.watts_per_a(place.phases)


def _drawn_w(place: Place) -> float:
    """What a car takes now, as it was measured, else as it was granted."""
    if place.transaction is None:
        return 0.0
    amps = granted_a(place) if place.used_a is None else place.used_a
    return amps * _watts_per_a(place)
