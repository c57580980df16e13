"""What the owner of a socket does with a command: claim, send, finish. Each step is a commit of its own."""

import logging
import uuid
from datetime import timedelta
from typing import Any

from django.db import DataError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from chargers.choices import CommandEffect, CommandState
from chargers.domain import ReadSettings, Report
from chargers.models import Command, MessageExchange, StationConnection
from chargers.ocpp.adapter import Adapter
from cpms.core import clock, live
from cpms.core.actors import SYSTEM

from ..reports import report_take
from ..source import Source, check_epoch
from ..stations.availability import availability_agreed
from . import effect_catch_up, effects
from .end import Reply, finish
from .send import InvalidCommand, check, command_request

logger = logging.getLogger(__name__)
# How long a sent command may stay unanswered beyond its own time-out before a sweep gives it up.
GRACE = timedelta(seconds=5)
UNSENT = (CommandState.QUEUED, CommandState.CLAIMED)


def stations_with_commands() -> set[int]:
    """Keys of the stations for which a command waits to be sent."""
    waiting = Command.objects.filter(state__in=UNSENT)
    return set(waiting.values_list("station_id", flat=True))


@transaction.atomic
def command_claim(source: Source, instance: uuid.UUID, adapter: Adapter) -> Command | None:
    """The oldest command of the station that waits to be sent, now ours; None without one. Raises `Fenced`.

    One that this socket claimed before, when the database went away half-way, is taken up again.
    """
    check_epoch(source)
    mine = Q(state=CommandState.QUEUED) | Q(state=CommandState.CLAIMED, epoch=source.epoch)
    waiting = Command.objects.filter(mine, station_id=source.station_id).order_by("id")
    locked = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("station")
    for command in locked[:10]:
        if _is_sendable(command, adapter):
            Command.objects.filter(pk=command.pk).update(
                state=CommandState.CLAIMED, instance=instance, epoch=source.epoch, claimed_at=clock.now()
            )
            return command
    return None


def _is_sendable(command: Command, adapter: Adapter) -> bool:
    if command.expires_at <= clock.now():
        finish(command, Reply(CommandState.EXPIRED, error_description="nobody could send it in time"))
        return False
    try:
        check(adapter, command.action, command.payload)
    except InvalidCommand as error:
        text = f"the station now speaks {adapter.label}: {error.path}: {error}"
        finish(command, Reply(CommandState.REJECTED, error_description=text))
        return False
    return True


def command_sent(command: Command, epoch: int) -> bool:
    """Note, before the bytes leave, that they do: after a crash here the command is unknown, never sent twice."""
    mine = Command.objects.filter(pk=command.pk, epoch=epoch, state=CommandState.CLAIMED)
    command.sent_at = clock.now()
    return bool(mine.update(state=CommandState.SENT, sent_at=command.sent_at))


@transaction.atomic
def command_answered(source: Source, command: Command, reply: Reply, adapter: Adapter) -> Command | None:
    """Store the answer to a sent command with its exchange, and start to watch for its effect.

    Returns the command, or None when somebody has settled it before.
    """
    expectation = _expectation(command, reply, adapter)
    # Read before the end takes secrets out of the payload.
    report = _told(command, reply, adapter)
    _log(source, command, reply)
    if not finish(command, reply, expectation):
        return None
    _learn(source, command, report)
    if expectation.get("kind") == "availability":
        availability_agreed(source.station_id, expectation)
    _follow_up(command, adapter)
    return command


def _expectation(command: Command, reply: Reply, adapter: Adapter) -> dict[str, Any]:
    if reply.outcome is None or not reply.outcome.accepted:
        return {}
    return adapter.expectation(command.action, command.payload)


def _told(command: Command, reply: Reply, adapter: Adapter) -> Report | None:
    if reply.result is None or reply.outcome is None or not reply.outcome.accepted:
        return None
    return adapter.learned(command.action, command.payload, reply.result)


def _learn(source: Source, command: Command, report: Report | None) -> None:
    """An answer may tell facts (settings, versions, certificates): they go the way of everything a station tells."""
    if report is None:
        return
    try:
        with transaction.atomic():
            report_take(source, report)
    except DataError:
        logger.warning("command %s: the answer holds what cannot be stored", command.public_id)


def _follow_up(command: Command, adapter: Adapter) -> None:
    """Look whether the effect is there already; read a changed setting back; settle whoever waits for this answer."""
    if command.effect == CommandEffect.PENDING:
        if command.expectation["kind"] == "setting":
            name = command.expectation["name"]
            command_request(command.station, ReadSettings((name,)), SYSTEM, parent=command)
        else:
            effect_catch_up.look(command)
    parent = command.parent
    if parent and parent.effect == CommandEffect.PENDING and parent.expectation.get("kind") == "setting":
        effects.setting_read(parent, adapter.setting_value(parent.expectation["name"], command.result or {}))


@transaction.atomic
def command_answered_late(source: Source, command: Command, reply: Reply) -> None:
    """An answer after the time-out: recorded beside the command, whose state stands."""
    _log(source, command, reply)
    Command.objects.filter(pk=command.pk, state=CommandState.TIMED_OUT).update(
        late=True, result=reply.clean_result(command.action), error_code=reply.error_code[:60]
    )
    station = command.station
    live.send_on_commit(station.organisation_id, commands=[command.public_id], stations=[station.public_id])


def _log(source: Source, command: Command, reply: Reply) -> None:
    outcome = {CommandState.CALLERROR: "error", CommandState.TIMED_OUT: "timeout"}.get(reply.state, "result")
    MessageExchange.objects.create(
        station_id=source.station_id,
        epoch=source.epoch,
        received_at=clock.now(),
        direction="out",
        action=command.action,
        message_id=command.message_id,
        request=reply.request,
        reply=reply.reply,
        outcome=outcome,
    )


def commands_sweep() -> int:
    """Settle what nobody owns any more; how many.

    Queued too long: expired. Claimed by a socket that is gone: queued again, it never left. Sent over a
    socket that is gone, or so long ago that its time-out was lost: unknown, because the station may have acted.
    """
    now = clock.now()
    Command.objects.filter(_of_lost_socket(), state=CommandState.CLAIMED).update(
        state=CommandState.QUEUED, instance=None, epoch=None, claimed_at=None
    )
    expired = Command.objects.filter(state=CommandState.QUEUED, expires_at__lt=now)
    sent = Command.objects.filter(state=CommandState.SENT)
    lost = sent.filter(_of_lost_socket())
    given_up = sent.filter(sent_at__lt=Value(now - GRACE) - F("timeout_s") * Value(timedelta(seconds=1)))
    return (
        _settle_all(expired, Reply(CommandState.EXPIRED, error_description="nobody could send it in time"))
        + _settle_all(
            lost, Reply(CommandState.UNKNOWN, error_description="the connection was lost before the answer")
        )
        + _settle_all(
            given_up, Reply(CommandState.UNKNOWN, error_description="the end of its time-out was lost")
        )
    )


def _of_lost_socket() -> Q:
    newest = StationConnection.objects.filter(station_id=OuterRef("station_id"), closed_at=None)
    return ~Q(Exists(newest.filter(epoch=OuterRef("epoch"))))


def _settle_all(commands: QuerySet[Command], reply: Reply) -> int:
    return sum(_settle(command, reply) for command in commands.select_related("station")[:500])


@transaction.atomic
def _settle(command: Command, reply: Reply) -> bool:
    return finish(command, reply, only=(command.state,))  # type: ignore[arg-type]
