"""What was changed in a transaction after the fact, as audit lines: who, what, before and after."""

from datetime import datetime
from typing import Any

from chargers.choices import CaseFix, CaseKind, TransactionState
from chargers.models import Transaction
from cpms.core import audit
from cpms.core.actors import SYSTEM, Actor

from ..cases.desk import Found, case_open
from ..source import Source

_FACTS = ("state", "ended_at", "meter_stop_wh", "energy_wh", "stop_reason")


def facts_of(transaction: Transaction) -> dict[str, Any]:
    """The columns an end fills, as JSON values."""
    values = {name: getattr(transaction, name) for name in _FACTS}
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items()}


def end_inferred(source: Source, transaction: Transaction, why: str) -> None:
    """We closed it ourselves, for want of a stop."""
    _record(SYSTEM, "transaction.end_inferred", transaction, why=why, after=facts_of(transaction))


def told_after_all(source: Source, transaction: Transaction, before: dict[str, Any]) -> None:
    """The station's own stop came after an end that was inferred; one that a person had confirmed becomes a case."""
    after = facts_of(transaction)
    changed = [name for name in _FACTS if before[name] != after[name]]
    _record(
        Actor(transaction.station.identity, source="station"), "transaction.corrected", transaction,
        before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
    )  # fmt: skip
    if before["state"] == TransactionState.ENDED and {"ended_at", "meter_stop_wh"} & set(changed):
        options = [{"fix": CaseFix.KEEP, **after}, {"fix": CaseFix.RESTORE, **before}]
        found = Found(CaseKind.LATE_STOP, transaction.public_id, {"before": before, "after": after}, options)
        case_open(transaction.station, found, source.received_at, transaction)


def _record(actor: Actor, action: str, transaction: Transaction, **detail: Any) -> None:
    audit.record(
        actor, action, organisation_id=transaction.organisation_id, subject=transaction.public_id,
        label=transaction.station.identity, **detail,
    )  # fmt: skip
