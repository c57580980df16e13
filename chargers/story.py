"""How a command stands, in one sentence that says what is true and what to do, and until when it is watched."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chargers.choices import CHARGING, FAULT, WAITING, CommandEffect, CommandState, StartMissed
from chargers.models import Command
from chargers.ocpp import describe


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
_UNWATCHED: Final = "What it led to was not watched: look at the station before you repeat it."
_MESSAGES: Final = "The messages of the station tell more."
# What is waited for after the station agreed, and what it means when it did not come.
_WATCHED: Final = {
    "transaction_started": ("waiting for charging to start", "charging did not start"),
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
    warning = _warning(command)
    if command.sent_at:
        text = f"Sent, waiting for the answer, {command.timeout_s} s at most."
        return Story(WAITING, text, advice=warning)
    if online:
        return Story(WAITING, "On its way to the station.", advice=warning)
    advice = f"{warning} It is sent as soon as the station connects, or expires unsent."
    return Story(WAITING, "The station is offline.", command.expires_at, advice.strip())


def _warning(command: Command) -> str:
    """What is known to stand in the way before anything was seen."""
    note = command.effect_note
    return f"{note[:1].upper()}{note[1:]}." if note else ""


def _accepted(command: Command) -> Story:
    if command.effect == CommandEffect.SEEN:
        return _seen(command)
    if command.effect == CommandEffect.NOT_SEEN:
        return _not_seen(command)
    if command.effect == CommandEffect.PENDING:
        return _awaited(command)
    return _agreed_only(command)


def _agreed(command: Command) -> str:
    word = _word(command)
    return "Accepted by the station" if word in ("", "Accepted") else f"The station answered {word}"


def _seen(command: Command) -> Story:
    transaction, note = command.expectation.get("transaction") or _transaction(command), command.effect_note
    if command.expectation.get("why"):
        return Story(WAITING, f"{note[:1].upper()}{note[1:]}.", transaction=transaction)
    text = _SEEN.get(command.expectation.get("kind", ""), "It was seen to happen.")
    return Story(CommandEffect.SEEN.tone, text, transaction=transaction)


def _transaction(command: Command) -> str:
    first, _, rest = command.effect_note.partition(" ")
    return rest.partition(" ")[0] if first == "transaction" else ""


def _awaited(command: Command) -> Story:
    until, wanted = command.effect_deadline, command.expectation
    if wanted.get("why"):
        text = f"{_agreed(command)}, but {command.effect_note}."
        return Story(WAITING, text, until, transaction=wanted.get("transaction", ""))
    waiting = _WATCHED.get(wanted.get("kind", ""), ("watching for it", ""))[0]
    return Story(CHARGING, f"{_agreed(command)}, {waiting}.", until, _warning(command))


def _not_seen(command: Command) -> Story:
    kind, note, wanted = command.expectation.get("kind", ""), command.effect_note, command.expectation
    if wanted.get("why") in StartMissed.values:
        advice = StartMissed(wanted["why"]).label
        begun = wanted.get("transaction", "")
        return Story(FAULT, f"Accepted by the station, but {note}.", advice=advice, transaction=begun)
    what = _WATCHED.get(kind, ("", "it was not seen"))[1]
    if note.startswith("not seen within"):
        within = note.removeprefix("not seen ").removesuffix(" of the answer")
        return Story(FAULT, f"Accepted by the station, {what} {within}.", advice=_MESSAGES)
    return Story(FAULT, f"Accepted by the station, but {note}.", advice=_MESSAGES)


def _agreed_only(command: Command) -> Story:
    """Nothing is watched for; where the effect comes later, the answer alone is not the end of it."""
    tone, later = CommandState.ACCEPTED.tone, describe.told_later(command.action)
    if later:
        return Story(CHARGING, f"{_agreed(command)}; {later}.", advice=_MESSAGES)
    word = _word(command)
    done = "Done" if word in ("", "Accepted") else f"The station answered {word}"
    return Story(tone, f"{done}.")


def _ended(command: Command) -> Story:
    match command.state:
        case CommandState.REJECTED:
            word = _word(command)
            said = "" if word in ("", "Rejected") else f": {word}"
            return Story(FAULT, f"Rejected by the station{said}.", advice=_refusal(command))
        case CommandState.CALLERROR:
            return Story(FAULT, f"The station answered with an error: {command.error_code}.")
        case CommandState.TIMED_OUT:
            return _late(command) if command.late else _silent(command)
        case CommandState.UNKNOWN:
            text = "It was sent, but the connection was lost before the station answered."
            return Story(FAULT, text, advice=_ACTED_MAYBE)
        case CommandState.EXPIRED:
            text = "The station was offline until the command expired; it was never sent."
            return Story(CommandState.EXPIRED.tone, text)
    return Story(CommandState.CANCELLED.tone, "Taken back before it was sent.")


def _silent(command: Command) -> Story:
    return Story(FAULT, f"The station did not answer within {command.timeout_s} s.", advice=_ACTED_MAYBE)


def _late(command: Command) -> Story:
    """The answer came when nobody waited for it any more: it is told, what it led to was not watched."""
    said = late_answer(command)
    text = f"The station answered late, after more than {command.timeout_s} s: {said}."
    return Story(FAULT, text, advice=_UNWATCHED)


def late_answer(command: Command) -> str:
    """What came after the time-out: the station's word for it, or its error."""
    if command.is_refused_by_error:
        return f"error {command.error_code}"
    return _word(command) or "with what was asked for"


def _word(command: Command) -> str:
    status = (command.result or {}).get("status")
    return status[:40] if isinstance(status, str) else ""


def _refusal(command: Command) -> str:
    return command.error_description if command.result is None else ""
