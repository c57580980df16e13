"""The end of a command: brought about once, told to everybody, and nothing secret left behind."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from chargers.choices import OPEN_COMMANDS, CommandEffect, CommandState
from chargers.domain import Outcome
from chargers.events import CommandFinished
from chargers.models import Command
from chargers.ocpp.redact import redact
from cpms.core import bus, clock, live
from cpms.core.events import publish

from . import effects, follow_ups


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
    error_details: dict[str, Any] | None = None
    request: str = ""
    reply: str = ""

    def clean_result(self, action: str) -> dict[str, Any] | None:
        """The result, or the details of a CALLERROR, without secrets."""
        given = self.result if self.error_details is None else self.error_details
        return None if given is None else redact(action, given)


def finish(
    command: Command,
    reply: Reply,
    expectation: dict[str, Any] | None = None,
    only: Collection[CommandState] = OPEN_COMMANDS,
) -> bool:
    """Bring a command to a final state once (call inside a transaction); False when it was in none of `only`."""
    moment = clock.now()
    changes = _changes(command, reply, moment)
    if expectation:
        changes |= {
            "expectation": expectation,
            "effect": CommandEffect.PENDING,
            "effect_deadline": effects.deadline(
                expectation, moment, bool(reply.outcome and reply.outcome.pending)
            ),
        }
    if not Command.objects.filter(pk=command.pk, state__in=only).update(**changes):
        return False
    _announce(command, reply.state, moment)
    follow_ups.ended(command, reply)
    for name, value in changes.items():
        setattr(command, name, value)
    return True


def _changes(command: Command, reply: Reply, moment: datetime) -> dict[str, Any]:
    return {
        "state": reply.state,
        "finished_at": moment,
        # A password has reached its station, or never will; it has no business staying here.
        "payload": redact(command.action, command.payload),
        "result": reply.clean_result(command.action),
        "error_code": reply.error_code[:60],
        "error_description": reply.error_description[:255],
    }


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
    transaction.on_commit(lambda: bus.command_ended(name), robust=True)
