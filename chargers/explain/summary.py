"""The one sentence above the timeline."""

from chargers.choices import AuthorizationStatus, TransactionEventKind, TransactionState
from chargers.ocpp import describe
from chargers.services.transactions.facts import SET_ASIDE

from . import words
from .gather import Material
from .messages import repeats


def sentence(found: Material) -> str:
    """Who started it where, what ended it, how much energy and why so much, and what was odd."""
    parts = [f"{_start(found)}, {_end(found)}", _energy(found), _repeats(found), _waiting(found)]
    text = "; ".join(part for part in parts if part)
    return f"{text[0].upper()}{text[1:]}."


def _start(found: Material) -> str:
    row = found.transaction
    if row.state == TransactionState.ORPHANED:
        return "a stop without a start"
    by = f"by {words.card(row.uid, found.sees_cards)}" if row.uid else "without a card"
    offline = " while the station was offline" if row.offline else ""
    refused = row.authorization not in ("", AuthorizationStatus.ACCEPTED)
    verdict = f" (which was {words.verdict(row.authorization)})" if refused else ""
    return f"started {by}{verdict} at {words.place(row.evse_no)}{offline}"


def _end(found: Material) -> str:
    row = found.transaction
    if row.is_open:
        return "still running"
    if row.state == TransactionState.ORPHANED:
        return f"ended by {describe.ended_by(row.stop_reason)}"
    if row.state == TransactionState.INFERRED_END:
        why = row.flags.get("inferred_end", {}).get("detail") or "it cannot be running any more"
        return f"closed by us without a stop, because {why}"
    if not row.stop_digest and not row.stop_reason:
        return "ended with the last meter value, as somebody confirmed"
    length = f" after {words.span(row.ended_at - row.started_at)}" if row.ended_at else ""
    return f"ended by {describe.ended_by(row.stop_reason)}{length}"


def _energy(found: Material) -> str:
    row = found.transaction
    if row.is_open:
        return _so_far(found)
    if SET_ASIDE in row.flags:
        return "no energy is counted, as somebody decided"
    if row.energy_wh is None:
        return "no energy is counted, because two meter values are not known"
    start_wh, stop_wh = row.meter_start_wh, row.meter_stop_wh
    if start_wh is not None and stop_wh is not None and stop_wh - start_wh == row.energy_wh:
        return f"{words.kwh(row.energy_wh)} = {stop_wh:,} - {start_wh:,} Wh"
    return f"{words.kwh(row.energy_wh)}, the sum of the forward steps of a meter that did not run straight"


def _so_far(found: Material) -> str:
    last_wh, start_wh = found.metered.last_wh, found.transaction.meter_start_wh
    if last_wh is None or start_wh is None or last_wh < start_wh:
        return "no meter value yet"
    return f"{words.kwh(last_wh - start_wh)} so far"


def _repeats(found: Material) -> str:
    again = [report.kind for _, report in repeats(found)]
    starts, stops = again.count(TransactionEventKind.STARTED), again.count(TransactionEventKind.ENDED)
    parts = [words.counted(starts, "repeated start", "repeated starts")] if starts else []
    parts += [words.counted(stops, "repeated stop", "repeated stops")] if stops else []
    return f"{words.listed(parts)} {'was' if starts + stops == 1 else 'were'} ignored" if parts else ""


def _waiting(found: Material) -> str:
    waiting = sum(case.is_open for case in found.cases)
    if not waiting:
        return ""
    verb = "waits" if waiting == 1 else "wait"
    return f"{words.counted(waiting, 'open question', 'open questions')} {verb} for a decision"
