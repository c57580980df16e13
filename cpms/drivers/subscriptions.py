"""Reading the subscriptions of a person's accounts: each query starts from the person."""

from django.db.models import QuerySet

from billing.models import Account, Subscription, SubscriptionPlan
from billing.selectors.subscriptions import with_months
from billing.services.subscriptions.fees import SUBSCRIBING
from cpms.accounts.models import User

from .wallets import CARD_ROLES


def subscribing_accounts_of(user: User) -> QuerySet[Account]:
    """Open accounts for which the person may choose and cancel a plan, by name."""
    rows = Account.objects.filter(
        memberships__user=user, memberships__role__in=CARD_ROLES, closed_at=None, billing_mode__in=SUBSCRIBING
    )
    return rows.select_related("organisation", "party").order_by("name", "id")


def subscriptions_of(user: User) -> QuerySet[Subscription]:
    """Subscriptions of these accounts, the newest first."""
    mine = Account.objects.filter(memberships__user=user, memberships__role__in=CARD_ROLES)
    return with_months(Subscription.objects.filter(account__in=mine))


def plans_of(user: User) -> QuerySet[SubscriptionPlan]:
    """Plans that operators of the person's accounts offer, by name."""
    operators = subscribing_accounts_of(user).order_by().values("organisation")
    return SubscriptionPlan.objects.filter(is_offered=True, organisation__in=operators).select_related(
        "organisation"
    )
