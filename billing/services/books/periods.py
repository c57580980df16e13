"""Posting periods: a month that is closed takes no more entries."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.models import PostingPeriod
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor


def period_close(organisation: Organisation, month: date, actor: Actor) -> PostingPeriod:
    """Close a month that is over; entries on their way into it are waited for. Raises ValidationError.

    What happened in it but is told later is posted with `booked_on` in an open month.
    """
    first = month.replace(day=1)
    if first >= clock.now().date().replace(day=1):
        raise ValidationError({"month": f"{first:%Y-%m} is not over"})
    return _change(organisation, first, actor, closed=True)


def period_reopen(organisation: Organisation, month: date, actor: Actor) -> PostingPeriod:
    """Let a month take entries again. Raises ValidationError when it is not closed."""
    first = month.replace(day=1)
    if not PostingPeriod.objects.filter(organisation=organisation, month=first, closed=True).exists():
        raise ValidationError({"month": f"{first:%Y-%m} is not closed"})
    return _change(organisation, first, actor, closed=False)


@transaction.atomic
def _change(organisation: Organisation, first: date, actor: Actor, *, closed: bool) -> PostingPeriod:
    facts = {
        "closed": closed,
        "changed_at": clock.now(),
        "changed_by": f"{actor.source}: {actor.label}"[:160],
    }
    period, _ = PostingPeriod.objects.update_or_create(organisation=organisation, month=first, defaults=facts)
    audit.record(
        actor, f"posting_period.{'closed' if closed else 'reopened'}", organisation_id=organisation.pk,
        subject=period.public_id, label=str(period),
    )  # fmt: skip
    return period
