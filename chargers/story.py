"""How a command stands, in one sentence that says what is true and what to do, and until when it is watched."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chargers.choices import CHARGING, FAULT, WAITING, CommandEffect, CommandState
from chargers.models import Command


@dataclass(frozen=True, slots=True)
class Story:
    """`until` is the moment by which the next thing must have happened; None when nothing is awaited."""

    tone: str
    sentence: str
    until: datetime | None = None
    advice: str = ""
    # Public id of the transaction that was seen to begin or end.
    transaction: str = ""


_ACTED_MAYBE: Final = (
    "It may have acted all the same, so it is not sent again by itself: "
    "look at the station before you repeat it."
)
# What is waited for after the station agreed, and what it means when it did not come.
_WATCHED: Final = {
    "transaction_started": ("waiting for a car and the start of charging", "no car"),
    "transaction_ended": ("waiting for the session to end", "the session goes on"),
    "booted": ("waiting for the station to restart", "the station did not restart"),
    "availability": ("waiting for the connectors to report it", "the connectors do not report it"),
    "setting": ("reading the value back", "the value does not read back as wanted"),
    "message": ("waiting for the message", "the message did not come"),
}
_SEEN: Final = {
    "transaction_started": "Charging has started.",
    "transaction_ended": "The session has ended.",
    "booted": "The station has restarted.",
    "availability": "The station reports it.",
    "setting": "The new value reads back as wanted.",
    "message": "The message has come.",
}


def story(command: Command, online: bool) -> Story:
    """The command as it stands, for pages and API."""
    if not command.is_final:
        return _on_its_way(command, online)
    if command.state == CommandState.ACCEPTED:
        return _accepted(command)
    return _ended(command)


def _on_its_way(command: Command, online: bool) -> Story:
    if command.sent_at:
        return Story(WAITING, f"Sent, waiting for the answer, {command.timeout_s} s at most.")
    if online:
        return Story(WAITING, "On its way to the station.")
    advice = "It is sent as soon as the station connects, or expires unsent."
    return Story(WAITING, "The station is offline.", command.expires_at, advice)


def _accepted(command: Command) -> Story:
    kind = command.expectation.get("kind", "")
    word = _word(command)
    if command.effect == CommandEffect.SEEN:
        text = _SEEN.get(kind, "It was seen to happen.")
        return Story(CommandEffect.SEEN.tone, text, transaction=_transaction(command))
    if command.effect == CommandEffect.NOT_SEEN:
        return _not_seen(command, kind)
    if command.effect == CommandEffect.PENDING:
        waiting = _WATCHED.get(kind, ("watching for it", ""))[0]
        agreed = "Accepted by the station" if word in ("", "Accepted") else f"The station answered {word}"
        return Story(CHARGING, f"{agreed}, {waiting}.", command.effect_deadline)
    done = "Done" if word in ("", "Accepted") else f"The station answered {word}"
    return Story(CommandState.ACCEPTED.tone, f"{done}.")


def _transaction(command: Command) -> str:
    first, _, rest = command.effect_note.partition(" ")
    return rest.partition(" ")[0] if first == "transaction" else ""


def _not_seen(command: Command, kind: str) -> Story:
    what = _WATCHED.get(kind, ("", "it was not seen"))[1]
    if command.effect_note.startswith("not seen within"):
        within = command.effect_note.removeprefix("not seen ").removesuffix(" of the answer")
        return Story(FAULT, f"Accepted by the station, {what} {within}.", advice=_advice(kind))
    return Story(FAULT, f"Accepted by the station, but {command.effect_note}.", advice=_advice(kind))


def _advice(kind: str) -> str:
    if kind == "transaction_started":
        return "Nothing was charged. Plug the car in and start again."
    return "The messages of the station tell more."


def _ended(command: Command) -> Story:
    match command.state:
        case CommandState.REJECTED:
            word = _word(command)
            said = "" if word in ("", "Rejected") else f": {word}"
            return Story(FAULT, f"Rejected by the station{said}.", advice=_refusal(command))
        case CommandState.CALLERROR:
            return Story(FAULT, f"The station answered with an error: {command.error_code}.")
        case CommandState.TIMED_OUT:
            return Story(
                FAULT, f"The station did not answer within {command.timeout_s} s.", advice=_ACTED_MAYBE
            )
        case CommandState.UNKNOWN:
            text = "It was sent, but the connection was lost before the station answered."
            return Story(FAULT, text, advice=_ACTED_MAYBE)
        case CommandState.EXPIRED:
            text = "The station was offline until the command expired; it was never sent."
            return Story(CommandState.EXPIRED.tone, text)
    return Story(CommandState.CANCELLED.tone, "Taken back before it was sent.")


def _word(command: Command) -> str:
    status = (command.result or {}).get("status")
    return status[:40] if isinstance(status, str) else ""


def _refusal(command: Command) -> str:
    return command.error_description if command.result is None else ""
