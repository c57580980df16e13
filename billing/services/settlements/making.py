"""The statement of a month: made once, of everything that no statement has told before. Repeats change nothing."""

import logging
from dataclasses import asdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.books.sharing import Component, Span, Taken, components
from billing.choices import SettlementState
from billing.models import Settlement, SettlementAgreement, SettlementLine
from billing.pricing.rounding import half_up, plain
from billing.services.books.refusals import refusals
from billing.services.invoicing.issuer import issuer_of
from billing.tax.case import Decision
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import SYSTEM, Actor

from .agreements import terms_of
from .changes import lines_made, untold
from .taxing import decision_of, tax_code_of

logger = logging.getLogger(__name__)
# Older months of an agreement that is entered late are told by hand.
_MOST_MONTHS = 24


def settlement_make(agreement: SettlementAgreement, month: date, actor: Actor) -> Settlement:
    """The statement of a month, a draft; a repeat returns the one there is.

    Raises ValidationError for a month that is not over, is before the agreement, or comes before one that was told.
    """
    with refusals(), transaction.atomic():
        # The agreement's row is the lock: of two runs the second finds the statement.
        agreement = (
            SettlementAgreement.objects.select_for_update(no_key=True, of=("self",))
            .select_related("organisation", "site", "host")
            .get(pk=agreement.pk)
        )
        month = month.replace(day=1)
        known = agreement.settlements.filter(month=month).first()
        if known is not None:
            return known
        _check(agreement, month)
        return _made(agreement, month, actor)


def _check(agreement: SettlementAgreement, month: date) -> None:
    if month_end(agreement.organisation, month) > clock.now():
        raise ValidationError({"month": f"{month:%Y-%m} is not over"})
    if month < agreement.valid_from.replace(day=1):
        raise ValidationError({"month": "is before the agreement"})
    later = agreement.settlements.filter(month__gt=month).order_by("month").first()
    if later is not None:
        raise ValidationError({"month": f"{later.month:%Y-%m} was told already, with everything before it"})


def month_end(organisation: Organisation, month: date) -> datetime:
    """When a month is over in the time of the organisation."""
    day = next_month(month)
    return datetime(day.year, day.month, 1, tzinfo=ZoneInfo(organisation.time_zone))


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def _made(agreement: SettlementAgreement, month: date, actor: Actor) -> Settlement:
    decision = decision_of(agreement, issuer_of(agreement.organisation_id), month)
    made = Settlement(
        organisation_id=agreement.organisation_id, agreement=agreement, month=month, currency=agreement.currency,
        made_at=clock.now(), terms=_told(asdict(terms_of(agreement))), tax_code=tax_code_of(decision),
        tax_decision=_told(asdict(decision)), taken={}, components=[], span={},
        net_minor=0, tax_minor=0, gross_minor=0,
    )  # fmt: skip
    made.save()
    lines = list(lines_made(made, untold(agreement, month_end(agreement.organisation, month))))
    SettlementLine.objects.bulk_create(lines, batch_size=1000)
    _add_up(made, agreement, lines, decision)
    made.save()
    audit.record(
        actor, "settlement.made", organisation_id=made.organisation_id, subject=made.public_id,
        label=f"{month:%Y-%m} {agreement}", gross_minor=made.gross_minor, currency=made.currency,
    )  # fmt: skip
    return made


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as JSON: decimals as texts with all their digits."""
    plain_kinds = (int, str, dict, type(None))
    return {name: value if isinstance(value, plain_kinds) else str(value) for name, value in facts.items()}


def _add_up(
    made: Settlement, agreement: SettlementAgreement, lines: list[SettlementLine], decision: Decision
) -> None:
    taken = sum((Taken(x.net_minor, x.energy_wh, x.card_minor, x.card_payments) for x in lines), Taken())
    span = span_of(agreement, made.month)
    parts = components(terms_of(agreement), taken, span)
    made.taken, made.span, made.components = asdict(taken), asdict(span), [_component(part) for part in parts]
    made.net_minor = sum(part.minor for part in parts)
    made.tax_minor = half_up(made.net_minor * Fraction(decision.rate) / 100)
    made.gross_minor = made.net_minor + made.tax_minor


def _component(part: Component) -> dict[str, Any]:
    return {"what": part.what, "exact": plain(part.exact), "minor": part.minor}


def span_of(agreement: SettlementAgreement, month: date) -> Span:
    """For how many days of a month the agreement holds."""
    end = next_month(month)
    first, last = max(month, agreement.valid_from), min(end, agreement.valid_until or end)
    return Span(max(0, (last - first).days), (end - month).days)


def settlement_discard(settlement: Settlement, actor: Actor) -> None:
    """Throw a draft away; its sessions come onto the next statement, which may be of the same month.

    Raises ValidationError once it is agreed, or when a later month was told.
    """
    with refusals(), transaction.atomic():
        SettlementAgreement.objects.select_for_update(no_key=True).get(pk=settlement.agreement_id)
        settlement = (
            Settlement.objects.select_for_update(of=("self",))
            .select_related("agreement")
            .get(pk=settlement.pk)
        )
        if settlement.state != SettlementState.DRAFT:
            raise ValidationError(f"{settlement} is agreed: it stays as it is")
        if settlement.agreement.settlements.filter(month__gt=settlement.month).exists():
            raise ValidationError("A later month was told already: discard that one first.")
        audit.record(
            actor, "settlement.discarded", organisation_id=settlement.organisation_id, subject=settlement.public_id,
            label=str(settlement),
        )  # fmt: skip
        settlement.delete()


def settlements_run(now: datetime | None = None) -> int:
    """Make the statements of all months that are over; how many were made."""
    moment = now or clock.now()
    agreements = SettlementAgreement.objects.select_related("organisation", "site", "host")
    return sum(_try(agreement, month) for agreement in agreements for month in months_due(agreement, moment))


def months_due(agreement: SettlementAgreement, now: datetime) -> list[date]:
    """Months of an agreement that are over and not told; after its end only those with something to tell."""
    last = agreement.settlements.order_by("-month").values_list("month", flat=True).first()
    month = next_month(last) if last else agreement.valid_from.replace(day=1)
    months: list[date] = []
    while month_end(agreement.organisation, month) <= now and len(months) < _MOST_MONTHS:
        months.append(month)
        month = next_month(month)
    within = [month for month in months if span_of(agreement, month).days]
    return within or [month for month in months[-1:] if _has_late(agreement, month)]


def _has_late(agreement: SettlementAgreement, month: date) -> bool:
    return untold(agreement, month_end(agreement.organisation, month)).exists()


def _try(agreement: SettlementAgreement, month: date) -> bool:
    """One host that cannot be told keeps nobody else from it."""
    try:
        settlement_make(agreement, month, SYSTEM)
    except (IntegrityError, ValidationError):
        logger.exception("the statement of %s for %s was not made", month, agreement.public_id)
        return False
    return True
