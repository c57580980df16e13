"""Whether stations hold what they confirmed: their composite schedule against our own."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from chargers.choices import CommandState
from chargers.domain import ProfilePurpose, ReadSchedule, Schedule
from chargers.models import Command
from chargers.services.commands.end import Reply
from chargers.services.commands.follow_ups import follows
from chargers.services.commands.send import InvalidCommand, adapter_of, command_request
from cpms.core import clock
from cpms.core.actors import SYSTEM

from ..choices import ProfileState
from ..engine.composite import (
    CompositeSchedule,
    Context,
    Installed,
    Limit,
    Request,
    Transaction,
    Unit,
    composite,
)
from ..models import InstalledProfile
from ..profiles import read_body
from ..profiles.exact import exact, exact_profile

PURPOSE: Final = "charging_profile_check"
WINDOW_S: Final = 900
CHECK_EVERY: Final = timedelta(hours=1)
# What was just confirmed may still be on its way through the station.
RESTED: Final = timedelta(seconds=20)
TOLERANCE: Final = 0.1
TOLERANCE_S: Final = 2
MOST: Final = 50


def profiles_verify(now: datetime | None = None) -> int:
    """Ask stations for the composite schedule of what was not checked for an hour; how many were asked."""
    now = now or clock.now()
    old = Q(checked_at=None) | Q(checked_at__lt=now - CHECK_EVERY)
    rows = InstalledProfile.objects.filter(
        old, state=ProfileState.CONFIRMED, purpose=ProfilePurpose.TX, confirmed_at__lt=now - RESTED,
        station__connection__closed_at=None, station__connection__opened_at__isnull=False,
    )  # fmt: skip
    asked = [row for row in rows.select_related("station")[:MOST] if _ask(row, now)]
    return len(asked)


@transaction.atomic
def _ask(row: InstalledProfile, now: datetime) -> bool:
    unit = read_body(row.body).unit
    row.checked_at = now
    row.save(update_fields=["checked_at"])
    try:
        command_request(
            row.station, ReadSchedule(row.evse_no, WINDOW_S, unit), SYSTEM, purpose=PURPOSE,
            reference=str(row.pk), expires_in_s=60,
        )  # fmt: skip
    except InvalidCommand:
        return False
    return True


@follows(PURPOSE)
def schedule_answered(command: Command, reply: Reply) -> None:
    """A composite schedule came, or not: what allows more than we installed is a drift."""
    row = InstalledProfile.objects.select_for_update().filter(pk=int(command.reference)).first()
    if row is None:
        return
    if reply.state != CommandState.ACCEPTED or reply.result is None:
        # Some refuse although they hold the profile: no proof either way.
        row.check_result = {"matches": None, "why": str(reply.state)}
    else:
        theirs = adapter_of(command.station).composite(reply.result)
        row.check_result = _compared(row, theirs, clock.now())
    if row.check_result.get("exceeds"):
        row.state = ProfileState.DRIFTED
    row.save(update_fields=["check_result", "state"])


def _compared(row: InstalledProfile, theirs: Schedule | None, now: datetime) -> dict[str, Any]:
    """Where the two step functions differ; `exceeds`: theirs allows more somewhere."""
    if theirs is None or not theirs.periods:
        return {"matches": None, "why": "unreadable"}
    start = theirs.starts_at or now
    ours = _ours(row, int(start.timestamp()))
    found = list(_differences(ours, theirs))
    exceeds = any(one["theirs"] > one["ours"] for one in found)
    return {"matches": not found, "exceeds": exceeds, "unit": str(theirs.unit), "differences": found[:10]}


def _differences(ours: CompositeSchedule, theirs: Schedule) -> Iterable[dict[str, float]]:
    """Looked at in the middle of every piece that is longer than clocks may differ."""
    unit = Unit(str(theirs.unit))
    steps = {0, WINDOW_S, *(p.start_s for p in ours.periods), *(p.start_s for p in theirs.periods)}
    edges = sorted(step for step in steps if step <= WINDOW_S)
    for begin, end in pairwise(edges):
        if end - begin > TOLERANCE_S:
            middle = (begin + end) // 2
            mine = float(ours.at(ours.start_s + middle).value(unit))
            told = [period.limit for period in theirs.periods if period.start_s <= middle][-1]
            if abs(mine - told) > TOLERANCE:
                yield {"start_s": begin, "ours": round(mine, 1), "theirs": round(told, 1)}


def _ours(row: InstalledProfile, start_s: int) -> CompositeSchedule:
    """The schedule that follows from what the station confirmed."""
    rows = InstalledProfile.objects.filter(
        station=row.station, evse_no=row.evse_no, state=ProfileState.CONFIRMED
    )
    bodies = [read_body(one.body) for one in rows]
    control = read_body(row.body)
    maximum = row.station.evses.get(number=row.evse_no).outlet.maximum_a
    context = Context(
        hardware={row.evse_no: Limit(exact(maximum), Unit.AMPERE)},
        transactions={row.evse_no: Transaction(control.reference, start_s)},
    )
    installed = [Installed(row.evse_no, exact_profile(body.profile)) for body in bodies]
    return composite(installed, Request(row.evse_no, start_s, WINDOW_S), context)
