"""What a car of which nobody said anything will still do: from earlier visits, and from its state of charge."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from chargers.models import MeterValue, Transaction
from chargers.selectors.transactions import latest_readings
from smartcharging.engine.estimate import (
    Caution,
    Habits,
    History,
    Prospect,
    Source,
    Stay,
    Visit,
    need_from_soc,
)
from smartcharging.models import VisitDigest

from ..choices import NeedSource
from .resolving import Basis, Claim

# A battery is worked out from what a session put in, from so many per cent on.
LEAST_RISE: Final = 5.0
TARGET: Final = 80.0
FULL: Final = 100.0
# The clock of habits begins with a Monday.
_MONDAY: Final = datetime(2024, 1, 1)
# Fewer visits are no habit.
LEAST_VISITS: Final = Caution().visits


@dataclass(frozen=True)
class Past:
    """Earlier visits at one site, of everybody and of each ID tag (by key); `zone` is the site's clock."""

    zone: ZoneInfo
    everybody: Sequence[Sequence[float]]
    of_tag: Mapping[int, Sequence[Sequence[float]]]

    @cached_property
    def history(self) -> History:
        """Their quantiles."""
        found = History(self._visit(one) for one in self.everybody)
        for tag, visits in self.of_tag.items():
            for one in visits:
                found.add_own(self._visit(one, str(tag)))
        return found

    @cached_property
    def habits(self) -> Habits:
        """How likely somebody is still there."""
        found = Habits()
        for one in self.everybody:
            found.add(self._stay(one))
        for tag, visits in self.of_tag.items():
            for one in visits:
                found.add_own(self._stay(one, str(tag)))
        return found

    def prospect(self, session: Transaction, now: datetime, had_wh: float) -> Prospect | None:
        """How likely a car is still there; None where its ID tag has too few visits of its own."""
        if len(self.of_tag.get(session.id_tag_id or 0, ())) < LEAST_VISITS:
            return None
        begin_s = self.clock_s(session.started_at)
        now_s = begin_s + max(0.0, (now - session.started_at).total_seconds())
        return self.habits.prospect(begin_s, now_s, had_wh, str(session.id_tag_id))

    def claims(self, session: Transaction, now: datetime, had_wh: float) -> list[Claim]:
        """Departure and energy, each from the most telling kind of visits that has enough of them."""
        stayed_s = max(0.0, (now - session.started_at).total_seconds())
        hour = session.started_at.astimezone(self.zone).hour
        found = self.history.estimate(hour, stayed_s, had_wh, str(session.id_tag_id or ""))
        made = []
        if found.source is not Source.NOTHING:
            leaves_at = now + timedelta(seconds=found.left_s)
            basis = Basis(found.visits, found.source)
            made.append(Claim(NeedSource.HISTORY, departs_at=leaves_at, basis=basis))
        if found.need_source is not Source.NOTHING:
            energy_wh, soon_wh = round(had_wh + found.need_wh), round(had_wh + found.guaranteed_wh)
            basis = Basis(found.need_visits, found.need_source)
            soon = soon_wh if found.guaranteed_wh > 0 else None
            made.append(Claim(NeedSource.HISTORY, energy_wh, soon_wh=soon, basis=basis))
        return made

    def _visit(self, visit: Sequence[float], user: str | None = None) -> Visit:
        began = datetime.fromtimestamp(visit[0], self.zone)
        return Visit(began.hour, visit[1], visit[2], user)

    def _stay(self, visit: Sequence[float], user: str | None = None) -> Stay:
        begin_s = self.clock_s(datetime.fromtimestamp(visit[0], UTC))
        return Stay(begin_s, visit[1], visit[2], user)

    def clock_s(self, at: datetime) -> float:
        """A moment on the clock of habits."""
        return (at.astimezone(self.zone).replace(tzinfo=None) - _MONDAY).total_seconds()


def pasts(sessions: Iterable[Transaction]) -> dict[int, Past]:
    """What is remembered of the sites of sessions and of their ID tags, by the site's key, in one query."""
    sites = {one.station.site_id: one.station.site for one in sessions if one.station.site}
    tags = {one.id_tag_id for one in sessions if one.id_tag_id}
    rows = VisitDigest.objects.filter(Q(id_tag=None) | Q(id_tag__in=tags), site__in=list(sites))
    digests = [row for row in rows if sites[row.site_id].organisation_id == row.organisation_id]
    return {
        key: Past(
            ZoneInfo(site.time_zone),
            next((row.visits for row in digests if row.site_id == key and row.id_tag_id is None), []),
            {row.id_tag_id: row.visits for row in digests if row.site_id == key and row.id_tag_id},
        )
        for key, site in sites.items()
        if key is not None
    }


def delivered_wh(reading: MeterValue | None, session: Transaction) -> float:
    """What a session drew so far; 0 where nobody knows."""
    if reading is None or reading.energy_wh is None or session.meter_start_wh is None:
        return 0.0
    return float(max(reading.energy_wh - session.meter_start_wh, 0))


def estimates(sessions: Sequence[Transaction], now: datetime) -> dict[int, list[Claim]]:
    """What is worked out for each session, by its key; nothing where too few visits tell."""
    known, readings = pasts(sessions), latest_readings(sessions)
    made: dict[int, list[Claim]] = {one.pk: [] for one in sessions}
    for session in sessions:
        past = known.get(session.station.site_id or 0)
        if past is not None:
            made[session.pk] += past.claims(session, now, delivered_wh(readings.get(session.pk), session))
    for session, claim in _by_battery(sessions):
        made[session.pk].append(claim)
    return made


def _by_battery(sessions: Sequence[Transaction]) -> Iterable[tuple[Transaction, Claim]]:
    """Until 80 %, and beyond it until 100 %, where the state of charge is told and rose enough to know the battery."""
    told = MeterValue.objects.filter(
        transaction__in=sessions, soc_percent__isnull=False, energy_wh__isnull=False
    )
    first = {one.transaction_id: one for one in _one_each(told.order_by("transaction_id", "taken_at", "id"))}
    last = {one.transaction_id: one for one in _one_each(told.order_by("transaction_id", "-taken_at", "-id"))}
    for session in sessions:
        if session.pk in first and session.meter_start_wh is not None:
            energy_wh = _until_target(first[session.pk], last[session.pk], session)
            if energy_wh:
                yield session, Claim(NeedSource.BATTERY, energy_wh)


def _one_each(readings: QuerySet[MeterValue]) -> Iterable[MeterValue]:
    return readings.distinct("transaction_id")


def _until_target(first: MeterValue, last: MeterValue, session: Transaction) -> int | None:
    begin, now = first.soc_percent or 0.0, last.soc_percent or 0.0
    put_in_wh = (last.energy_wh or 0) - (first.energy_wh or 0)
    if not (begin >= 0 and now <= FULL and now - begin >= LEAST_RISE and put_in_wh > 0):
        return None
    # What was measured at the outlet has its losses in it already.
    battery_wh = put_in_wh / (now - begin) * 100
    missing = need_from_soc(now, battery_wh, TARGET if now < TARGET else FULL, efficiency=1.0)
    return round(delivered_wh(last, session) + missing) or None
