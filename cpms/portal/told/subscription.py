"""What the page of a subscription tells."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing.models import Account, PlanVersion, Subscription, SubscriptionPlan
from billing.pricing.exact import ratio
from billing.services.subscriptions.fees import fee_of
from billing.services.subscriptions.included import grants_at
from billing.services.subscriptions.plans import version_now
from billing.services.subscriptions.subscribing import end_when_cancelled, running
from billing.services.subscriptions.words import fee_text, gives, terms_text
from billing.tariffs.numbers import figure_text, number_text
from cpms.core import clock


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan that can be chosen: its price with tax, what it gives, how it ends."""

    version: PlanVersion
    fee: str
    gives: list[str]
    terms: str


@dataclass(frozen=True, slots=True)
class Left:
    """Included energy that is left: `37.6 of 50 kWh`, and until when."""

    text: str
    left_wh: int
    granted_wh: int
    until: str


@dataclass(frozen=True, slots=True)
class Has:
    """A plan that an account has."""

    subscription: Subscription
    offer: Offer
    left: list[Left]
    ends: str
    would_end: str


@dataclass(frozen=True, slots=True)
class Told:
    """An account with its plan, else with the plans it can have."""

    account: Account
    has: Has | None
    offers: list[Offer]


def told(account: Account) -> Told:
    """The account's part of the page."""
    found = running(account, clock.now())
    return Told(account, _has(found) if found else None, [] if found else list(_offers(account)))


def _has(found: Subscription) -> Has:
    account, now = found.account, clock.now()
    grants = grants_at(account, now, None).exclude(period=None)
    left = [_left(found, grant.left_wh, grant.granted_wh, grant.ends_at) for grant in grants]
    ends = day(found, found.ends_at) if found.ends_at else ""
    return Has(found, _offer(account, found.version), left, ends, day(found, end_when_cancelled(found, now)))


def _left(found: Subscription, left_wh: int, granted_wh: int, until: datetime) -> Left:
    words = {"left": figure_text(ratio(left_wh, 1000), 1), "granted": number_text(ratio(granted_wh, 1000))}
    return Left(_("%(left)s of %(granted)s kWh") % words, left_wh, granted_wh, day(found, until))


def _offers(account: Account) -> Iterator[Offer]:
    plans = SubscriptionPlan.objects.filter(organisation=account.organisation, is_offered=True)
    for version in map(version_now, plans):
        if version is not None and version.currency == account.currency:
            yield _offer(account, version)


def _offer(account: Account, version: PlanVersion) -> Offer:
    """The plan with what this account pays; without tax where nobody knows it."""
    zone = ZoneInfo(account.organisation.time_zone)
    try:
        gross = fee_of(account, version, clock.now().astimezone(zone).date()).amount.gross_minor
    except ValidationError:
        gross = None
    return Offer(version, fee_text(version, gross), gives(version), terms_text(version))


def day(found: Subscription, until: datetime) -> str:
    """The last day before an instant, where the subscription counts its days."""
    return date_format(
        (until - timedelta(seconds=1)).astimezone(ZoneInfo(found.time_zone)).date(), "DATE_FORMAT"
    )
