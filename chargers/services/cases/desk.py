"""Cases of the reconciliation desk: opened once, accepted or dismissed by a person, or settled by evidence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction as database

from chargers.choices import CaseFix, CaseKind, CaseState
from chargers.events import CaseOpened, CaseResolved
from chargers.models import Case, ChargingStation, Transaction
from cpms.core import audit, clock, live
from cpms.core.actors import SYSTEM, Actor
from cpms.core.events import publish

from . import fixes as cases_fixes

Option = dict[str, Any]
"""A possible fix with its figures, JSON values: `{"fix": "attach", "target": "txn_...", ...}`."""


class CaseClosed(Exception):
    """Somebody else has decided already, or later evidence did."""


@dataclass(frozen=True, slots=True)
class Found:
    """A cause of a case: `key` is the same whenever the same cause is met again."""

    kind: CaseKind
    key: str
    evidence: dict[str, Any] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)


def case_open(
    station: ChargingStation, found: Found, at: datetime, transaction: Transaction | None = None
) -> Case:
    """The case of this cause, made when it is new. One that is still open takes over newer evidence and fixes."""
    case, is_new = Case.objects.get_or_create(
        station_id=station.pk,
        kind=found.kind,
        key=found.key[:80],
        defaults={
            "organisation_id": station.organisation_id,
            "transaction": transaction,
            "happened_at": at,
            "evidence": found.evidence,
            "options": found.options,
        },
    )
    if is_new:
        _announce_open(case, station, at)
    elif case.is_open:
        _refresh(case, found)
    return case


def _refresh(case: Case, found: Found) -> None:
    evidence = case.evidence | {name: value for name, value in found.evidence.items() if value is not None}
    if (evidence, found.options) != (case.evidence, case.options):
        case.evidence, case.options = evidence, found.options
        case.save(update_fields=["evidence", "options"])


@database.atomic
def case_accept(case: Case, actor: Actor, *, option: int = 0, reason: str = "") -> Case:
    """Apply one of the case's fixes, the proposed one unless another is named by its place in `options`.

    Raises `CaseClosed`, `CannotFix` when the facts have moved on, IndexError for a place that is none.
    """
    case = _locked(case)
    chosen = case.options[option] if option >= 0 else case.options[len(case.options)]
    changes = cases_fixes.apply(case, chosen)
    case.fix, case.changes = CaseFix(chosen["fix"]), changes
    _close(case, CaseState.ACCEPTED, actor, reason)
    _record_correction(case, actor)
    return case


@database.atomic
def case_dismiss(case: Case, actor: Actor, reason: str) -> Case:
    """Leave everything as it is, and say why. Raises `CaseClosed`."""
    case = _locked(case)
    _close(case, CaseState.DISMISSED, actor, reason)
    return case


def cases_dismiss(cases: Iterable[Case], actor: Actor, reason: str) -> int:
    """Dismiss many, each by itself; those somebody has closed meanwhile are left out. How many were dismissed."""
    dismissed = 0
    for case in cases:
        try:
            case_dismiss(case, actor, reason)
        except CaseClosed:
            continue
        dismissed += 1
    return dismissed


def case_settle(case: Case, why: str) -> None:
    """Later evidence has answered it (call inside a transaction)."""
    _close(case, CaseState.SETTLED, SYSTEM, why)


def _locked(case: Case) -> Case:
    row = (
        Case.objects.select_for_update(of=("self",)).select_related("station", "transaction").get(pk=case.pk)
    )
    if not row.is_open:
        raise CaseClosed(f"the case is closed: {CaseState(row.state).label.lower()}")
    return row


def _close(case: Case, state: CaseState, actor: Actor, reason: str) -> None:
    case.state, case.reason = state, reason[:255]
    case.resolved_at, case.resolved_by = clock.now(), f"{actor.source}: {actor.label}"[:160]
    case.save(update_fields=["state", "reason", "resolved_at", "resolved_by", "fix", "changes"])
    audit.record(
        actor, f"case.{state}", organisation_id=case.organisation_id, subject=case.public_id,
        label=CaseKind(case.kind).label, reason=case.reason, fix=case.fix, station=case.station.identity,
    )  # fmt: skip
    publish(
        CaseResolved(
            organisation_id=case.organisation_id, subject=case.public_id, occurred_at=case.resolved_at,
            station=case.station.public_id, kind=case.kind, state=case.state, fix=case.fix,
        )
    )  # fmt: skip
    _tell_pages(case)


def _record_correction(case: Case, actor: Actor) -> None:
    """The transaction's own line: who changed what in it, from what to what."""
    if case.changes.get("after"):
        audit.record(
            actor, "transaction.corrected", organisation_id=case.organisation_id,
            subject=case.changes["transaction"], label=case.station.identity, case=case.public_id, fix=case.fix,
            before=case.changes["before"], after=case.changes["after"],
        )  # fmt: skip


def _announce_open(case: Case, station: ChargingStation, at: datetime) -> None:
    publish(
        CaseOpened(
            organisation_id=station.organisation_id, subject=case.public_id, occurred_at=at,
            station=station.public_id, kind=case.kind,
            transaction=case.transaction.public_id if case.transaction else "",
        )
    )  # fmt: skip
    _tell_pages(case)


def _tell_pages(case: Case) -> None:
    if case.transaction is not None:
        live.send_on_commit(case.organisation_id, transactions=[case.transaction.public_id])
