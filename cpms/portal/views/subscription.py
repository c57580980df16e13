"""A driver's subscription: what is left this month, choosing a plan, cancelling."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.models import PlanVersion
from billing.services.books.refusals import BooksRefuse
from billing.services.subscriptions.subscribing import subscribe, subscription_cancel
from cpms.drivers.services.joining import actor_of
from cpms.drivers.subscriptions import plans_of, subscribing_accounts_of, subscriptions_of

from ..own import DriverRequest, driver_page
from ..told.subscription import day, told


@driver_page
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: DriverRequest) -> HttpResponse:
    """For each account its plan with what is left, or the plans there are; on POST one is chosen."""
    if request.method == "POST":
        _chosen(request)
        return redirect("portal:subscription")
    accounts = subscribing_accounts_of(request.user)
    return render(request, "portal/subscription.html", {"accounts": [told(account) for account in accounts]})


def _chosen(request: DriverRequest) -> None:
    account = get_object_or_404(
        subscribing_accounts_of(request.user), public_id=request.POST.get("account", "").replace("\0", "")
    )
    plans = plans_of(request.user).filter(organisation=account.organisation)
    versions = PlanVersion.objects.filter(plan__in=plans).select_related("plan")
    version = get_object_or_404(versions, public_id=request.POST.get("version", "").replace("\0", ""))
    try:
        subscribe(account, version, actor_of(request.user))
        messages.success(request, _("You have %(plan)s from now on.") % {"plan": version.plan.name})
    except (ValidationError, BooksRefuse):
        messages.error(request, _("The plan could not be chosen: it has changed, or you have one already."))


@driver_page
@require_POST
def cancel(request: DriverRequest, public_id: str) -> HttpResponse:
    """End it with the month that its terms allow."""
    found = get_object_or_404(subscriptions_of(request.user), public_id=public_id)
    ended = subscription_cancel(found, actor_of(request.user))
    if ended.ends_at is not None:
        messages.success(request, _("Cancelled. It ends on %(day)s.") % {"day": day(ended, ended.ends_at)})
    return redirect("portal:subscription")
