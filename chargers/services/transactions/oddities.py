"""Which deviations a transaction message shows, once it is known what it turned out to be."""

from chargers.choices import AuthorizationStatus, Quirk, TransactionEventKind, TransactionState
from chargers.domain import TransactionAnswer, TransactionReported
from chargers.models import Transaction

from .events import Arrival

_REPEATS = {
    TransactionEventKind.STARTED: Quirk.REPEATED_START,
    TransactionEventKind.ENDED: Quirk.REPEATED_STOP,
}


def oddities(
    report: TransactionReported, transaction: Transaction, arrival: Arrival, answer: TransactionAnswer
) -> tuple[str, ...]:
    """Quirk codes, `report.notes` among them."""
    found = list(report.notes)
    if arrival is Arrival.REPEATED and report.kind in _REPEATS:
        found.append(_REPEATS[report.kind])
    if "clock_error" in transaction.flags:
        found.append(Quirk.TIMESTAMP_IMPLAUSIBLE)
    if report.kind == TransactionEventKind.ENDED:
        found += _of_stop(transaction, arrival, answer)
    return tuple(found)


def _of_stop(transaction: Transaction, arrival: Arrival, answer: TransactionAnswer) -> list[Quirk]:
    seen = {
        Quirk.STOP_CONFLICT: arrival is Arrival.CONFLICT,
        Quirk.STOP_WITHOUT_START: transaction.state == TransactionState.ORPHANED,
        Quirk.STOP_TAG: answer.token is not None and answer.token.status == AuthorizationStatus.INVALID,
        Quirk.METER_BACKWARDS: "meter_backwards" in transaction.flags,
    }
    return [quirk for quirk, is_seen in seen.items() if is_seen]
