"""What the station said: starts, changes and stops, their repeats, the connector's states, the readings."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from chargers.choices import EntryActor, EntryKind, TransactionEventKind, TransactionState
from chargers.domain import StatusReported, TransactionReported
from chargers.models import MessageExchange, Transaction, TransactionEvent
from chargers.ocpp import describe
from chargers.services.transactions.events import content_digest
from chargers.services.transactions.times import believable

from . import words
from .entry import AGREE, Entry
from .gather import Logged, Material

# How exactly the learned offset of a clock has to explain a delay.
_CLOCK_STEADY = timedelta(minutes=1)
_REPEATED = {
    TransactionEventKind.STARTED: "start",
    TransactionEventKind.UPDATED: "message",
    TransactionEventKind.ENDED: "stop",
}


def entries(found: Material) -> list[Entry]:
    """All entries about messages, in no particular order."""
    return [*_events(found), *_repeats(found), *_statuses(found), *_readings(found)]


def repeats(found: Material) -> list[tuple[Logged, TransactionReported]]:
    """Messages that said again what an event says already."""
    known = {event.digest: event.received_at for event in found.events}
    told = [(one, one.report) for one in found.messages if isinstance(one.report, TransactionReported)]
    return [
        (one, report)
        for one, report in told
        if (first_at := known.get(content_digest(report))) is not None and one.row.received_at > first_at
    ]


def _events(found: Material) -> Iterator[Entry]:
    logged = {one.row.received_at: one for one in found.messages}
    shown = [event for event in found.events if event.kind != TransactionEventKind.UPDATED]
    for event in [*shown, *_changes(found.events)]:
        one = logged.get(event.received_at)
        yield _event(found, event, one)


def _changes(events: list[TransactionEvent]) -> list[TransactionEvent]:
    """Of many updates, those that tell of another charging state than the message before."""
    return [
        later
        for earlier, later in pairwise(events)
        if later.kind == TransactionEventKind.UPDATED
        and later.charging_state
        and later.charging_state != earlier.charging_state
    ]


def _event(found: Material, event: TransactionEvent, one: Logged | None) -> Entry:
    report = one.report if one else None
    said_at = report.at if isinstance(report, TransactionReported) else event.at
    return Entry(
        EntryKind.MESSAGE, EntryActor.STATION, event.at, _sentence(found.transaction, event),
        detail=_lateness(found, event, said_at, one), said_at=said_at, received_at=event.received_at,
        **_raw(one.row if one else None),
    )  # fmt: skip


def _sentence(row: Transaction, event: TransactionEvent) -> str:
    meter = f" with the meter at {words.wh(event.meter_wh)}" if event.meter_wh is not None else ""
    if event.conflict:
        return f"The station told the end again with other figures{meter}; the first figures stand."
    if event.kind == TransactionEventKind.STARTED:
        return f"The station reported that charging began at {words.place(row.evse_no)}{meter}."
    if event.kind == TransactionEventKind.ENDED:
        return f"The station reported the end{meter}. It was ended by {describe.ended_by(row.stop_reason)}."
    return f"The station reported a change: {event.charging_state}{meter}."


def _lateness(found: Material, event: TransactionEvent, said_at: object, one: Logged | None) -> str:
    if said_at is None or said_at != event.at:
        return "The time the station gave cannot be true, so the time of receipt is used."
    late = event.received_at - event.at
    if event.offline or late > 60 * AGREE:
        return f"It arrived {words.span(late)} later: {_why_late(found, event, late, one)}."
    return ""


def _why_late(found: Material, event: TransactionEvent, late: timedelta, one: Logged | None) -> str:
    """By what the station says itself, what is known of its clock, and since when its socket was open."""
    behind = -found.clock_ahead
    if event.offline:
        return "the station says that it was offline"
    if behind > AGREE and abs(late - behind) <= max(_CLOCK_STEADY, late / 10):
        return f"the station's clock is {words.span(behind)} behind"
    open_since = found.open_since.get(one.row.epoch) if one else None
    if open_since is not None and open_since <= event.at:
        return "it was connected all the time, so it held the message back or its clock is wrong"
    return "the station was offline, held it back, or its clock is wrong"


def _raw(row: MessageExchange | None) -> dict[str, Any]:
    return {"code": row.action, "request": row.request, "reply": row.reply} if row else {}


def _repeats(found: Material) -> Iterator[Entry]:
    for one, report in repeats(found):
        what = _REPEATED[report.kind]
        yield Entry(
            EntryKind.DECISION, EntryActor.SYSTEM, one.row.received_at,
            f"The station sent the {what} again (the answer may not have reached it). It got the same answer; "
            "nothing was counted twice.",
            said_at=report.at if believable(report.at, one.row.received_at) else None,
            received_at=one.row.received_at, **_raw(one.row),
        )  # fmt: skip


def _statuses(found: Material) -> Iterator[Entry]:
    last = None
    for one in found.statuses:
        report = one.report
        if not isinstance(report, StatusReported) or report.status == last:
            continue
        last = report.status
        code = report.error_code if report.error_code not in ("", "NoError") else ""
        yield Entry(
            EntryKind.MESSAGE, EntryActor.STATION, one.row.received_at,
            f"The station says that {words.place(found.transaction.evse_no)} is {words.status(report.status)}.",
            detail=f"Error code {code}." if code else "",
            said_at=report.at, received_at=one.row.received_at, **_raw(one.row),
        )  # fmt: skip


def _readings(found: Material) -> Iterator[Entry]:
    told = found.metered
    if not told.count or told.first_at is None or told.last_at is None:
        return
    ran = ""
    if told.first_wh is not None and told.last_wh is not None and told.count > 1:
        ran = f" The meter went from {words.wh(told.first_wh)} to {words.wh(told.last_wh)}."
    power = f" The highest power was {told.top_w / 1000:,.1f} kW." if told.top_w else ""
    length = f" within {words.span(told.last_at - told.first_at)}" if told.count > 1 else ""
    is_open = found.transaction.state != TransactionState.ORPHANED and found.transaction.is_open
    verb = "has sent" if is_open else "sent"
    number = words.counted(told.count, "meter value", "meter values")
    yield Entry(
        EntryKind.MESSAGE, EntryActor.STATION, told.last_at,
        f"Until here the station {verb} {number}{length}.{ran}{power}",
    )  # fmt: skip
