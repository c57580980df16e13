"""What we asked of the station, what it answered, and whether it then happened."""

import json
from datetime import timedelta

from chargers.choices import CommandEffect, CommandState, EntryActor, EntryKind
from chargers.models import Command
from chargers.ocpp import describe
from chargers.story import late_answer

from . import words
from .entry import Entry
from .gather import Material

_ANSWERS = {
    CommandState.ACCEPTED: "It agreed",
    CommandState.REJECTED: "It refused",
    CommandState.CALLERROR: "It answered with an error",
    CommandState.TIMED_OUT: "It did not answer",
    CommandState.UNKNOWN: "Whether it heard is not known",
    CommandState.EXPIRED: "It was not reachable in time, so nothing was sent",
    CommandState.CANCELLED: "It was taken back before it was sent",
}


def entries(found: Material) -> list[Entry]:
    """One entry a command."""
    link = getattr(found.station, "connection", None)
    subprotocol = link.subprotocol if link else ""
    return [_entry(found, command, subprotocol) for command in found.commands]


def _entry(found: Material, command: Command, subprotocol: str) -> Entry:
    label = describe.command_label(subprotocol, command.action)
    person = command.actor_user_id is not None
    name = _name(command, found.sees_people)
    return Entry(
        EntryKind.COMMAND, EntryActor.PERSON if person else EntryActor.SYSTEM, command.created_at,
        f"{name} asked the station: “{label}”. {_answer(command)}{_effect(command)}.",
        applied_at=command.effect_at, code=command.action, reference=command.public_id,
        request=json.dumps(command.payload), reply=json.dumps(command.result) if command.result else "",
    )  # fmt: skip


def _name(command: Command, sees_people: bool) -> str:
    source, _, name = command.actor_label.partition(": ")
    if source == "system":
        return "This system"
    return (name or command.actor_label) if sees_people else "An operator"


def _answer(command: Command) -> str:
    state = CommandState(command.state)
    if command.late:
        return f"It answered only after the time-out: {late_answer(command)}"
    if state not in _ANSWERS:
        return "It has not answered yet"
    took = (command.finished_at - command.sent_at) if command.finished_at and command.sent_at else timedelta()
    after = f" after {words.span(took)}" if took >= timedelta(seconds=2) else ""
    return f"{_ANSWERS[state]}{after}"


def _effect(command: Command) -> str:
    effect = CommandEffect(command.effect)
    if effect == CommandEffect.SEEN:
        return f", and {command.effect_note}" if command.expectation.get("why") else ", and it happened"
    if effect == CommandEffect.NOT_SEEN:
        why = command.expectation.get("why")
        return f", but {command.effect_note}" if why else ", but nothing happened"
    return ", and we are watching for it" if effect == CommandEffect.PENDING else ""
