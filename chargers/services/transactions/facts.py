"""The columns of a transaction, kept so that the order of arrival does not matter."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from chargers.choices import TransactionEventKind, TransactionState
from chargers.domain import TransactionReported
from chargers.events import TransactionUpdated
from chargers.models import Transaction, TransactionEvent
from cpms.core import live
from cpms.core.events import publish

from ..source import Source
from .meter import energy_between, registers
from .times import instant

# A person has decided that the energy of this transaction counts for nothing.
SET_ASIDE = "energy_set_aside"
# 2.x charging states (OCPP 2.0.1 ChargingStateEnumType) to the life of a transaction.
_STATES = {
    "Charging": TransactionState.CHARGING,
    "SuspendedEV": TransactionState.SUSPENDED,
    "SuspendedEVSE": TransactionState.SUSPENDED,
    "EVConnected": TransactionState.PENDING,
    "Idle": TransactionState.PENDING,
}


def flag(transaction: Transaction, code: str, detail: str = "") -> None:
    """Mark something odd (counted, first detail kept). The caller saves."""
    known = transaction.flags.get(code, {"count": 0, "detail": detail[:255]})
    transaction.flags[code] = known | {"count": known["count"] + 1}


def update(source: Source, report: TransactionReported, transaction: Transaction) -> None:
    """Fold an update into the transaction (2.x only)."""
    learn(source, transaction, report)
    if transaction.is_open:
        _move(source, transaction, _told_state(transaction, report))
    else:
        settle(transaction)
    transaction.save()


def learn(source: Source, transaction: Transaction, report: TransactionReported) -> None:
    """Take over what any message of a transaction may bring: place, token, remote start."""
    _learn_start(transaction, instant(report.at, source.received_at))
    if report.place and transaction.evse_no is None:
        transaction.evse_no, transaction.connector_no = report.place.evse_no, report.place.connector_no
    elif report.place and transaction.connector_no is None:
        transaction.connector_no = report.place.connector_no
    # The token of an end is the one that stopped it, which may be another of the same group.
    if report.token and not transaction.uid and report.kind != TransactionEventKind.ENDED:
        transaction.uid, transaction.token_type = report.token.uid[:255], report.token.type
    if report.remote_start_id is not None:
        transaction.remote_start_id = report.remote_start_id
    if report.reservation_id is not None:
        transaction.reservation_id = report.reservation_id
    for note in report.notes:
        flag(transaction, str(note))


def _learn_start(transaction: Transaction, at: datetime) -> None:
    """Until its start arrives, a transaction began no later than the earliest message of it."""
    if (
        at < transaction.started_at
        and not _events(transaction).filter(kind=TransactionEventKind.STARTED).exists()
    ):
        transaction.started_at = at


def first_state(transaction: Transaction, report: TransactionReported) -> TransactionState:
    """The state a start leads to; a 1.6 start means that energy may flow. Updates may have overtaken it."""
    if report.seq_no is None:
        return TransactionState.CHARGING
    return _told_state(transaction, report) or TransactionState.PENDING


def _told_state(transaction: Transaction, report: TransactionReported) -> TransactionState | None:
    """What the newest of the messages that tell a charging state says."""
    if report.seq_no is None:
        return _STATES.get(report.charging_state)
    told = _events(transaction).filter(charging_state__in=_STATES, seq_no__isnull=False)
    newest = told.order_by("-seq_no").values_list("charging_state", flat=True).first()
    return _STATES[newest] if newest else None


def _events(transaction: Transaction) -> QuerySet[TransactionEvent]:
    return TransactionEvent.objects.filter(transaction=transaction, conflict=False)


def _move(source: Source, transaction: Transaction, state: TransactionState | None) -> None:
    if state is not None and transaction.state != state:
        transaction.state = state
        publish(
            TransactionUpdated(
                organisation_id=transaction.organisation_id,
                subject=transaction.public_id,
                occurred_at=source.received_at,
                station=source.station,
                state=state,
            )
        )
        tell_pages(source, transaction)


def tell_pages(source: Source, transaction: Transaction) -> None:
    """Let open pages re-read the station and the transaction after the commit."""
    live.send_on_commit(
        source.organisation_id, stations=[source.station], transactions=[transaction.public_id]
    )


def settle(transaction: Transaction) -> None:
    """Work out the energy of an ended transaction, and whether all its messages are there. The caller saves."""
    energy_wh, oddity = energy_between(
        transaction.meter_start_wh, transaction.meter_stop_wh, registers(transaction)
    )
    transaction.energy_wh = None if SET_ASIDE in transaction.flags else energy_wh
    _set_flags(transaction, ("no_meter", "meter_backwards", "meter_incomplete"), oddity)
    _set_flags(
        transaction, ("ends_before_start",), "ends_before_start" if _ends_before_start(transaction) else None
    )
    _set_flags(transaction, ("incomplete",), "incomplete" if missing_messages(transaction) else None)


def _ends_before_start(transaction: Transaction) -> bool:
    if transaction.ended_at is None or transaction.state == TransactionState.ORPHANED:
        return False
    return transaction.ended_at < transaction.started_at


def _set_flags(transaction: Transaction, family: Iterable[str], current: str | None) -> None:
    for code in family:
        transaction.flags.pop(code, None)
    if current:
        flag(transaction, current)


def missing_messages(transaction: Transaction) -> int:
    """How many sequence numbers lack between the start and the end of a 2.x transaction (2.0.1 E01.FR.07)."""
    events = _events(transaction).filter(seq_no__isnull=False)
    seen = {number: kind for number, kind in events.values_list("seq_no", "kind") if number is not None}
    if not seen:
        return 0
    first = min((n for n, kind in seen.items() if kind == TransactionEventKind.STARTED), default=None)
    last = max((n for n, kind in seen.items() if kind == TransactionEventKind.ENDED), default=max(seen))
    if first is None:
        return 1
    return max(0, last - first + 1 - sum(first <= n <= last for n in seen))
