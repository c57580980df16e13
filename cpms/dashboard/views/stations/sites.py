"""Sites: list, one with its connectors, new, changed."""

from copy import copy

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from chargers.filters.stations import SiteFilter
from chargers.models import Site
from chargers.selectors.stations import sites_for
from chargers.services.stations import sites as service

from ... import board, listing
from ...access import OperatorRequest, page
from ...forms.saving import save, submitted
from ...forms.stations import SiteForm


@page("sites.view", "sites")
def sites(request: OperatorRequest) -> HttpResponse:
    """The list, with how many stations stand at each."""
    search = listing.text(request, "search")
    rows = SiteFilter({"search": search}, sites_for(request.viewer)).qs
    rows = rows.annotate(station_count=Count("stations")).order_by("name", "pk")
    context = {"page": listing.paginate(request, rows), "search": search}
    return render(request, "dashboard/sites.html", context)


@page("sites.view", "sites")
def site(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One site: its connectors as tiles, its address."""
    found = get_object_or_404(sites_for(request.viewer), public_id=public_id)
    rows = board.connectors(request.viewer).filter(evse__station__site=found)
    context = {"site": found, "tiles": board.tiles(request.viewer, rows[:400])}
    return render(request, "dashboard/site.html", context)


@page("sites.edit", "sites")
def site_new(request: OperatorRequest) -> HttpResponse:
    """A new site; its clock is the organisation's unless somebody says otherwise."""
    blank = Site(organisation=request.organisation, time_zone=request.organisation.time_zone)
    form = SiteForm(submitted(request), instance=blank)
    made = save(form, service.site_create, organisation=request.organisation, actor=request.viewer.actor)
    if made:
        messages.success(request, "Site created.")
        return redirect("dashboard:site", made.public_id)
    return render(request, "dashboard/site_form.html", {"form": form}, status=422 if form.errors else 200)


@page("sites.edit", "sites")
def site_edit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change a site."""
    found = get_object_or_404(sites_for(request.viewer), public_id=public_id)
    form = SiteForm(submitted(request), instance=copy(found))
    if save(form, service.site_update, site=found, actor=request.viewer.actor):
        messages.success(request, "Saved.")
        return redirect("dashboard:site", public_id)
    context = {"form": form, "site": found}
    return render(request, "dashboard/site_form.html", context, status=422 if form.errors else 200)
