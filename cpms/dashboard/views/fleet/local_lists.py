"""Local lists: who may charge while a station is offline, and how far each station is."""

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from chargers.choices import ListState
from chargers.filters.configuration import StationListFilter
from chargers.models import LocalList
from chargers.selectors.configuration import local_lists_for, station_lists_for
from chargers.selectors.stations import sites_for, stations_for
from chargers.selectors.tags import id_tag_groups_for
from chargers.services.local_lists import lists as service
from chargers.services.local_lists.entries import list_tags

from ... import listing
from ...access import OperatorRequest, page
from ...forms.local_lists import LocalListForm
from ...forms.saving import save, submitted
from ...maintenance import frame

SHOWN = 30


@page("tags.view", "maintenance")
def local_lists(request: OperatorRequest) -> HttpResponse:
    """All lists with their stations by state."""
    states = station_lists_for(request.viewer).order_by()
    by_list: dict[int | None, list[str]] = {}
    for key, state in states.values_list("local_list_id", "state"):
        by_list.setdefault(key, []).append(state)
    rows = [
        {
            "list": found,
            "entries": list_tags(found).count(),
            "stations": len(by_list.get(found.pk, [])),
            "current": by_list.get(found.pk, []).count(ListState.CURRENT),
            "bad": sum(ListState(state).tone == "fault" for state in by_list.get(found.pk, [])),
        }
        for found in local_lists_for(request.viewer)
    ]
    return render(request, "dashboard/local_lists.html", frame(request, "lists") | {"rows": rows})


def _list_or_404(request: OperatorRequest, public_id: str) -> LocalList:
    return get_object_or_404(local_lists_for(request.viewer), public_id=public_id)


@page("tags.view", "maintenance")
def local_list(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One list: its entries, and how far each station is."""
    found = _list_or_404(request, public_id)
    mine = station_lists_for(request.viewer).filter(local_list=found)
    asked = {"state": listing.chosen(request, "state", ListState.values)}
    states = list(mine.order_by().values_list("state", flat=True))
    entries = list_tags(found)
    context = {
        "list": found,
        "page": listing.paginate(request, StationListFilter(asked, mine).qs),
        "asked": asked,
        "counts": [(state, states.count(state)) for state in ListState.values if states.count(state)],
        "total": len(states),
        "current": states.count(ListState.CURRENT),
        "is_busy": mine.filter(wanted_since__isnull=False, station__connection__closed_at=None).exists(),
        "entries": entries[:SHOWN],
        "entry_count": entries.count(),
        "groups": found.groups.all(),
        "sites": [link.site for link in found.sites.select_related("site")],
    }
    return render(request, "dashboard/local_list.html", context)


def _form(request: OperatorRequest, instance: LocalList) -> LocalListForm:
    viewer = request.viewer
    return LocalListForm(
        submitted(request),
        instance=instance,
        groups=id_tag_groups_for(viewer),
        sites=sites_for(viewer),
        stations=stations_for(viewer),
    )


@page("tags.edit", "maintenance")
def local_list_new(request: OperatorRequest) -> HttpResponse:
    """A new list."""
    form = _form(request, LocalList(organisation=request.organisation))
    made = save(
        form, service.local_list_create, organisation=request.organisation, actor=request.viewer.actor
    )
    if made:
        messages.success(request, "List made. Stations that are there get it within a minute.")
        return redirect("dashboard:local_list", made.public_id)
    return render(
        request, "dashboard/local_list_form.html", {"form": form}, status=422 if form.errors else 200
    )


@page("tags.edit", "maintenance")
def local_list_edit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change a list."""
    found = _list_or_404(request, public_id)
    form = _form(request, copy(found))
    if save(form, service.local_list_update, local_list=found, actor=request.viewer.actor):
        messages.success(request, "Saved.")
        return redirect("dashboard:local_list", public_id)
    context = {"form": form, "list": found}
    return render(request, "dashboard/local_list_form.html", context, status=422 if form.errors else 200)


@require_POST
@page("commands.send", "maintenance")
def local_list_sync(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Bring its stations up to date; `station` names one of them."""
    found = _list_or_404(request, public_id)
    named = request.POST.get("station", "").replace("\x00", "")[:64]
    chosen = None
    if named:
        station = get_object_or_404(stations_for(request.viewer), public_id=named)
        chosen = [station.pk]
    count = service.local_list_sync(found, request.viewer.actor, chosen)
    messages.success(
        request,
        f"{count} station{'' if count == 1 else 's'} brought up to date; those away follow when they come.",
    )
    return redirect("dashboard:local_list", public_id)


@require_POST
@page("tags.edit", "maintenance")
def local_list_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Remove a list; stations keep what they hold."""
    service.local_list_remove(_list_or_404(request, public_id), request.viewer.actor)
    messages.success(request, "List removed. Stations keep the entries they hold.")
    return redirect("dashboard:local_lists")
