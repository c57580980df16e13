"""Keeping what meters say. Everything believed is kept once; everything else leaves its reason at the meter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from cpms.core.events import publish
from smartcharging.meters import Sample
from smartcharging.models import MeterStanding, SiteMeter

from ..choices import Measures
from ..events import LoadJumped
from .drawn import drawn_at, draws_behind
from .judging import Meter, NotBelieved, Reading, judge
from .lines import NO_LINES, Lines, lines_needed
from .volts import line_volts

# A step of this much on a line between two readings is worth telling.
JUMP_A: Final = 8.0

# One statement: a reading that is there already adds nothing to its minute either.
_KEEP = """
WITH told AS (
    SELECT * FROM unnest(%s::timestamptz[], %s::float[], %s::float[], %s::float[], %s::float[], %s::float[],
        %s::float[], %s::float[]) AS t (read_at, l1, l2, l3, o1, o2, o3, w)
), fresh AS (
    INSERT INTO smartcharging_loadreading (meter_id, received_at, read_at, l1_a, l2_a, l3_a, other_l1_a, other_l2_a,
        other_l3_a, power_w)
    SELECT %s, %s, read_at, l1, l2, l3, o1, o2, o3, w FROM told
    ON CONFLICT (meter_id, read_at) DO NOTHING
    RETURNING read_at, l1_a, l2_a, l3_a, other_l1_a, other_l2_a, other_l3_a, power_w
), minutes AS (
    INSERT INTO smartcharging_loadminute AS m (meter_id, minute, l1_a, l2_a, l3_a, other_l1_a, other_l2_a, other_l3_a,
        power_sum_w, power_count)
    SELECT %s, date_trunc('minute', read_at), max(l1_a), max(l2_a), max(l3_a), max(other_l1_a), max(other_l2_a),
        max(other_l3_a), coalesce(sum(power_w), 0), count(power_w)
    FROM fresh GROUP BY 2 ORDER BY 2
    ON CONFLICT (meter_id, minute) DO UPDATE SET
        l1_a = greatest(m.l1_a, excluded.l1_a), l2_a = greatest(m.l2_a, excluded.l2_a),
        l3_a = greatest(m.l3_a, excluded.l3_a), other_l1_a = greatest(m.other_l1_a, excluded.other_l1_a),
        other_l2_a = greatest(m.other_l2_a, excluded.other_l2_a),
        other_l3_a = greatest(m.other_l3_a, excluded.other_l3_a),
        power_sum_w = m.power_sum_w + excluded.power_sum_w, power_count = m.power_count + excluded.power_count
)
SELECT count(*) FROM fresh
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """A sample that was not believed: its place in the batch and why."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a batch. `repeated` were there already."""

    kept: int = 0
    repeated: int = 0
    refused: list[Refused] = field(default_factory=list)


@transaction.atomic
def readings_store(meter: SiteMeter, samples: Sequence[Sample], received_at: datetime) -> Kept:
    """Judge a batch and keep what is believed; the meter's standing tells the rest. Never raises for content."""
    MeterStanding.objects.get_or_create(meter=meter)
    standing = MeterStanding.objects.select_for_update(no_key=True).get(meter=meter)
    believed, refused = _judged(meter, samples, received_at, _lines(standing.amps))
    kept = _insert(meter, believed, received_at) if believed else 0
    _note_believed(meter, standing, believed, received_at)
    _note_refused(standing, refused, received_at)
    standing.doubted = bool(refused) and refused[-1].index == len(samples) - 1
    standing.save()
    return Kept(kept, len(believed) - kept, refused)


def meter_failed(meter: SiteMeter, why: str, at: datetime) -> None:
    """The meter cannot be reached; `why` empty: it can."""
    MeterStanding.objects.get_or_create(meter=meter)
    told: dict[str, Any] = {"error": why[:255], "error_at": at} if why else {"error": ""}
    MeterStanding.objects.filter(meter=meter).update(**told)


def _judged(
    meter: SiteMeter, samples: Sequence[Sample], received_at: datetime, before: Lines
) -> tuple[list[Reading], list[Refused]]:
    needed = lines_needed(meter.measures, meter.line_order)
    facts = Meter(meter.line_order, meter.reversed, needed, meter.highest_a, line_volts(meter.site))
    believed: dict[datetime, Reading] = {}
    refused = []
    for index, sample in enumerate(samples):
        try:
            reading = judge(facts, sample, received_at, before)
        except NotBelieved as error:
            refused.append(Refused(index, str(error)))
            continue
        believed.setdefault(reading.read_at, reading)
        before = reading.amps
    return sorted(believed.values(), key=lambda one: one.read_at), refused


def _insert(meter: SiteMeter, readings: list[Reading], received_at: datetime) -> int:
    others = _others(meter, readings)
    columns: list[Any] = [
        [one.read_at for one in readings],
        *([one.amps[line] for one in readings] for line in range(3)),
        *([one[line] for one in others] for line in range(3)),
        [one.power_w for one in readings],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*columns, meter.pk, received_at, meter.pk])
        return int(cursor.fetchone()[0])


def _others(meter: SiteMeter, readings: list[Reading]) -> list[Lines]:
    """What is left without the chargers, for each reading."""
    if meter.measures == Measures.PV:
        return [NO_LINES] * len(readings)
    if meter.measures == Measures.BUILDING:
        return [one.amps for one in readings]
    draws = draws_behind(meter, readings[0].read_at, readings[-1].read_at)
    return [_less(one.amps, drawn_at(draws, one.read_at)) for one in readings]


def _less(amps: Lines, drawn: tuple[float, float, float]) -> Lines:
    left = [None if told is None else told - own for told, own in zip(amps, drawn, strict=True)]
    return left[0], left[1], left[2]


def _note_believed(
    meter: SiteMeter, standing: MeterStanding, readings: list[Reading], received_at: datetime
) -> None:
    newest = readings[-1] if readings else None
    if newest is None or (standing.read_at is not None and newest.read_at <= standing.read_at):
        return
    before = _lines(standing.amps)
    if standing.same_since is None or newest.amps != before or newest.power_w != standing.power_w:
        standing.same_since = newest.read_at
    jump = max(_steps(before, newest.amps), key=abs, default=0.0)
    if abs(jump) >= JUMP_A:
        standing.jumped_at, standing.jump_a = newest.read_at, jump
        publish(_jumped(meter, jump, received_at))
    standing.read_at, standing.received_at = newest.read_at, received_at
    standing.amps, standing.power_w, standing.error = list(newest.amps), newest.power_w, ""


def _jumped(meter: SiteMeter, jump: float, at: datetime) -> LoadJumped:
    site = meter.site
    return LoadJumped(
        organisation_id=site.organisation_id, subject=site.public_id, occurred_at=at, site=site.public_id, step_a=jump
    )  # fmt: skip


def _note_refused(standing: MeterStanding, refused: list[Refused], received_at: datetime) -> None:
    if refused:
        standing.refused_at, standing.refusal = received_at, refused[-1].reason[:255]
        standing.refused_count = min(standing.refused_count + len(refused), 2**31 - 1)


def _steps(before: Lines, now: Lines) -> list[float]:
    return [new - old for old, new in zip(before, now, strict=True) if old is not None and new is not None]


def _lines(amps: list[float | None]) -> Lines:
    return (amps[0], amps[1], amps[2]) if len(amps) == 3 else NO_LINES
