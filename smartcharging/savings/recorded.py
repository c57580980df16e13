"""The sessions of a site in a span, as the simulator has them, with what they really drew."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chargers.models import MeterValue, Site, Transaction

from ..engine.network import Network, Outlet
from ..inputs.choices import NeedSource
from ..inputs.needs.resolving import Claim, resolve
from ..models import Need
from ..selectors import network_of, policy_of
from ..sim.sessions import STEP_S, Session

Floats = NDArray[np.float64]
# A fortnight in steps of five minutes is quick to play through.
LONGEST: Final = timedelta(days=14)
MOST: Final = 1500
# What is shorter would be played as a whole step.
SHORTEST: Final = timedelta(seconds=STEP_S)


@dataclass(frozen=True)
class Recorded:
    """Sessions that began in a span and have ended; steps of five minutes from `begins_at`.

    `network` has an outlet of its own for each session, under the session's id, which gives no more than its car was
    ever measured to draw. `watts` is what each drew (sessions, steps), `asked_wh` what was said that it needs (0:
    nothing was said), `worst_a` the most the building draws on each line. `unmetered`: sessions without a reading
    between begin and end, whose energy is spread evenly.
    """

    begins_at: datetime
    network: Network
    sessions: tuple[Session, ...]
    watts: Floats
    asked_wh: Floats
    worst_a: tuple[float, float, float]
    unmetered: int


def recorded(site: Site, begins_at: datetime, ends_at: datetime) -> Recorded:
    """The sessions of a span of at most `LONGEST`. Raises NetworkError when the wires cannot be calculated."""
    network = network_of(site)
    rows = _rows(site, begins_at, ends_at, network)
    curves = _curves(rows)
    steps = max((ceil(_steps(_end(row), begins_at)) for row in rows), default=0)
    watts = np.array([_watts(curves[row.pk], begins_at, steps) for row in rows]).reshape(len(rows), steps)
    asked = _asked(rows)
    sessions = tuple(_session(row, begins_at, asked[row.pk]) for row in rows)
    first, second, third = policy_of(site).building_worst_a
    return Recorded(
        begins_at,
        replace(network, outlets=tuple(_outlets(rows, watts, network))),
        sessions,
        watts,
        np.array([asked[row.pk] for row in rows], dtype=float),
        (first, second, third),
        sum(len(curves[row.pk]) <= 2 for row in rows),
    )


def _rows(site: Site, begins_at: datetime, ends_at: datetime, network: Network) -> list[Transaction]:
    """Those of a step or longer that drew something, at an EVSE that still hangs on a circuit."""
    ended = Transaction.objects.filter(
        station__site=site, started_at__gte=begins_at, started_at__lt=ends_at, ended_at__isnull=False,
        energy_wh__gt=0,
    )  # fmt: skip
    wired = {outlet.id for outlet in network.outlets}
    rows = ended.select_related("station").prefetch_related("station__evses").order_by("started_at", "pk")
    return [row for row in rows[:MOST] if _evse(row) in wired and _end(row) - row.started_at >= SHORTEST]


def _end(row: Transaction) -> datetime:
    assert row.ended_at is not None
    return row.ended_at


def _evse(row: Transaction) -> str:
    evses = (one.public_id for one in row.station.evses.all() if one.number == row.evse_no)
    return next(evses, "")


def _curves(rows: Sequence[Transaction]) -> dict[int, list[tuple[float, float]]]:
    """Energy so far (Wh) over time (s since 1970) of each session, from its begin to its end."""
    readings = MeterValue.objects.filter(transaction__in=rows, energy_wh__isnull=False).order_by(
        "taken_at", "pk"
    )
    told: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for key, taken_at, energy_wh in readings.values_list("transaction_id", "taken_at", "energy_wh"):
        told[key].append((taken_at, int(energy_wh or 0)))
    return {row.pk: list(_curve(row, told[row.pk])) for row in rows}


def _curve(row: Transaction, told: Iterable[tuple[datetime, int]]) -> Iterable[tuple[float, float]]:
    begin, whole, highest = row.meter_start_wh or 0, row.energy_wh or 0, 0.0
    yield row.started_at.timestamp(), 0.0
    for taken_at, energy_wh in told:
        so_far = float(energy_wh - begin)
        if row.started_at < taken_at < _end(row) and highest <= so_far <= whole:
            highest = so_far
            yield taken_at.timestamp(), so_far
    yield _end(row).timestamp(), float(whole)


def _watts(curve: Sequence[tuple[float, float]], begins_at: datetime, steps: int) -> Floats:
    """The mean power in each step."""
    edges = begins_at.timestamp() + np.arange(steps + 1) * STEP_S
    energy = np.interp(edges, [at for at, _ in curve], [wh for _, wh in curve])
    watts: Floats = np.diff(energy) * 3600 / STEP_S
    return watts


def _steps(moment: datetime, begins_at: datetime) -> float:
    return (moment - begins_at).total_seconds() / STEP_S


def _session(row: Transaction, begins_at: datetime, asked_wh: float) -> Session:
    arrival = round(_steps(row.started_at, begins_at))
    departure = max(round(_steps(_end(row), begins_at)), arrival + 1)
    need_wh = max(float(row.energy_wh or 0), asked_wh)
    return Session(row.public_id, row.public_id, (), "", arrival, departure, need_wh)


def _outlets(rows: Sequence[Transaction], watts: Floats, network: Network) -> Iterable[Outlet]:
    """The EVSE of each session, as strong as the car was ever measured to be (by its card, in the span)."""
    by_id = {outlet.id: outlet for outlet in network.outlets}
    highest: dict[str, float] = defaultdict(float)
    for row, drawn in zip(rows, watts, strict=True):
        key = row.uid or row.public_id
        highest[key] = max(highest[key], float(drawn.max(initial=0.0)))
    for row in rows:
        outlet = by_id[_evse(row)]
        amps = highest[row.uid or row.public_id] / outlet.watts_per_a()
        strongest = min(max(amps, outlet.minimum_a), outlet.maximum_a)
        yield replace(outlet, id=row.public_id, maximum_a=strongest)


def _asked(rows: Sequence[Transaction]) -> Mapping[int, float]:
    """What somebody said that the car needs (Wh); 0 where nobody did."""
    claims: dict[int, list[Claim]] = {row.pk: [] for row in rows}
    for need in Need.objects.filter(transaction__in=rows):
        claims[need.transaction_id].append(Claim(NeedSource(need.source), need.energy_wh))
    return {row.pk: float(resolve(claims[row.pk], row.started_at).energy_wh or 0) for row in rows}
