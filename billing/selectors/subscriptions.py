"""Reading subscriptions, each query starting from the viewer: the getter is the permission check."""

from django.db.models import Count, Prefetch, Q, QuerySet

from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer
from cpms.core import clock

from ..models import EnergyGrant, PlanVersion, Subscription, SubscriptionPeriod, SubscriptionPlan


def subscription_plans_for(viewer: Viewer) -> QuerySet[SubscriptionPlan]:
    """Plans by name, each with its versions, the newest first, and how many have it now as `subscribers`."""
    lasting = Q(versions__subscriptions__ends_at=None) | Q(versions__subscriptions__ends_at__gt=clock.now())
    rows = SubscriptionPlan.objects.filter(mine(viewer))
    rows = rows.annotate(subscribers=Count("versions__subscriptions", filter=lasting))
    return rows.select_related("organisation").prefetch_related(Prefetch("versions", _versions()))


def _versions() -> QuerySet[PlanVersion]:
    return PlanVersion.objects.select_related("group").order_by("-number")


def plan_versions_for(viewer: Viewer) -> QuerySet[PlanVersion]:
    """What plans cost and give, the newest of each first."""
    rows = PlanVersion.objects.filter(mine(viewer, "plan__organisation"))
    return rows.select_related("plan", "group")


def subscriptions_for(viewer: Viewer) -> QuerySet[Subscription]:
    """Who has which plan, the newest first, with its months and what is left of each."""
    rows = Subscription.objects.filter(mine(viewer))
    return with_months(rows)


def with_months(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """Subscriptions with everything that is told of them."""
    months = SubscriptionPeriod.objects.select_related("grant").order_by("-number")
    rows = rows.select_related("organisation", "account", "version__plan", "version__group")
    return rows.prefetch_related(Prefetch("periods", months))


def subscription_periods_for(viewer: Viewer) -> QuerySet[SubscriptionPeriod]:
    """Months that were charged, the newest first."""
    rows = SubscriptionPeriod.objects.filter(mine(viewer, "subscription__organisation"))
    return rows.select_related("subscription__account", "entry")


def energy_grants_for(viewer: Viewer) -> QuerySet[EnergyGrant]:
    """Included energy, the newest first."""
    rows = EnergyGrant.objects.filter(mine(viewer))
    return rows.select_related("account", "period")
