"""Transaction messages: stored once, in any order, however often they come.

`docs/algorithms/transactions.md` states the rules. In short: the database's natural keys find the row a
repeat belongs to; every message becomes at most one event row; the transaction's columns follow from its
events in a way that does not depend on their order of arrival.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction as database

from chargers.choices import TransactionEventKind
from chargers.domain import TransactionAnswer, TransactionReported
from chargers.models import Transaction

from ..cases import review
from ..reservations.told import reservation_use
from ..source import Source, check_epoch
from ..stations.connector_states import connector_state_tell
from . import end, facts, start
from .events import Arrival, event_store
from .find import find_for_stop, find_or_create
from .meter import readings_store
from .oddities import oddities

Handler = Callable[[Source, TransactionReported], "Reported"]


@dataclass(frozen=True, slots=True)
class Reported:
    """The transaction a message belongs to, as it now stands, and what the station is told."""

    transaction: Transaction
    answer: TransactionAnswer
    # Codes of deviations it showed.
    quirks: tuple[str, ...] = ()


@database.atomic
def transaction_report(source: Source, report: TransactionReported) -> Reported:
    """Store one transaction message and say what to answer. Repeats change nothing and get the same answer.

    Raises `Fenced` when a newer socket has taken over. Sources: OCPP 1.6 §4.8, §4.10; 2.0.1 E02 to E12.
    """
    check_epoch(source)
    reported = _HANDLERS[report.kind](source, report)
    review.review(reported.transaction, source.received_at, report)
    return reported


def _started(source: Source, report: TransactionReported) -> Reported:
    found = find_or_create(source, report)
    readings_store(source, report.place, report.readings, found)
    arrival = event_store(found, source, report)
    if arrival is Arrival.NEW:
        start.apply(source, report, found)
        reservation_use(found)
        connector_state_tell(source, report, found)
    answer = TransactionAnswer(found.reference, start.token_answer(source, report, found))
    return Reported(found, answer, oddities(report, found, arrival, answer))


def _updated(source: Source, report: TransactionReported) -> Reported:
    found = find_or_create(source, report)
    readings_store(source, report.place, report.readings, found)
    if event_store(found, source, report) is Arrival.NEW:
        start.authorize_late(source, report, found)
        facts.update(source, report, found)
        if report.token is not None or report.reservation_id is not None:
            reservation_use(found)
        connector_state_tell(source, report, found)
    return Reported(found, TransactionAnswer(found.reference, start.token_answer(source, report, found)))


def _ended(source: Source, report: TransactionReported) -> Reported:
    found = find_for_stop(source, report)
    readings_store(source, report.place, report.readings, found)
    arrival = event_store(found, source, report)
    if arrival is Arrival.NEW:
        end.apply(source, report, found)
        connector_state_tell(source, report, found)
    elif arrival is Arrival.CONFLICT:
        end.note_conflict(source, report, found)
    answer = TransactionAnswer(found.reference, end.token_answer(source, report))
    return Reported(found, answer, oddities(report, found, arrival, answer))


_HANDLERS: dict[TransactionEventKind, Handler] = {
    TransactionEventKind.STARTED: _started,
    TransactionEventKind.UPDATED: _updated,
    TransactionEventKind.ENDED: _ended,
}
