"""Which facts of a transaction make it a case, looked at whenever the station or we have changed it.

The rules read what is stored, so looking twice makes nothing twice, and a cause that has gone settles its case.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction as database

from chargers.choices import AuthorizationStatus, CaseKind, CaseState, TransactionEventKind, TransactionState
from chargers.domain import Place, TransactionReported
from chargers.models import Case, ChargingStation, Transaction
from cpms.core import clock

from ..transactions.find import given_to
from ..transactions.times import believable
from . import options
from .desk import Found, case_open, case_settle

logger = logging.getLogger(__name__)
# A start that arrives so long after it happened was made while nobody could be asked.
LATE = timedelta(minutes=5)
# Orphans whose start may still arrive are looked at again; so many at a time.
MOST_REFRESHED = 500
# A station that invents ids must not fill the desk.
MOST_STRAYS = 20
_SETTLED_BY = {
    CaseKind.INFERRED_END: "the station's own stop came in",
    CaseKind.METER_ANOMALY: "later readings explain the meter",
}


def review(transaction: Transaction, at: datetime, report: TransactionReported | None = None) -> None:
    """Open and settle the cases of a transaction after `report`. It never keeps a message from being stored."""
    if not _may_be_odd(transaction, report):
        return
    try:
        with database.atomic():
            _review(transaction, at, report)
    except Exception:
        logger.exception("cases of transaction %s not reviewed", transaction.public_id)


def _may_be_odd(transaction: Transaction, report: TransactionReported | None) -> bool:
    """Most messages are plain: those cost nothing here."""
    if report is None or transaction.flags or transaction.energy_wh:
        return True
    if report.kind == TransactionEventKind.STARTED:
        return transaction.authorization not in ("", AuthorizationStatus.ACCEPTED)
    return report.kind == TransactionEventKind.ENDED


def _review(transaction: Transaction, at: datetime, report: TransactionReported | None) -> None:
    known = {case.kind: case for case in Case.objects.filter(transaction=transaction, state=CaseState.OPEN)}
    found = list(_causes(transaction, report, known))
    for cause in found:
        case_open(transaction.station, cause, at, transaction)
    for kind, why in _SETTLED_BY.items():
        if kind in known and kind not in {cause.kind for cause in found}:
            case_settle(known[kind], why)


def _causes(row: Transaction, report: TransactionReported | None, known: dict[str, Case]) -> Iterator[Found]:
    if row.state == TransactionState.ORPHANED:
        yield from _orphan(row, report)
        return
    if row.state == TransactionState.INFERRED_END:
        evidence = {"why": row.flags.get("inferred_end", {}).get("detail", ""), "card": row.uid}
        yield Found(CaseKind.INFERRED_END, row.public_id, evidence, options.of_inferred(row))
    if "stop_conflict" in row.flags:
        yield from _conflicts(row)
    if "meter_backwards" in row.flags or options.jumped(row):
        figures = {"start_wh": row.meter_start_wh, "stop_wh": row.meter_stop_wh, "energy_wh": row.energy_wh}
        yield Found(CaseKind.METER_ANOMALY, row.public_id, figures, options.of_meter(row))
    if "clock_error" in row.flags:
        yield _clock(row, report, known)
    if "quarantined" in row.flags:
        kept = [{"fix": "keep"}, {"fix": "no_energy"}]
        yield Found(CaseKind.QUARANTINED, row.public_id, {"energy_wh": row.energy_wh}, kept)
    if report is not None and _is_late_and_refused(row, report):
        evidence = {"card": row.uid, "answer": row.authorization, "said_at": row.started_at.isoformat()}
        yield Found(CaseKind.OFFLINE_START, row.public_id, evidence, options.of_offline_start(row))


def _orphan(row: Transaction, report: TransactionReported | None) -> Iterator[Found]:
    if "attached" in row.flags:
        return
    offline = "transaction_id_invalid" in row.flags
    evidence: dict[str, Any] = {
        "reference": report.reference if report else None,
        "meter_wh": row.meter_stop_wh,
        "said_at": row.ended_at.isoformat() if row.ended_at else None,
        "card": row.stop_uid or None,
        "reason": row.stop_reason or None,
        "given_to": None if offline or not report else given_to(row.station, report.reference) or None,
    }
    kind = CaseKind.OFFLINE_STOP if offline else CaseKind.ORPHAN_STOP
    yield Found(kind, row.public_id, evidence, options.of_orphan(row))


def _conflicts(row: Transaction) -> Iterator[Found]:
    for event in row.events.filter(kind=TransactionEventKind.ENDED, conflict=True):
        evidence = {
            "digest": event.digest,
            "first_wh": row.meter_stop_wh,
            "first_at": row.ended_at.isoformat() if row.ended_at else None,
            "later_wh": event.meter_wh,
            "later_at": event.at.isoformat(),
        }
        key = f"{row.public_id}:{event.digest[:32]}"
        yield Found(CaseKind.STOP_CONFLICT, key, evidence, options.of_conflict(row, event))


def _clock(row: Transaction, report: TransactionReported | None, known: dict[str, Case]) -> Found:
    evidence = dict(known[CaseKind.CLOCK].evidence) if CaseKind.CLOCK in known else {}
    if report is not None and report.at is not None:
        names = {TransactionEventKind.STARTED: "start_said", TransactionEventKind.ENDED: "stop_said"}
        wrong = not believable(report.at, clock.now()) or evidence
        if report.kind in names and wrong:
            evidence.setdefault(names[report.kind], report.at.isoformat())
    return Found(CaseKind.CLOCK, row.public_id, evidence, options.of_clock(row, evidence))


def _is_late_and_refused(row: Transaction, report: TransactionReported) -> bool:
    if report.kind != TransactionEventKind.STARTED or row.authorization in ("", AuthorizationStatus.ACCEPTED):
        return False
    return row.offline or row.start_received_at - row.started_at > LATE


def reading_unmatched(station_id: int, reference: str, place: Place, at: datetime) -> None:
    """Readings came for a transaction nobody knows: a case, once for each reference."""
    strays = Case.objects.filter(station_id=station_id, kind=CaseKind.STRAY_READING, state=CaseState.OPEN)
    if strays.count() >= MOST_STRAYS:
        return
    station = ChargingStation.objects.get(pk=station_id)
    owner = given_to(station, reference) or None
    evidence = {"reference": reference[:60], "evse_no": place.evse_no, "given_to": owner}
    found = Found(
        CaseKind.STRAY_READING, reference, evidence, options.of_stray(station_id, place.evse_no, at)
    )
    with database.atomic():
        case_open(station, found, at)


def orphans_refresh() -> int:
    """Look again for the transaction an orphan belongs to: its start may have come later. How many were looked at."""
    kinds = (CaseKind.ORPHAN_STOP, CaseKind.OFFLINE_STOP)
    cases = Case.objects.filter(state=CaseState.OPEN, kind__in=kinds).select_related("transaction")
    rows = list(cases.order_by("-id")[:MOST_REFRESHED])
    for case in rows:
        if case.transaction is not None:
            Case.objects.filter(pk=case.pk, state=CaseState.OPEN).update(
                options=options.of_orphan(case.transaction)
            )
    return len(rows)
