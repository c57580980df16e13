"""Cases in sentences: what happened, and what each fix would do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chargers.choices import CaseFix, CaseKind
from chargers.models import Case

from .words import card, kwh, moment, place, span, wh

Facts = dict[str, Any]


def story(case: Case, sees_cards: bool = True) -> str:
    """What came in and why nobody can be sure, in one or two sentences."""
    return _STORIES[CaseKind(case.kind)](case.evidence, sees_cards)


def proposal(option: Facts) -> str:
    """What accepting this fix does, with its figures."""
    return _PROPOSALS[CaseFix(option["fix"])](option)


def _with_card(evidence: Facts, sees_cards: bool) -> str:
    return f" by {card(evidence['card'], sees_cards)}" if evidence.get("card") else ""


def _orphan(evidence: Facts, sees_cards: bool) -> str:
    number = evidence.get("reference") or "no number"
    return (
        f"The station reported the end of transaction {number}{_with_card(evidence, sees_cards)} with the meter at "
        f"{wh(evidence.get('meter_wh'))}. {_owner(evidence)}, and we know no start for it here. "
        "It was answered, stored, and counts for nothing until somebody decides."
    )


def _owner(evidence: Facts) -> str:
    owner = evidence.get("given_to")
    return f"We gave that number to {owner}, not to this one" if owner else "We never gave out that number"


def _offline(evidence: Facts, sees_cards: bool) -> str:
    return (
        f"The station reported the end of a session{_with_card(evidence, sees_cards)} that began while it was "
        f"offline, without a transaction number, with the meter at {wh(evidence.get('meter_wh'))}. "
        "Nothing that runs here fits it for certain."
    )


def _conflict(evidence: Facts, sees_cards: bool) -> str:
    return (
        f"The station ended the transaction twice with different figures: first with the meter at "
        f"{wh(evidence.get('first_wh'))}, then at {wh(evidence.get('later_wh'))}. The first stands for now."
    )


def _inferred(evidence: Facts, sees_cards: bool) -> str:
    why = evidence.get("why") or "it cannot be running any more"
    return f"No stop ever came. We closed the transaction because {why}; a stop that still comes corrects it by itself."


def _late(evidence: Facts, sees_cards: bool) -> str:
    before, after = evidence["before"], evidence["after"]
    return (
        f"After somebody confirmed the end at {wh(before['meter_stop_wh'])}, the station's own stop came with "
        f"{wh(after['meter_stop_wh'])}. The station's figures are in force."
    )


def _meter(evidence: Facts, sees_cards: bool) -> str:
    start_wh, stop_wh = evidence.get("start_wh"), evidence.get("stop_wh")
    ran = f"from {wh(start_wh)} to {wh(stop_wh)}"
    if start_wh is not None and stop_wh is not None and stop_wh < start_wh:
        return f"The meter ran backwards, {ran}: it was reset during the transaction."
    return f"The meter went {ran}: more energy than any charger can deliver in that time."


def _stray(evidence: Facts, sees_cards: bool) -> str:
    where = place(evidence.get("evse_no"))
    return (
        f"The station sends meter values at {where} for transaction {evidence.get('reference')}. {_owner(evidence)}. "
        "They are stored without a transaction."
    )


def _clock(evidence: Facts, sees_cards: bool) -> str:
    said = [
        str(evidence[name])[:16].replace("T", " ")
        for name in ("start_said", "stop_said")
        if evidence.get(name)
    ]
    claims = f" It says {' and '.join(said)} UTC." if said else ""
    return f"The station's clock cannot be right.{claims} The times of receipt are used instead."


def _late_start(evidence: Facts, sees_cards: bool) -> str:
    return (
        f"The station reported a session{_with_card(evidence, sees_cards)} long after it began, when nobody could "
        "refuse the card any more. The energy was delivered, but the card is not accepted here."
    )


def _quarantined(evidence: Facts, sees_cards: bool) -> str:
    return (
        "A message of this transaction misses required parts or has unusable values. What could be read is stored; "
        "the raw message is in the timeline."
    )


def _reported(evidence: Facts, sees_cards: bool) -> str:
    said = f': "{evidence["text"]}"' if evidence.get("text") else "."
    return f"A driver at {place(evidence.get('evse_no'))} says: {evidence['what']}{said}"


_STORIES: dict[CaseKind, Callable[[Facts, bool], str]] = {
    CaseKind.ORPHAN_STOP: _orphan,
    CaseKind.OFFLINE_STOP: _offline,
    CaseKind.STOP_CONFLICT: _conflict,
    CaseKind.INFERRED_END: _inferred,
    CaseKind.LATE_STOP: _late,
    CaseKind.METER_ANOMALY: _meter,
    CaseKind.STRAY_READING: _stray,
    CaseKind.CLOCK: _clock,
    CaseKind.OFFLINE_START: _late_start,
    CaseKind.QUARANTINED: _quarantined,
    CaseKind.DRIVER_REPORT: _reported,
}


def _energy(option: Facts) -> str:
    energy_wh = option.get("energy_wh")
    return f": {kwh(energy_wh)}" if energy_wh is not None else ""


def _attach(option: Facts) -> str:
    began = datetime.fromisoformat(option["started_at"])
    card_fits = "the same card" if option.get("same_tag") else "another card or none"
    why = f"{card_fits}, and the times fit"
    return (
        f"Attach the stop to the transaction at {place(option.get('evse_no'))} that began {moment(began)} "
        f"({why}){_energy(option)}."
    )


def _figures(verb: str) -> Callable[[Facts], str]:
    def say(option: Facts) -> str:
        return f"{verb}, {wh(option.get('meter_wh'))}{_energy(option)}."

    return say


def _confirm(option: Facts) -> str:
    if option.get("meter_wh") is None:
        return "Close it without a meter value: no energy is counted."
    return f"Close with the last reading, {wh(option['meter_wh'])}{_energy(option)}."


def _readings(option: Facts) -> str:
    began = datetime.fromisoformat(option["started_at"])
    return (
        f"Attach the readings to the transaction at {place(option.get('evse_no'))} that began "
        f"{moment(began)}: it is the only one that ran there then."
    )


def _duration(option: Facts) -> str:
    length = span(timedelta(seconds=option["seconds"]))
    return f"Use the duration the station counted, {length}, ending when its stop arrived."


def _fixed(text: str) -> Callable[[Facts], str]:
    return lambda option: text


_PROPOSALS: dict[CaseFix, Callable[[Facts], str]] = {
    CaseFix.ATTACH: _attach,
    CaseFix.KEEP_FIRST: _figures("Keep the first stop"),
    CaseFix.TAKE_LATER: _figures("Accept the later meter value"),
    CaseFix.CONFIRM_END: _confirm,
    CaseFix.RESTORE: lambda option: (
        f"Go back to the end that was confirmed, {wh(option['meter_stop_wh'])}{_energy(option)}."
    ),
    CaseFix.TAKE_STEPS: lambda option: f"Count the forward steps of the meter{_energy(option)}.",
    CaseFix.TAKE_PLAUSIBLE: _figures("Use the last plausible reading"),
    CaseFix.NO_ENERGY: _fixed("Count no energy for this transaction."),
    CaseFix.ATTACH_READINGS: _readings,
    CaseFix.OWN_DURATION: _duration,
    CaseFix.ASSIGN_TAG: lambda option: f"Give it to the card, which is registered by now{_label(option)}.",
    CaseFix.HANDLED: _fixed("Mark it as dealt with: the driver reads that. Nothing of a session is changed."),
    CaseFix.KEEP: lambda option: f"Leave it as it stands{_energy(option)}.",
    CaseFix.IGNORE: _fixed("Ignore it: it stays stored and counts for nothing."),
}


def _label(option: Facts) -> str:
    return f" ({option['label']})" if option.get("label") else ""


_FACTS = {
    "reference": "Transaction number it named",
    "card": "Card",
    "answer": "Our answer to it",
    "reason": "Reason the station gave",
    "why": "Why it was closed",
    "said_at": "Time by the station's clock",
    "start_said": "Start by the station's clock",
    "stop_said": "Stop by the station's clock",
    "start_wh": "Meter at start",
    "stop_wh": "Meter at end",
    "meter_wh": "Meter at the stop",
    "first_wh": "Meter, first stop",
    "first_at": "Time, first stop",
    "later_wh": "Meter, later stop",
    "later_at": "Time, later stop",
    "energy_wh": "Energy as counted now",
    "evse_no": "Connector",
    "by": "Reported by",
}


def facts(case: Case, sees_cards: bool = True) -> list[tuple[str, str]]:
    """The evidence as label and text, in a fixed order."""
    known = [(name, case.evidence[name]) for name in _FACTS if case.evidence.get(name) not in (None, "")]
    return [(_FACTS[name], _text(name, value, sees_cards)) for name, value in known]


def _text(name: str, value: Any, sees_cards: bool) -> str:
    if name == "card":
        return card(str(value), sees_cards)
    if name.endswith("_wh"):
        return wh(value)
    return moment(datetime.fromisoformat(value)) if name.endswith(("_at", "_said")) else str(value)


def changes(case: Case, sees_cards: bool = True) -> list[tuple[str, str, str]]:
    """What the fix changed: name, before, after."""
    before, after = case.changes.get("before", {}), case.changes.get("after", {})
    return [
        (name.replace("_", " "), *(_value(name, part.get(name), sees_cards) for part in (before, after)))
        for name in after
    ]


def _value(name: str, value: Any, sees_cards: bool) -> str:
    return "nothing" if value in (None, "") else _text("card" if name == "uid" else name, value, sees_cards)
