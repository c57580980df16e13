"""Subscribing and cancelling."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.books.anniversaries import first_end
from billing.models import Account, PlanVersion, Subscription
from cpms.core import audit, clock
from cpms.core.actors import Actor

from .fees import SUBSCRIBING
from .periods import midnight, periods_charge


@transaction.atomic
def subscribe(account: Account, version: PlanVersion, actor: Actor) -> Subscription:
    """Let an account have a plan from now on; its first month is charged at once.

    Raises ValidationError for an account that has one, is closed, is free or a guest's, or has another currency, for an
    older version, and where no tax rule fits; `BooksRefuse`.
    """
    account = Account.objects.select_for_update(no_key=True).select_related("organisation").get(pk=account.pk)
    _check(account, version)
    now, zone = clock.now(), account.organisation.time_zone
    subscription = Subscription.objects.create(
        organisation_id=account.organisation_id, account=account, version=version, starts_at=now, time_zone=zone,
        anchor_on=now.astimezone(ZoneInfo(zone)).date(),
    )  # fmt: skip
    _record(actor, "subscription.begun", subscription, plan=version.plan.name, version=version.number)
    periods_charge(subscription)
    return subscription


def _check(account: Account, version: PlanVersion) -> None:
    if version.plan.organisation_id != account.organisation_id:
        raise ValueError(f"{version.public_id} belongs to another organisation than the account")
    if account.is_closed or account.billing_mode not in SUBSCRIBING:
        raise ValidationError("This account cannot have a subscription.")
    if version.currency != account.currency:
        raise ValidationError(f"The plan is in {version.currency}, the account in {account.currency}.")
    if version.plan.versions.filter(number__gt=version.number).exists():
        raise ValidationError("The plan has changed in the meantime: look at it again.")
    if running(account, clock.now()) is not None:
        raise ValidationError("The account has a subscription already: cancel it first.")


def running(account: Account, at: datetime) -> Subscription | None:
    """The subscription of an account at an instant."""
    rows = account.subscriptions.filter(starts_at__lte=at).exclude(ends_at__lte=at)
    return rows.select_related("version__plan", "version__group").first()


@transaction.atomic
def subscription_cancel(
    subscription: Subscription, actor: Actor, *, waives_terms: bool = False
) -> Subscription:
    """End it with the month that the minimum term and the notice allow; `waives_terms`: with this month.

    A second time changes nothing, unless the terms are waived and it ends earlier.
    """
    locked = Subscription.objects.select_for_update(no_key=True, of=("self",))
    found = locked.select_related("version__plan", "account").get(pk=subscription.pk)
    end = end_when_cancelled(found, clock.now(), waives_terms=waives_terms)
    if found.ends_at is not None and not (waives_terms and end < found.ends_at):
        return found
    found.ends_at, found.cancelled_at = end, found.cancelled_at or clock.now()
    found.save(update_fields=["ends_at", "cancelled_at"])
    _record(actor, "subscription.cancelled", found, ends_at=end.isoformat())
    return found


def end_when_cancelled(subscription: Subscription, now: datetime, *, waives_terms: bool = False) -> datetime:
    """When it would end, cancelled at an instant: always the end of a month of its own."""
    notice = 0 if waives_terms else subscription.version.notice_days
    least = 1 if waives_terms else subscription.version.minimum_months
    # A month that begins on the last day of the notice has begun: it is the last one.
    after = (now + timedelta(days=notice)).astimezone(ZoneInfo(subscription.time_zone)).date()
    return midnight(subscription, first_end(subscription.anchor_on, after + timedelta(days=1), least))


def _record(actor: Actor, action: str, subscription: Subscription, **detail: Any) -> None:
    account = subscription.account
    audit.record(
        actor, action, organisation_id=subscription.organisation_id, subject=subscription.public_id,
        label=account.name, account=account.public_id, **detail,
    )  # fmt: skip
