"""What accepting a case does to transactions. Every fix goes through the same columns a station's own messages do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chargers.choices import CaseKind, TransactionEventKind, TransactionState
from chargers.events import TransactionCorrected
from chargers.models import Case, IdTag, MeterValue, Transaction, TransactionEvent
from cpms.core import clock, live
from cpms.core.events import publish

from ..transactions import facts as transaction_facts

Fix = Callable[[Case, Transaction, dict[str, Any]], None]
_FACTS = (
    "state", "started_at", "ended_at", "meter_start_wh", "meter_stop_wh", "energy_wh", "stop_reason", "uid",
)  # fmt: skip
# What an end tells, taken over from one row to another.
_END = ("ended_at", "end_received_at", "meter_stop_wh", "stop_reason", "stop_uid", "stop_digest")
AFTER_END = timedelta(minutes=5)


class CannotFix(Exception):
    """The facts have moved on since the fix was proposed; the text says how."""


def apply(case: Case, option: dict[str, Any]) -> dict[str, Any]:
    """Carry out one fix; what it changed as `{"transaction", "before", "after"}`. Raises `CannotFix`."""
    fix, row = _FIXES.get(option["fix"]), _row(case, option)
    if row is None:
        return {}
    before = _facts(row)
    if fix is not None:
        fix(case, row, option)
        row.save()
    after = _facts(row)
    changed = [name for name in _FACTS if before[name] != after[name]]
    if changed:
        _announce(row)
    return {
        "transaction": row.public_id,
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }


def _row(case: Case, option: dict[str, Any]) -> Transaction | None:
    """The transaction a fix is about, locked: its target at the same station, else the case's own."""
    rows = Transaction.objects.select_for_update(of=("self",)).select_related("station")
    if "target" in option:
        row = rows.filter(station_id=case.station_id, public_id=option["target"]).first()
        if row is None:
            raise CannotFix("the transaction is not there any more")
        return row
    return rows.get(pk=case.transaction_id) if case.transaction_id else None


def _facts(row: Transaction) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _FACTS}
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items()}


def _announce(row: Transaction) -> None:
    publish(
        TransactionCorrected(
            organisation_id=row.organisation_id, subject=row.public_id, occurred_at=clock.now(),
            station=row.station.public_id, energy_wh=row.energy_wh,
        )
    )  # fmt: skip
    live.send_on_commit(row.organisation_id, stations=[row.station.public_id], transactions=[row.public_id])


def _takes_a_stop(row: Transaction) -> bool:
    """Whether no stop of the station's own has ended it yet."""
    told = row.events.filter(kind=TransactionEventKind.ENDED, conflict=False).exists()
    return row.state != TransactionState.ORPHANED and not told


def _attach(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    assert case.transaction_id is not None
    orphan = Transaction.objects.select_for_update().get(pk=case.transaction_id)
    if not _takes_a_stop(row):
        raise CannotFix("the transaction has a stop of its own by now")
    for name in _END:
        setattr(row, name, getattr(orphan, name))
    row.state = TransactionState.ENDED
    _copy_events(orphan, row)
    MeterValue.objects.filter(transaction=orphan).update(transaction=row)
    transaction_facts.settle(row)
    transaction_facts.flag(orphan, "attached", row.public_id)
    orphan.save(update_fields=["flags"])


def _copy_events(orphan: Transaction, row: Transaction) -> None:
    """The stop stays with the orphan too: when the station repeats it, it is found there."""
    events = list(orphan.events.filter(kind=TransactionEventKind.ENDED))
    for event in events:
        event.pk, event.transaction = None, row
    TransactionEvent.objects.bulk_create(events, ignore_conflicts=True)


def _take_later(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    later = row.events.filter(
        kind=TransactionEventKind.ENDED, conflict=True, digest=case.evidence["digest"]
    ).first()
    if later is None:
        raise CannotFix("the later stop is not there any more")
    row.events.filter(kind=TransactionEventKind.ENDED, conflict=False).update(conflict=True)
    row.events.filter(pk=later.pk).update(conflict=False)
    row.ended_at, row.end_received_at, row.meter_stop_wh = later.at, later.received_at, later.meter_wh
    row.state = TransactionState.ENDED
    row.flags.pop("stop_conflict", None)
    transaction_facts.settle(row)


def _keep_first(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    row.flags.pop("stop_conflict", None)


def _confirm_end(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    if row.state != TransactionState.INFERRED_END:
        raise CannotFix("the transaction has an end of its own by now")
    row.state = TransactionState.ENDED


def _restore(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    before = case.evidence["before"]
    row.ended_at = datetime.fromisoformat(before["ended_at"]) if before["ended_at"] else None
    row.meter_stop_wh = before["meter_stop_wh"]
    transaction_facts.settle(row)


def _take_plausible(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    row.meter_stop_wh = option["meter_wh"]
    transaction_facts.settle(row)


def _no_energy(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    transaction_facts.flag(row, transaction_facts.SET_ASIDE, "a person decided that no energy counts")
    if row.state == TransactionState.INFERRED_END:
        row.state = TransactionState.ENDED
    transaction_facts.settle(row)


def _own_duration(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    if row.ended_at is None:
        raise CannotFix("the transaction has not ended")
    row.started_at = row.ended_at - timedelta(seconds=option["seconds"])
    row.flags.pop("clock_error", None)
    transaction_facts.settle(row)


def _keep(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    if case.kind == CaseKind.CLOCK:
        row.flags.pop("clock_error", None)


def _attach_readings(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    assert row.evse_no is not None
    stray = MeterValue.objects.filter(
        station_id=case.station_id, transaction=None, evse_no=row.evse_no, taken_at__gte=row.started_at
    )
    if row.ended_at is not None:
        stray = stray.filter(taken_at__lte=row.ended_at + AFTER_END)
    stray.update(transaction=row)
    if not row.is_open:
        transaction_facts.settle(row)


def _assign_tag(case: Case, row: Transaction, option: dict[str, Any]) -> None:
    tag = IdTag.objects.filter(organisation_id=case.organisation_id, uid__iexact=row.uid).first()
    if tag is None:
        raise CannotFix("the card is not registered any more")
    row.id_tag = tag


_FIXES: dict[str, Fix] = {
    "attach": _attach,
    "keep_first": _keep_first,
    "take_later": _take_later,
    "confirm_end": _confirm_end,
    "restore": _restore,
    "take_plausible": _take_plausible,
    "no_energy": _no_energy,
    "own_duration": _own_duration,
    "attach_readings": _attach_readings,
    "assign_tag": _assign_tag,
    "keep": _keep,
}
