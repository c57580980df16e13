"""Energy: which sites share their power, how one stands now, what is installed at its chargers."""

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render

from chargers.selectors.stations import sites_for
from smartcharging.picture import drawn
from smartcharging.selectors import foreign_profiles_for, plan_of, profiles_for

from ... import listing
from ...access import OperatorRequest, page
from ...energy import frame, pictured, site_of

MOST_FOREIGN = 200


@page("sites.view", "energy")
def sites(request: OperatorRequest) -> HttpResponse:
    """All sites, those that are shared with how they stand."""
    rows = sites_for(request.viewer).select_related("policy").order_by("name", "pk")
    rows = rows.annotate(circuit_count=Count("circuits"))
    shown = listing.paginate(request, rows)
    standing = [(site, *pictured(site)) for site in shown.object_list]
    return render(request, "dashboard/energy/sites.html", {"page": shown, "standing": standing})


@page("sites.view", "energy")
def now(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One site: its circuits with what flows, its chargers with what they get and why."""
    site = site_of(request, public_id)
    found, trouble = pictured(site)
    context = {**frame(site, "now"), "picture": found, "trouble": trouble}
    return render(request, "dashboard/energy/now.html", context)


@page("sites.view", "energy")
def moving(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The moving part of that page alone."""
    site = site_of(request, public_id)
    found, trouble = pictured(site)
    if found is None and not trouble:
        # The wires were taken away while somebody looked on: the page itself says what comes next.
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(
        request, "dashboard/energy/moving.html", {"site": site, "picture": found, "trouble": trouble}
    )


@page("sites.view", "energy")
def plan(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The newest plan of a site."""
    site = site_of(request, public_id)
    newest = plan_of(site)
    context = {**frame(site, "plan"), "drawn": drawn(newest) if newest else None}
    return render(request, "dashboard/energy/plan.html", context)


@page("sites.view", "energy")
def profiles(request: OperatorRequest, public_id: str) -> HttpResponse:
    """What is installed at the chargers of a site: wanted, reported, checked."""
    site = site_of(request, public_id)
    rows = profiles_for(request.viewer).filter(station__site=site)
    rows = rows.select_related("station__standing").order_by("station__identity", "evse_no", "purpose")
    context = {
        **frame(site, "profiles"),
        "page": listing.paginate(request, rows),
        "foreign": foreign_profiles_for(request.viewer).filter(station__site=site)[:MOST_FOREIGN],
        "may": request.viewer.may("commands.send", site.organisation_id),
    }
    return render(request, "dashboard/energy/profiles.html", context)
