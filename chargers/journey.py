"""A command's way, step by step: queued, sent, answered, happened; and in one plain sentence."""

from dataclasses import dataclass
from datetime import datetime

from chargers.choices import CommandEffect, CommandState
from chargers.models import Command

from .story import late_answer


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `kind` is "done", "now" or "" (not reached), `member` a state with its tone and label."""

    label: str
    kind: str = ""
    member: CommandState | CommandEffect | None = None
    at: datetime | None = None
    note: str = ""


def steps(command: Command, online: bool) -> list[Step]:
    """The four steps of a command."""
    return [_queued(command), _sent(command, online), _answered(command), _happened(command)]


def can_cancel(command: Command) -> bool:
    """Whether it can still be taken back."""
    return command.state == CommandState.QUEUED


def _queued(command: Command) -> Step:
    return Step("Queued", "done", at=command.created_at)


def _sent(command: Command, online: bool) -> Step:
    if command.sent_at:
        return Step("Sent", "done", at=command.sent_at)
    if command.is_final:
        return Step("Sent", note="never sent")
    return Step("Sent", "now", note="in a moment" if online else "when the station connects")


def _answered(command: Command) -> Step:
    if command.is_final:
        late = f"after the time-out: {late_answer(command)}" if command.late else ""
        return Step("Answered", "done", CommandState(command.state), command.finished_at, late)
    waiting = f"waiting, at most {command.timeout_s} s" if command.sent_at else "not yet"
    return Step("Answered", "now" if command.sent_at else "", note=waiting)


def _happened(command: Command) -> Step:
    effect = CommandEffect(command.effect)
    if not command.is_final:
        return Step("Happened", note="not known yet")
    if effect == CommandEffect.PENDING:
        return Step("Happened", "now", effect, note=command.effect_note or "watching for it")
    kind = "" if effect == CommandEffect.NONE else "done"
    return Step("Happened", kind, effect, command.effect_at, command.effect_note)
