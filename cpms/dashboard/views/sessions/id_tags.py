"""ID tags: list, one with its decisions, new, changed, blocked."""

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from billing.selectors.accounts import account_groups_for, account_tags_for
from chargers.choices import TagStatus
from chargers.filters.tags import IdTagFilter
from chargers.models import IdTag
from chargers.selectors.tags import authorizations_for, id_tag_groups_for, id_tags_for
from chargers.selectors.transactions import transactions_for
from chargers.services.tags import id_tags as service
from cpms.core import clock
from cpms.drivers.choices import ClaimState
from cpms.drivers.selectors import claims_for

from ... import board, listing
from ...access import OperatorRequest, page
from ...forms.id_tags import IdTagForm
from ...forms.saving import save, submitted

COLUMNS = {"uid": "uid", "label": "label", "expires": "expires_at", "created": "created_at"}
ASKED = ("search", "status", "group")


@page("tags.view", "tags")
def id_tags(request: OperatorRequest) -> HttpResponse:
    """The list: search, state, group, order and page in the address."""
    asked = {name: listing.text(request, name, 60) for name in ASKED}
    rows = IdTagFilter(asked, id_tags_for(request.viewer)).qs
    context = {
        "page": listing.paginate(request, listing.ordered(request, rows, COLUMNS, "uid")),
        "default_sort": "uid",
        "asked": asked,
        "filtered": any(asked.values()),
        "states": TagStatus.choices,
        "groups": id_tag_groups_for(request.viewer),
        "now": clock.now(),
        "asked_for": claims_for(request.viewer).filter(state=ClaimState.READ).count(),
    }
    return render(request, "dashboard/id_tags.html", context)


def _tag_or_404(request: OperatorRequest, public_id: str) -> IdTag:
    return get_object_or_404(id_tags_for(request.viewer), public_id=public_id)


@page("tags.view", "tags")
def id_tag(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One tag: its limits, its transactions, and each yes and no it got with the reason."""
    found = _tag_or_404(request, public_id)
    context = {
        "tag": found,
        "is_blocked": found.status == TagStatus.BLOCKED,
        "has_expired": bool(found.expires_at and found.expires_at <= clock.now()),
        "transactions": board.with_readings(list(transactions_for(request.viewer).filter(id_tag=found)[:10])),
        "payer": account_tags_for(request.viewer).filter(id_tag=found).first(),
        "group_payer": account_groups_for(request.viewer).filter(group=found.group_id).first(),
        "authorizations": authorizations_for(request.viewer).filter(id_tag=found)[:20],
    }
    return render(request, "dashboard/id_tag.html", context)


@page("tags.edit", "tags")
def id_tag_new(request: OperatorRequest) -> HttpResponse:
    """A new tag; `?uid=` fills in its number."""
    blank = IdTag(organisation=request.organisation, uid=listing.text(request, "uid", 255))
    form = IdTagForm(submitted(request), instance=blank, groups=id_tag_groups_for(request.viewer))
    made = save(form, service.id_tag_create, organisation=request.organisation, actor=request.viewer.actor)
    if made:
        messages.success(request, "ID tag created.")
        return redirect("dashboard:id_tag", made.public_id)
    return render(request, "dashboard/id_tag_form.html", {"form": form}, status=422 if form.errors else 200)


@page("tags.edit", "tags")
def id_tag_edit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change a tag."""
    found = _tag_or_404(request, public_id)
    form = IdTagForm(submitted(request), instance=copy(found), groups=id_tag_groups_for(request.viewer))
    if save(form, service.id_tag_update, tag=found, actor=request.viewer.actor):
        messages.success(request, "Saved.")
        return redirect("dashboard:id_tag", public_id)
    context = {"form": form, "tag": found}
    return render(request, "dashboard/id_tag_form.html", context, status=422 if form.errors else 200)


@require_POST
@page("tags.edit", "tags")
def id_tag_block(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Block it, or let it charge again."""
    found = _tag_or_404(request, public_id)
    if found.status == TagStatus.BLOCKED:
        service.id_tag_unblock(found, request.viewer.actor)
        messages.success(request, "The tag may charge again.")
    else:
        service.id_tag_block(found, request.viewer.actor)
        messages.success(
            request, "The tag is blocked. Stations that keep a list of their own learn it when they ask."
        )
    return redirect("dashboard:id_tag", public_id)
