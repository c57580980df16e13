"""A statement is agreed: numbered, booked, frozen; and paid. Each once, whatever is repeated."""

from datetime import UTC, date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.books.hosts import HostPaid, HostPaidBack, HostShareBack
from billing.books.lines import Amount, amount
from billing.books.postings import HostShare, Posting
from billing.choices import SeriesKind, SettlementState
from billing.models import JournalEntry, Party, PostingPeriod, Settlement
from billing.services.books.ledger import Heading, entry_post
from billing.services.books.refusals import refusals
from billing.services.invoicing.invoices import snapshot
from billing.services.invoicing.issuer import issuer_gaps, issuer_of
from billing.services.invoicing.series import number_take
from cpms.core import audit, clock
from cpms.core.actors import Actor
from cpms.core.zones import day_in, today_in

from .making import next_month

_LONGEST = 60
_ADDRESS = ("legal_name", "street", "postal_code", "city", "country")


def settlement_agree(settlement: Settlement, actor: Actor, at: datetime | None = None) -> Settlement:
    """Number the statement and book what is owed; a repeat returns it.

    Raises ValidationError while its tax is an open question, or what has to stand on it is missing.
    """
    with refusals(), transaction.atomic():
        settlement = _locked(settlement)
        if settlement.state != SettlementState.DRAFT:
            return settlement
        operator = _operator(settlement)
        now = at or clock.now()
        settlement.agreed_at, settlement.agreed_on = now, day_in(settlement.organisation.time_zone, now)
        settlement.agreed_by = actor.label[:160]
        settlement.host_snapshot = snapshot(settlement.agreement.host)
        settlement.operator_snapshot = snapshot(operator)
        settlement.entry = _booked(settlement)
        _number(settlement, operator)
        settlement.save()
        _record(settlement, actor, "settlement.agreed")
        return settlement


def _locked(settlement: Settlement) -> Settlement:
    rows = Settlement.objects.select_for_update(of=("self",)).select_related(
        "agreement__host", "agreement__site"
    )
    return rows.get(pk=settlement.pk)


def _operator(settlement: Settlement) -> Party:
    """Who we are, once nothing is missing that the law wants on a statement that the buyer writes (art. 226)."""
    if not settlement.tax_decision["category"]:
        raise ValidationError(
            f"The tax is an open question: {settlement.tax_decision['question']}."
            " Answer it, discard the draft and make it again."
        )
    operator, host = issuer_of(settlement.organisation_id), settlement.agreement.host
    gaps = issuer_gaps(operator)
    gaps += [f"{name.replace('_', ' ')} of the host" for name in _ADDRESS if not getattr(host, name)]
    if not (host.vat_id or host.tax_number):
        gaps.append("VAT id or tax number of the host")
    if gaps or operator is None:
        raise ValidationError(f"Missing: {', '.join(gaps)}.")
    return operator


def _booked(settlement: Settlement) -> JournalEntry | None:
    """The share as a cost of its month, or of today's where that month is closed. Nothing for a share of zero."""
    posting = share_posting(settlement)
    if posting is None:
        return None
    heading = Heading(
        f"{posting.kind}:{settlement.public_id}", settlement.currency, settlement.agreed_at or clock.now(),
        settlement.public_id, _day(settlement),
    )  # fmt: skip
    return entry_post(settlement.organisation_id, posting, heading)


def share_posting(settlement: Settlement) -> Posting | None:
    """What the share does to the books; below zero it is owed to us."""
    host = settlement.agreement.host.public_id
    if settlement.gross_minor > 0:
        return HostShare(host, _amount(settlement, 1))
    return HostShareBack(host, _amount(settlement, -1)) if settlement.gross_minor < 0 else None


def _amount(settlement: Settlement, sign: int) -> Amount:
    return amount(sign * settlement.net_minor, sign * settlement.tax_minor, settlement.tax_code)


def _day(settlement: Settlement) -> date | None:
    closed = PostingPeriod.objects.filter(
        organisation_id=settlement.organisation_id, month=settlement.month, closed=True
    )
    return None if closed.exists() else date.fromordinal(next_month(settlement.month).toordinal() - 1)


def _number(settlement: Settlement, operator: Party) -> None:
    assert settlement.agreed_on is not None
    series = number_take(operator, SeriesKind.SETTLEMENT, settlement.agreed_on)
    settlement.series, settlement.number = series, series.last_number
    settlement.code, settlement.state = f"{series.prefix}{series.last_number:06d}", SettlementState.AGREED


def settlement_pay(settlement: Settlement, day: date, reference: str, actor: Actor) -> Settlement:
    """The bank moved the share; a repeat returns it. Raises ValidationError naming the field."""
    if not reference.strip() or len(reference) > _LONGEST:
        raise ValidationError({"reference": f"is needed, with at most {_LONGEST} characters"})
    if day > today_in(settlement.organisation.time_zone):
        raise ValidationError({"on": "is in the future"})
    with refusals(), transaction.atomic():
        settlement = _locked(settlement)
        if settlement.state == SettlementState.PAID:
            return settlement
        if settlement.state != SettlementState.AGREED:
            raise ValidationError("A draft is not paid: agree it first.")
        settlement.paid_entry = _moved(settlement, day)
        settlement.paid_on, settlement.state = day, SettlementState.PAID
        settlement.save(update_fields=["paid_entry", "paid_on", "state"])
        _record(settlement, actor, "settlement.paid", reference=reference.strip())
        return settlement


def _moved(settlement: Settlement, day: date) -> JournalEntry | None:
    if not settlement.gross_minor:
        return None
    kind = HostPaid if settlement.gross_minor > 0 else HostPaidBack
    posting = kind(settlement.agreement.host.public_id, abs(settlement.gross_minor))
    at = datetime.combine(day, time(12), UTC)
    heading = Heading(f"{posting.kind}:{settlement.public_id}", settlement.currency, at, settlement.public_id)
    return entry_post(settlement.organisation_id, posting, heading)


def _record(settlement: Settlement, actor: Actor, action: str, **detail: str) -> None:
    audit.record(
        actor, action, organisation_id=settlement.organisation_id, subject=settlement.public_id,
        label=settlement.code, gross_minor=settlement.gross_minor, currency=settlement.currency, **detail,
    )  # fmt: skip
