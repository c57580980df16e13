"""Periods of subscriptions: each is charged once, whatever is repeated, late or at the same time."""

import logging
from dataclasses import asdict
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from billing.books.anniversaries import begin_of, by_month
from billing.books.lines import Amount
from billing.models import EnergyGrant, PostingPeriod, Subscription, SubscriptionPeriod
from billing.services.books.postings import Told, fee_released, subscription_charged
from billing.services.books.refusals import BooksRefuse, refusals
from cpms.core import clock

from .fees import fee_of

logger = logging.getLogger(__name__)
AT_ONCE = 500


def subscriptions_charge() -> int:
    """Charge every period that has begun; how many were. One subscription that cannot be keeps no other from it."""
    return sum(_try(each) for each in _due(clock.now())[:AT_ONCE])


def _due(now: datetime) -> QuerySet[Subscription]:
    """Those whose last charged period is over, or that have none; ended ones have all of theirs."""
    rows = Subscription.objects.annotate(charged_until=Max("periods__ends_at"))
    lasting = Q(ends_at=None) | Q(charged_until__lt=F("ends_at")) | Q(charged_until=None)
    return rows.filter(lasting & (Q(charged_until=None) | Q(charged_until__lte=now))).order_by("pk")


def _try(subscription: Subscription) -> int:
    try:
        return len(periods_charge(subscription))
    except (BooksRefuse, ValidationError):
        logger.exception("subscription %s was not charged", subscription.public_id)
        return 0


def periods_charge(subscription: Subscription) -> list[SubscriptionPeriod]:
    """Charge all periods of a subscription that have begun and were not charged: one, or more after an outage.

    Raises ValidationError where no tax rule fits, `BooksRefuse`.
    """
    now = clock.now()
    with refusals(), transaction.atomic():
        # The row is the lock: whoever comes second finds the periods.
        locked = Subscription.objects.select_for_update(no_key=True, of=("self",))
        subscription = locked.select_related("account__party", "version__plan").get(pk=subscription.pk)
        made, number = [], subscription.periods.count() + 1
        while _has_begun(subscription, number, now):
            made.append(_charge(subscription, number))
            number += 1
        return made


def _has_begun(subscription: Subscription, number: int, now: datetime) -> bool:
    begins = begins_at(subscription, number)
    return begins <= now and not subscription.is_over(begins)


def begins_at(subscription: Subscription, number: int) -> datetime:
    """When a period begins: the first with the subscription, the others at midnight."""
    return (
        subscription.starts_at
        if number == 1
        else midnight(subscription, begin_of(subscription.anchor_on, number))
    )


def midnight(subscription: Subscription, day: date) -> datetime:
    """The begin of a day where the subscription counts its days."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(subscription.time_zone)).astimezone(UTC)


def _charge(subscription: Subscription, number: int) -> SubscriptionPeriod:
    account, version = subscription.account, subscription.version
    period = SubscriptionPeriod(
        subscription=subscription, number=number, currency=version.currency,
        starts_at=begins_at(subscription, number), ends_at=begins_at(subscription, number + 1),
    )  # fmt: skip
    day = begin_of(subscription.anchor_on, number)
    fee = fee_of(account, version, day)
    period.amount, period.gross_minor = asdict(fee.amount), fee.amount.gross_minor
    period.tax_decision = fee.decision
    if period.gross_minor:
        _post(period, fee.amount, day)
    period.save()
    if version.included_wh:
        EnergyGrant.objects.create(
            organisation_id=subscription.organisation_id, account=account, period=period, name=version.plan.name,
            granted_wh=version.included_wh, starts_at=period.starts_at, ends_at=period.ends_at,
        )  # fmt: skip
    return period


def _post(period: SubscriptionPeriod, fee: Amount, day: date) -> None:
    """The fee, and what each calendar month has earned of it."""
    account, source = period.subscription.account, period.subscription.public_id
    reference = f"{source}:{period.number}"
    booked = Told(period.starts_at, reference, source, _open_day(account.organisation_id, day))
    period.entry = subscription_charged(account, fee, booked)
    end = begin_of(period.subscription.anchor_on, period.number + 1)
    for index, (first, minor) in enumerate(by_month(day, end, fee.net_minor), 1):
        if minor:
            earned_on = _open_day(account.organisation_id, first)
            fee_released(account, minor, Told(period.starts_at, f"{reference}:{index}", source, earned_on))


def _open_day(organisation_id: int, day: date) -> date:
    """The day, or today where its month is closed: what is late counts when it became known."""
    months = PostingPeriod.objects.filter(
        organisation_id=organisation_id, month=day.replace(day=1), closed=True
    )
    return clock.now().date() if months.exists() else day
