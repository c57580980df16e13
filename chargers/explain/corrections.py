"""What was changed after the fact, and what people did: who, what, before and after."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chargers.choices import CaseState, EntryActor, EntryKind, TransactionState
from chargers.models import Case
from chargers.ocpp import describe
from cpms.core import audit
from cpms.core.models import AuditLine

from . import cases as case_words
from . import words
from .entry import Entry
from .gather import Material

_NAMES = {
    "state": "state",
    "started_at": "start",
    "ended_at": "end",
    "meter_start_wh": "meter at start",
    "meter_stop_wh": "meter at end",
    "energy_wh": "energy",
    "stop_reason": "reason",
    "uid": "card",
}


def entries(found: Material) -> list[Entry]:
    """All entries about corrections and acts, in no particular order."""
    told = {command.public_id for command in found.commands}
    lines = [line for line in found.lines if line.detail.get("command") not in told]
    return [*(_line(found, line) for line in lines), *_resolved(found)]


def _line(found: Material, line: AuditLine) -> Entry:
    if line.action == "transaction.end_inferred":
        return _correction(found, line, _inferred(line), EntryActor.SYSTEM)
    if line.action == "transaction.corrected":
        actor = EntryActor.STATION if line.actor_label.startswith("station:") else EntryActor.PERSON
        return _correction(found, line, _corrected(line, who(line, found.sees_people), actor), actor)
    actor = EntryActor.SYSTEM if line.actor_label.startswith("system:") else EntryActor.PERSON
    return Entry(EntryKind.ACT, actor, line.at, _act(found, line), applied_at=line.at)


def _act(found: Material, line: AuditLine) -> str:
    """`jo@example.com asked the station: “Read configuration”.`, else the words of the act."""
    name = who(line, found.sees_people)
    name = name[:1].upper() + name[1:]
    if line.action == "command.sent":
        link = getattr(found.station, "connection", None)
        call = describe.command_label(link.subprotocol if link else "", line.detail.get("call", ""))
        return f"{name} asked the station: “{call}”."
    return f"{name}: {audit.words(line.action)}."


def who(line: AuditLine, sees_people: bool) -> str:
    """The author of a line, as far as the viewer may know people."""
    source, _, name = line.actor_label.partition(": ")
    if source == "system":
        return "this system"
    if source == "station":
        return "the station"
    return name if sees_people else "an operator"


def _correction(found: Material, line: AuditLine, sentence: str, actor: EntryActor) -> Entry:
    change = _change(line.detail.get("before", {}), line.detail.get("after", {}), found.sees_cards)
    return Entry(EntryKind.CORRECTION, actor, line.at, sentence, detail=change, applied_at=line.at)


def _inferred(line: AuditLine) -> str:
    why = line.detail.get("why") or "it cannot be running any more"
    meter_wh = line.detail.get("after", {}).get("meter_stop_wh")
    last = (
        f" with the last meter value, {words.wh(meter_wh)}"
        if meter_wh is not None
        else " without a meter value"
    )
    return f"No stop came, so we closed the transaction{last}, because {why}."


def _corrected(line: AuditLine, name: str, actor: EntryActor) -> str:
    if actor == EntryActor.STATION:
        return "The station's own stop came after all, and its figures replaced ours."
    return f"{name.capitalize()} corrected the transaction."


def _change(before: dict[str, Any], after: dict[str, Any], sees_cards: bool) -> str:
    """`energy from 3,000 Wh to 6,000 Wh, state from ...`."""
    changed = [name for name in _NAMES if name in before and name in after and before[name] != after[name]]
    parts = [
        f"{_NAMES[n]} from {_value(n, before[n], sees_cards)} to {_value(n, after[n], sees_cards)}"
        for n in changed
    ]
    return f"Changed: {words.listed(parts)}." if parts else ""


def _value(name: str, value: Any, sees_cards: bool) -> str:
    if value in (None, ""):
        return "nothing"
    if name.endswith("_wh"):
        return words.wh(value)
    if name.endswith("_at"):
        return words.moment(datetime.fromisoformat(value))
    if name == "state" and value in TransactionState.values:
        return TransactionState(value).label.lower()
    return words.card(value, sees_cards) if name == "uid" else str(value)


def _resolved(found: Material) -> Iterator[Entry]:
    for case in found.cases:
        if case.resolved_at is not None:
            yield Entry(
                EntryKind.CORRECTION, _decider(case), case.resolved_at, _outcome(case, found.sees_people),
                detail=f"Reason given: {case.reason}." if case.reason and case.state != CaseState.SETTLED else "",
                applied_at=case.resolved_at, reference=case.public_id,
            )  # fmt: skip


def _decider(case: Case) -> EntryActor:
    return EntryActor.SYSTEM if case.state == CaseState.SETTLED else EntryActor.PERSON


def _outcome(case: Case, sees_people: bool) -> str:
    name = case.resolved_by.partition(": ")[2] if sees_people else "an operator"
    if case.state == CaseState.SETTLED:
        return f"The open question settled itself: {case.reason}."
    if case.state == CaseState.DISMISSED:
        return f"{name.capitalize()} dismissed the case; nothing was changed."
    chosen = next((option for option in case.options if option["fix"] == case.fix), {"fix": case.fix})
    return f"{name.capitalize()} accepted a fix: {case_words.proposal(chosen)}"
