"""Profiles of others that lead at a station before ours: what they allow is nobody else's.

Inside one purpose the highest stack level leads (OCPP 2.0.1 K01), so what somebody else installed above ours lets a
car take more than we told. Who holds such a one cannot be told less until it is gone; other purposes only lower.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chargers.domain import ProfileKind, ProfilePurpose

from ..engine.network import Outlet
from ..models import ForeignProfile
from ..profiles import read_told, told_body


def leading_a(
    rows: Iterable[ForeignProfile], outlet: Outlet, direct_current: bool, now: datetime, within_s: float = 0.0
) -> float | None:
    """The most any of them allows now (A on a line, at most the hardware); None where none says anything."""
    found = [_allowed(row, outlet, direct_current, now, within_s) for row in rows]
    return max((min(one, outlet.maximum_a) for one in found if one is not None), default=None)


def for_session(rows: Iterable[ForeignProfile], level: int, reference: str) -> list[ForeignProfile]:
    """Those of the transaction that runs, at our level or above; of one level nobody knows which leads."""
    return [
        row
        for row in rows
        if row.purpose == ProfilePurpose.TX
        and row.level >= level
        and row.body["reference"] in ("", reference)
    ]


def for_cars(rows: Iterable[ForeignProfile], level: int) -> list[ForeignProfile]:
    """Those for any car, at the level of our default or above."""
    return [row for row in rows if row.purpose == ProfilePurpose.TX_DEFAULT and row.level >= level]


def is_over(row: ForeignProfile, now: datetime) -> bool:
    """Whether it says nothing any more; who repeats itself is never over."""
    told = read_told(row.body)
    begun, lasts_s = told.schedule.starts_at, told.schedule.duration_s
    ends = [told.valid_to]
    if begun is not None and lasts_s is not None and told.kind == ProfileKind.ABSOLUTE:
        ends.append(begun + timedelta(seconds=lasts_s))
    return any(end is not None and end <= now for end in ends)


def _allowed(
    row: ForeignProfile, outlet: Outlet, direct_current: bool, now: datetime, within_s: float
) -> float | None:
    return told_body(read_told(row.body), outlet, direct_current).highest_a(now, within_s)
