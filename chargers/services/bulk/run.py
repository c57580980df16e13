"""Bulk commands: made from a plan, sent by `bulk.waves`, stopped on request."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q

from chargers.choices import BulkItemState, BulkState, CommandEffect, CommandState
from chargers.models import BulkCommand, BulkItem
from chargers.ocpp.redact import redact
from cpms.accounts.models import Organisation
from cpms.core import audit, clock, live
from cpms.core.actors import Actor

from .plan import MOST_STATIONS, Plan
from .wishes import WISHES

DEFAULT_PACE = 120
FASTEST_PACE = 6_000
DEFAULT_WAIT_S = 3600
LONGEST_WAIT_S = 7 * 24 * 3600
PURPOSE = "bulk"


class NotRunning(Exception):
    """Everything was sent, or it was stopped already."""


@transaction.atomic
def bulk_make(
    organisation: Organisation,
    plan: Plan,
    actor: Actor,
    *,
    per_minute: int | None = None,
    wait_s: int = DEFAULT_WAIT_S,
) -> BulkCommand:
    """Keep the plan and put its stations in line, those that are connected first. Raises ValidationError."""
    pace = per_minute or _usual_pace(plan)
    _check(plan, pace, wait_s)
    made = BulkCommand.objects.create(
        organisation=organisation,
        label=plan.ask.label,
        wish=plan.ask.wish,
        action=plan.ask.action,
        payload=plan.ask.payload or {},
        total=len(plan.lines),
        per_minute=pace,
        wait_s=wait_s,
        actor_label=actor.label[:160],
        actor_source=actor.source,
        actor_user_id=actor.user_id,
    )
    BulkItem.objects.bulk_create(_items(made, plan))
    audit.record(
        actor, "bulk.started", organisation_id=organisation.pk, subject=made.public_id, label=made.label,
        stations=len(plan.sendable), call=plan.ask.action or plan.ask.wish,
        payload=redact(plan.ask.action, plan.ask.payload or {}),
    )  # fmt: skip
    return made


def _usual_pace(plan: Plan) -> int:
    return WISHES[plan.ask.wish].per_minute if plan.ask.wish else DEFAULT_PACE


def _check(plan: Plan, pace: int, wait_s: int) -> None:
    if not plan.sendable:
        raise ValidationError("none of the stations can be sent this")
    if len(plan.lines) > MOST_STATIONS:
        raise ValidationError(f"{MOST_STATIONS} stations at once at most, not {len(plan.lines)}")
    if not 1 <= pace <= FASTEST_PACE:
        raise ValidationError({"per_minute": f"must be 1 to {FASTEST_PACE}"})
    if not 1 <= wait_s <= LONGEST_WAIT_S:
        raise ValidationError({"wait_s": f"must be 1 to {LONGEST_WAIT_S}"})


def _items(bulk: BulkCommand, plan: Plan) -> list[BulkItem]:
    first = sorted(plan.sendable, key=lambda line: not line.online)
    waiting = [BulkItem(bulk=bulk, station=line.station) for line in first]
    skipped = BulkItemState.SKIPPED
    return waiting + [
        BulkItem(bulk=bulk, station=line.station, state=skipped, reason=line.reason[:255])
        for line in plan.left_out
    ]


@transaction.atomic
def bulk_stop(bulk: BulkCommand, actor: Actor) -> BulkCommand:
    """Send it to nobody else; what was sent stays sent. Raises NotRunning."""
    bulk = BulkCommand.objects.select_for_update().get(pk=bulk.pk)
    if bulk.state != BulkState.RUNNING:
        raise NotRunning("everything was sent, or it was stopped already")
    waiting = bulk.items.filter(state=BulkItemState.WAITING)
    left = waiting.update(state=BulkItemState.CANCELLED, reason=f"stopped by {actor.label}"[:255])
    finish(bulk, BulkState.CANCELLED)
    audit.record(
        actor, "bulk.stopped", organisation_id=bulk.organisation_id, subject=bulk.public_id,
        label=bulk.label, not_sent=left,
    )  # fmt: skip
    return bulk


def finish(bulk: BulkCommand, state: BulkState) -> None:
    """Nobody else gets it. A password has no business staying here."""
    bulk.state, bulk.finished_at = state, clock.now()
    bulk.payload = redact(bulk.action, bulk.payload)
    bulk.save(update_fields=["state", "finished_at", "payload"])
    tell(bulk)


def tell(bulk: BulkCommand) -> None:
    """Open pages re-read it."""
    live.send_on_commit(bulk.organisation_id, bulk=[bulk.public_id])


BAD = (CommandState.REJECTED, CommandState.CALLERROR, CommandState.TIMED_OUT, CommandState.UNKNOWN)
NEVER = (CommandState.EXPIRED, CommandState.CANCELLED)


def bulk_counts(bulk: BulkCommand) -> dict[str, int]:
    """How many stations are where: `waiting`, `open`, `accepted`, `seen`, `refused`, `never`, `left_out`."""
    sent = Q(state=BulkItemState.SENT)
    accepted = sent & Q(command__state=CommandState.ACCEPTED)
    counted = bulk.items.aggregate(
        waiting=Count("pk", filter=Q(state=BulkItemState.WAITING)),
        open=Count("pk", filter=sent & Q(command__finished_at=None)),
        accepted=Count("pk", filter=accepted),
        seen=Count("pk", filter=accepted & Q(command__effect=CommandEffect.SEEN)),
        not_seen=Count("pk", filter=accepted & Q(command__effect=CommandEffect.NOT_SEEN)),
        refused=Count("pk", filter=sent & Q(command__state__in=BAD)),
        never=Count("pk", filter=(sent & Q(command__state__in=NEVER)) | Q(state=BulkItemState.CANCELLED)),
        left_out=Count("pk", filter=Q(state=BulkItemState.SKIPPED)),
    )
    return dict(counted)
