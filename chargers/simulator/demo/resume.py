"""A fleet that stops and starts again: registers count on, and what was not delivered is delivered then."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Max

from chargers.models import MeterValue, Transaction

from ..clock import Clock, StoppedClock
from ..outlet import Session
from ..station import SimulatedStation
from ..visits import Visit
from .cast import Part

STEP = timedelta(minutes=5)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
RECENT = timedelta(days=3)


@dataclass(slots=True)
class Standing:
    """Where a station stands: its register, the end of its last charge, messages that still have to be told."""

    register_wh: int = 0
    free_from: datetime = LONG_AGO
    waiting: list[dict[str, Any]] = field(default_factory=list)


def standings(cast: list[Part], state: Mapping[str, Any]) -> dict[str, Standing]:
    """From the database, and from what the fleet kept when it stopped."""
    found = {part.identity: Standing() for part in cast}
    for identity, ended_at, wh in _ends(list(found)):
        found[identity].free_from = ended_at or LONG_AGO
        found[identity].register_wh = wh or 0
    for identity, kept in state.items():
        if identity in found:
            here = found[identity]
            here.register_wh = max(here.register_wh, kept["register_wh"])
            here.free_from = max(here.free_from, datetime.fromisoformat(kept["free_from"]))
            here.waiting = kept["waiting"]
    return found


def _ends(identities: list[str]) -> list[tuple[str, datetime | None, int | None]]:
    """Station, end of its last charge, highest register it has told."""
    stations = Transaction.objects.filter(station__identity__in=identities).values_list("station__identity")
    ends = stations.annotate(end=Max("ended_at"), stop_wh=Max("meter_stop_wh"), station_pk=Max("station_id"))
    since = datetime.now(UTC) - RECENT
    told = (
        MeterValue.objects.filter(taken_at__gte=since).values_list("station_id").annotate(wh=Max("energy_wh"))
    )
    newest = {station_id: wh or 0 for station_id, wh in told}
    rows = ends.values_list("station__identity", "end", "stop_wh", "station_pk")
    return [(identity, end, max(stop_wh or 0, newest.get(pk, 0))) for identity, end, stop_wh, pk in rows]


def pick_up(station: SimulatedStation, standing: Standing) -> None:
    """Continue where the station stood; old messages go first."""
    station.outlets[1].meter.register_wh = standing.register_wh
    sessions: dict[str, Session] = {}
    for kept in standing.waiting:
        session = kept["session"] | {"started_at": datetime.fromisoformat(kept["session"]["started_at"])}
        same = sessions.setdefault(session["key"], Session(**session))
        station.outbox.put(kept["action"], kept["payload"], same)


def put_down(station: SimulatedStation) -> dict[str, Any]:
    """What `pick_up` needs, as JSON values."""
    waiting = [
        {
            "action": entry.action,
            "payload": entry.payload,
            "session": asdict(entry.session) | {"started_at": entry.session.started_at.isoformat()},
        }
        for entry in station.outbox.entries
    ]
    return {
        "register_wh": station.outlets[1].meter.register_wh,
        "free_from": station.now().isoformat(),
        "waiting": waiting,
    }


def backfill(station: SimulatedStation, visits: list[tuple[Visit, str]], now: datetime) -> None:
    """If the first visit has begun already, charge since then, offline; the server hears of it on connecting."""
    if not visits or visits[0][0].plug_in > now:
        return
    visit, uid = visits[0]
    station.clock = clock = StoppedClock(visit.plug_in)
    station.begin_offline(visit.car(station.rng), uid)
    while clock.moment + STEP < now:
        clock.moment += STEP
        station.pass_offline(STEP.total_seconds())
    station.clock = Clock()
