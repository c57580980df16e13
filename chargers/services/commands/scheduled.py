"""Commands that wait for their moment: a time, an idle station, or both.

A sweep hands them over; the row and its command are written in one transaction, so that it can run twice.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from chargers.choices import OPEN_STATES, ScheduleState
from chargers.domain import Request
from chargers.models import ChargingStation, Command, ScheduledCommand, StationConnection, Transaction
from chargers.ocpp.adapter import Unsupported
from chargers.ocpp.redact import redact
from cpms.core import audit, clock, live
from cpms.core.actors import Actor

from .send import InvalidCommand, adapter_of, check, command_send

PURPOSE = "scheduled"
FARTHEST = timedelta(days=366)
# How long it waits for the station to be connected (and idle) once its time has come.
PATIENCE = timedelta(hours=24)
LONGEST_PATIENCE = timedelta(days=30)


class NotWaiting(Exception):
    """It was handed over, cancelled or given up already."""


def schedule_request(
    station: ChargingStation, request: Request, actor: Actor, **when: Any
) -> ScheduledCommand:
    """The same as `schedule_command` for a version-neutral wish."""
    try:
        action, payload = adapter_of(station).outbound(request)
    except Unsupported as error:
        raise InvalidCommand(str(error), "action") from None
    return schedule_command(station, action, payload, actor, **when)


@transaction.atomic
def schedule_command(
    station: ChargingStation,
    action: str,
    payload: dict[str, Any],
    actor: Actor,
    *,
    not_before: datetime | None = None,
    when_idle: bool = False,
    patience: timedelta = PATIENCE,
) -> ScheduledCommand:
    """Keep a command for its moment. Raises InvalidCommand, and ValidationError naming the field."""
    check(adapter_of(station), action, payload)
    now = clock.now()
    moment = not_before or now
    if not_before is not None and not now < not_before <= now + FARTHEST:
        raise ValidationError({"not_before": "must be in the future, within a year"})
    if not timedelta(0) < patience <= LONGEST_PATIENCE:
        raise ValidationError(
            {"patience": f"must be more than nothing, and {LONGEST_PATIENCE.days} days at most"}
        )
    row = ScheduledCommand.objects.create(
        station=station,
        action=action,
        payload=payload,
        not_before=moment,
        when_idle=when_idle,
        give_up_at=moment + patience,
        actor_label=actor.label[:160],
        actor_source=actor.source,
        actor_user_id=actor.user_id,
    )
    _record(actor, "command.scheduled", row)
    _tell(row)
    return row


@transaction.atomic
def schedule_cancel(row: ScheduledCommand, actor: Actor) -> ScheduledCommand:
    """Take it back while it waits. Raises NotWaiting."""
    row = ScheduledCommand.objects.select_for_update(of=("self",)).select_related("station").get(pk=row.pk)
    if row.state != ScheduleState.WAITING:
        raise NotWaiting(f"it is {ScheduleState(row.state).label.lower()} already")
    _end(row, ScheduleState.CANCELLED, f"by {actor.label}")
    _record(actor, "command.unscheduled", row)
    return row


def scheduled_sweep() -> int:
    """Hand over what is due, give up what waited too long; how many."""
    now = clock.now()
    waiting = ScheduledCommand.objects.filter(state=ScheduleState.WAITING)
    ready = _ready(waiting.filter(not_before__lte=now, give_up_at__gt=now))
    keys = list(ready.order_by("not_before").values_list("pk", flat=True)[:500])
    late = list(waiting.filter(give_up_at__lte=now).values_list("pk", flat=True)[:500])
    return sum(_hand_over(key) for key in keys) + sum(_give_up(key) for key in late)


def _ready(rows: QuerySet[ScheduledCommand]) -> QuerySet[ScheduledCommand]:
    """Those whose station is connected and, where that is wished, idle."""
    online = StationConnection.objects.filter(
        station_id=OuterRef("station_id"), opened_at__isnull=False, closed_at=None
    )
    charging = Transaction.objects.filter(station_id=OuterRef("station_id"), state__in=OPEN_STATES)
    return rows.filter(Exists(online)).filter(Q(when_idle=False) | ~Exists(charging))


def _lock(key: int) -> ScheduledCommand | None:
    rows = ScheduledCommand.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.select_related("station").filter(pk=key, state=ScheduleState.WAITING).first()


@transaction.atomic
def _hand_over(key: int) -> bool:
    row = _lock(key)
    if row is None:
        return False
    try:
        with transaction.atomic():
            command = _send(row)
    except InvalidCommand as error:
        _end(row, ScheduleState.GIVEN_UP, f"The station would not understand it now: {error}")
    else:
        _end(row, ScheduleState.SENT, "", command)
    return True


def _send(row: ScheduledCommand) -> Command:
    actor = Actor(row.actor_label, row.actor_user_id, row.actor_source)
    return command_send(row.station, row.action, row.payload, actor, purpose=PURPOSE, reference=row.public_id)


@transaction.atomic
def _give_up(key: int) -> bool:
    row = _lock(key)
    if row is None:
        return False
    reason = "was never connected and idle" if row.when_idle else "was never connected"
    _end(row, ScheduleState.GIVEN_UP, f"The station {reason} in time.")
    return True


def _end(row: ScheduledCommand, state: ScheduleState, note: str, command: Command | None = None) -> None:
    row.state, row.note, row.command, row.ended_at = state, note[:255], command, clock.now()
    # A password has no business staying here once it is needed no more.
    row.payload = redact(row.action, row.payload)
    row.save(update_fields=["state", "note", "command", "ended_at", "payload"])
    _tell(row)


def _tell(row: ScheduledCommand) -> None:
    live.send_on_commit(row.station.organisation_id, stations=[row.station.public_id])


def _record(actor: Actor, action: str, row: ScheduledCommand) -> None:
    station = row.station
    audit.record(
        actor, action, organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity, scheduled=row.public_id, call=row.action,
        not_before=row.not_before.isoformat(), when_idle=row.when_idle,
    )  # fmt: skip
