"""Plans of subscriptions: the list, one with its versions and subscribers, and what is done to them."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.filters.subscriptions import SubscriptionFilter
from billing.models import Account, PlanVersion, SubscriptionPlan
from billing.selectors.accounts import accounts_for
from billing.selectors.subscriptions import subscription_plans_for, subscriptions_for
from billing.services.books.refusals import BooksRefuse
from billing.services.subscriptions.fees import SUBSCRIBING
from billing.services.subscriptions.plans import plan_create, plan_offer, version_publish
from billing.services.subscriptions.subscribing import subscribe, subscription_cancel
from billing.services.subscriptions.words import fee_text, gives, terms_text
from chargers.selectors.tags import id_tag_groups_for
from cpms.core import clock

from ... import listing
from ...access import OperatorRequest, page
from ...forms.plans import PlanForm, PlanVersionForm, SubscribeForm
from ...forms.saving import refuse, submitted
from ...money import frame, usual_currency

_MOST_ACCOUNTS = 500


@page("billing.view", "money")
def plans(request: OperatorRequest) -> HttpResponse:
    """All plans with what the newest version costs and gives."""
    rows = subscription_plans_for(request.viewer).filter(organisation=request.organisation)
    told = [(row, _told(versions[0])) for row in rows if (versions := list(row.versions.all()))]
    return render(request, "dashboard/plans.html", frame(request, "plans") | {"plans": told})


def _told(version: PlanVersion) -> dict[str, Any]:
    return {
        "version": version,
        "fee": fee_text(version),
        "gives": gives(version),
        "terms": terms_text(version),
    }


def _plan_or_404(request: OperatorRequest, public_id: str) -> SubscriptionPlan:
    return get_object_or_404(subscription_plans_for(request.viewer), public_id=public_id)


@page("billing.view", "money")
def plan(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One plan."""
    found = _plan_or_404(request, public_id)
    return _shown(request, found, SubscribeForm(_accounts(request, found)))


def _shown(request: OperatorRequest, found: SubscriptionPlan, form: SubscribeForm) -> HttpResponse:
    rows = SubscriptionFilter({"plan": found.public_id}, subscriptions_for(request.viewer)).qs
    context = frame(request, "plans") | {
        "plan": found, "versions": [_told(version) for version in found.versions.all()],
        "page": listing.paginate(request, rows), "form": form, "now": clock.now(),
    }  # fmt: skip
    return render(request, "dashboard/plan.html", context, status=422 if form.errors else 200)


def _accounts(request: OperatorRequest, found: SubscriptionPlan) -> QuerySet[Account]:
    """Accounts that could get it: open, in its currency, without a plan."""
    taken = (
        subscriptions_for(request.viewer).exclude(ends_at__lte=clock.now()).order_by().values("account_id")
    )
    currencies = [version.currency for version in found.versions.all()][:1]
    rows = accounts_for(request.viewer).filter(
        organisation=found.organisation, closed_at=None, billing_mode__in=SUBSCRIBING, currency__in=currencies
    )
    keys = rows.exclude(pk__in=taken).values("pk")[:_MOST_ACCOUNTS]
    return accounts_for(request.viewer).filter(pk__in=keys)


@page("billing.edit", "money")
def plan_new(request: OperatorRequest) -> HttpResponse:
    """A new plan."""
    groups = id_tag_groups_for(request.viewer).filter(organisation=request.organisation)
    start = {"currency": usual_currency(request.organisation)}
    form = PlanForm(groups, None, submitted(request), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            name, actor = form.cleaned_data["name"], request.viewer.actor
            made = plan_create(request.organisation, name, actor, **form.facts)
            messages.success(request, "The plan is published. Drivers can choose it.")
            return redirect("dashboard:plan", made.public_id)
        except ValidationError as error:
            refuse(form, error)
    return _form(request, form, None)


@page("billing.edit", "money")
def plan_version(request: OperatorRequest, public_id: str) -> HttpResponse:
    """A new version of a plan."""
    found = _plan_or_404(request, public_id)
    groups = id_tag_groups_for(request.viewer).filter(organisation=found.organisation)
    form = PlanVersionForm(groups, found.versions.first(), submitted(request))
    if request.method == "POST" and form.is_valid():
        try:
            version_publish(found, request.viewer.actor, **form.facts)
            messages.success(
                request, "Published for new subscribers. Who has the plan keeps what was agreed."
            )
            return redirect("dashboard:plan", found.public_id)
        except ValidationError as error:
            refuse(form, error)
    return _form(request, form, found)


def _form(request: OperatorRequest, form: PlanVersionForm, found: SubscriptionPlan | None) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "dashboard/plan_form.html", {"form": form, "plan": found}, status=status)


@require_POST
@page("billing.edit", "money")
def plan_offered(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Offer it to drivers, or not any more."""
    found = plan_offer(
        _plan_or_404(request, public_id), request.viewer.actor, is_offered="offer" in request.POST
    )
    offered = "Drivers can choose it." if found.is_offered else "Drivers cannot choose it any more."
    messages.success(request, f"{offered} Who has it keeps it.")
    return redirect("dashboard:plan", public_id)


@require_POST
@page("billing.edit", "money")
def plan_subscribe(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Let an account have it from now on."""
    found = _plan_or_404(request, public_id)
    form = SubscribeForm(_accounts(request, found), submitted(request))
    version = found.versions.first()
    if form.is_valid() and version is not None:
        try:
            subscribe(form.cleaned_data["account"], version, request.viewer.actor)
            messages.success(request, "Subscribed. The first month is charged.")
            return redirect("dashboard:plan", public_id)
        except ValidationError as error:
            refuse(form, error)
        except BooksRefuse as error:
            form.add_error(None, f"The books refuse it: {error}.")
    return _shown(request, found, form)


@require_POST
@page("billing.edit", "money")
def subscription_end(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Cancel a subscription, by its terms or with the month that runs."""
    found = get_object_or_404(subscriptions_for(request.viewer), public_id=public_id)
    end = partial(subscription_cancel, found, request.viewer.actor)
    ended = end(waives_terms="now" in request.POST)
    if ended.ends_at is not None:
        messages.success(request, f"Cancelled: {found.account.name} has it until {ended.ends_at:%d %B %Y}.")
    return redirect("dashboard:plan", found.version.plan.public_id)
