"""One row a transaction message: repeats recognised, contradictions kept and marked."""

from enum import Enum

from chargers.choices import TransactionEventKind
from chargers.domain import TransactionReported
from chargers.models import Transaction, TransactionEvent

from ..source import Source
from .digests import digest
from .times import instant


class Arrival(Enum):
    """What a message turned out to be."""

    NEW = "new"
    REPEATED = "repeated"
    CONFLICT = "conflict"


def event_store(transaction: Transaction, source: Source, report: TransactionReported) -> Arrival:
    """Keep the message as an event of its transaction, unless it is there already.

    In 2.x the sequence number is the key, in 1.6 the kind: a transaction starts once and stops once. A
    second message under the same key with other content is kept as a conflict.
    """
    row = _row(transaction, source, report)
    known = TransactionEvent.objects.filter(transaction=transaction, digest=row.digest)
    if known.exists() or _stops_at_the_same_register(transaction, report):
        return Arrival.REPEATED
    row.conflict = _same_key(transaction, report)
    TransactionEvent.objects.bulk_create([row], ignore_conflicts=True)
    return Arrival.CONFLICT if row.conflict else Arrival.NEW


def _stops_at_the_same_register(transaction: Transaction, report: TransactionReported) -> bool:
    """A 1.6 stop sent again with another time says nothing else: the register is what is charged for."""
    if report.seq_no is not None or report.kind != TransactionEventKind.ENDED:
        return False
    stops = TransactionEvent.objects.filter(transaction=transaction, kind=report.kind, conflict=False)
    return stops.filter(meter_wh=report.meter_wh).exists()


def _same_key(transaction: Transaction, report: TransactionReported) -> bool:
    others = TransactionEvent.objects.filter(transaction=transaction, conflict=False)
    if report.seq_no is None:
        return others.filter(kind=report.kind).exists()
    return others.filter(seq_no=report.seq_no).exists()


def _row(transaction: Transaction, source: Source, report: TransactionReported) -> TransactionEvent:
    return TransactionEvent(
        transaction=transaction,
        kind=report.kind,
        seq_no=report.seq_no,
        trigger=report.trigger[:40],
        charging_state=report.charging_state[:20],
        at=instant(report.at, source.received_at),
        received_at=source.received_at,
        offline=report.offline,
        meter_wh=report.meter_wh,
        digest=content_digest(report),
    )


def content_digest(report: TransactionReported) -> str:
    """The content without what a retry may change: the message id. (A retry keeps the station's time.)"""
    token = report.token.uid.upper() if report.token else None
    return digest(
        report.kind, report.seq_no, report.at, report.meter_wh, token, report.trigger, report.charging_state,
        report.stop_reason, report.fingerprint, *(r.digest for r in report.readings),
    )  # fmt: skip
