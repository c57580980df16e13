"""What the owner of a socket does with a command: claim, send, finish. Each step is a commit of its own."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from chargers.choices import CommandEffect, CommandState
from chargers.domain import Outcome, ReadSettings
from chargers.events import CommandFinished
from chargers.models import Command, MessageExchange
from chargers.ocpp.adapter import Adapter
from cpms.core import bus, clock, live
from cpms.core.actors import SYSTEM
from cpms.core.events import publish

from . import effect_catch_up, effects
from .commands import InvalidCommand, check, command_request
from .source import Source, check_epoch

# How long a sent command may stay unanswered beyond its own time-out before a sweep gives it up.
GRACE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Reply:
    """How a CALL of ours ended. `outcome` is None for anything but a CALLRESULT.

    `request` and `reply` are the texts on the wire, for the message log.
    """

    state: CommandState
    outcome: Outcome | None = None
    result: dict[str, Any] | None = None
    error_code: str = ""
    error_description: str = ""
    request: str = ""
    reply: str = ""


def stations_with_commands() -> set[int]:
    """Keys of the stations for which a command is queued."""
    return set(Command.objects.filter(state=CommandState.QUEUED).values_list("station_id", flat=True))


@transaction.atomic
def command_claim(source: Source, instance: uuid.UUID, adapter: Adapter) -> Command | None:
    """The oldest queued command of the station, now ours; None when there is none. Raises `Fenced`."""
    check_epoch(source)
    queued = Command.objects.filter(station_id=source.station_id, state=CommandState.QUEUED).order_by("id")
    for command in queued.select_for_update(skip_locked=True).select_related("station")[:10]:
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
    return bool(mine.update(state=CommandState.SENT, sent_at=clock.now()))


@transaction.atomic
def command_answered(source: Source, command: Command, reply: Reply, adapter: Adapter) -> Command | None:
    """Store the answer to a sent command with its exchange, and start to watch for its effect.

    Returns the command, or None when somebody has settled it before.
    """
    expectation = _expectation(command, reply, adapter)
    _log(source, command, reply)
    if not finish(command, reply, expectation, adapter):
        return None
    command.refresh_from_db()
    _follow_up(command, adapter)
    return command


def _expectation(command: Command, reply: Reply, adapter: Adapter) -> dict[str, Any]:
    if reply.outcome is None or not reply.outcome.accepted:
        return {}
    return adapter.expectation(command.action, command.payload)


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
        late=True, result=reply.result, error_code=reply.error_code[:60]
    )


def finish(
    command: Command, reply: Reply, expectation: dict[str, Any] | None = None, adapter: Adapter | None = None
) -> bool:
    """Bring a command to a final state once; False when it was final already."""
    moment = clock.now()
    changes: dict[str, Any] = {
        "state": reply.state,
        "finished_at": moment,
        "result": reply.result,
        "error_code": reply.error_code[:60],
        "error_description": reply.error_description[:255],
    }
    if adapter is not None:
        # A password has reached its station; it has no business staying here.
        changes["payload"] = adapter.redact(command.action, command.payload)
        changes["result"] = adapter.redact(command.action, reply.result) if reply.result is not None else None
    if expectation:
        changes |= {
            "expectation": expectation,
            "effect": CommandEffect.PENDING,
            "effect_deadline": effects.deadline(expectation, moment),
        }
    still_open = Command.objects.filter(pk=command.pk, finished_at=None)
    if not still_open.update(**changes):
        return False
    _announce(command, reply.state, moment)
    return True


def _announce(command: Command, state: CommandState, moment: datetime) -> None:
    station = command.station
    publish(
        CommandFinished(
            organisation_id=station.organisation_id, subject=command.public_id, occurred_at=moment,
            station=station.public_id, action=command.action, state=state,
        )
    )  # fmt: skip
    live.send_on_commit(station.organisation_id, commands=[command.public_id], stations=[station.public_id])
    name = command.public_id
    transaction.on_commit(lambda: bus.publish(bus.command_channel(name), state), robust=True)


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
    socket that is gone, or long ago: unknown, because the station may have acted.
    """
    now = clock.now()
    settled = 0
    for command in Command.objects.filter(state=CommandState.QUEUED, expires_at__lt=now).select_related(
        "station"
    )[:500]:
        settled += _sweep_one(command, CommandState.EXPIRED, "nobody could send it in time")
    gone = ~Q(station__connection__epoch=F("epoch")) | Q(station__connection__closed_at__isnull=False)
    Command.objects.filter(
        pk__in=Command.objects.filter(gone, state=CommandState.CLAIMED).values("pk"),
        state=CommandState.CLAIMED,
    ).update(state=CommandState.QUEUED, instance=None, epoch=None, claimed_at=None)
    for command in Command.objects.filter(gone, state=CommandState.SENT).select_related("station")[:500]:
        settled += _sweep_one(command, CommandState.UNKNOWN, "the connection was lost before the answer")
    return settled


@transaction.atomic
def _sweep_one(command: Command, state: CommandState, why: str) -> bool:
    return finish(command, Reply(state, error_description=why))
