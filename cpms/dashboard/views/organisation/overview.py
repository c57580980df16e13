"""The overview (what needs me) and the live board."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chargers import choices
from chargers.models import Site
from chargers.selectors.stations import sites_for
from chargers.selectors.transactions import open_transactions_for
from cpms.accounts.middleware import SESSION_KEY
from cpms.accounts.selectors import organisations_for
from cpms.accounts.viewer import Viewer

from ... import board, figures, listing
from ...access import OperatorRequest, page
from ...needs import needs
from ...needs_security import security_needs

TILES_A_PAGE = 240
RUNNING_ROWS = 10
STATES = [
    (choices.CHARGING, "Charging"),
    (choices.AVAILABLE, "Available"),
    (choices.WAITING, "Waiting"),
    (choices.FAULT, "Faulted"),
    (choices.OFFLINE, "Offline or out of service"),
]


def overview_now(viewer: Viewer) -> dict[str, Any]:
    """What the moving part of the overview shows."""
    days = figures.days(viewer)
    good, ended = figures.delivered_share(viewer)
    return {
        "counts": figures.counts(viewer),
        "needs": [*needs(viewer), *security_needs(viewer)],
        "running": board.with_readings(list(open_transactions_for(viewer)[:RUNNING_ROWS])),
        "days": days,
        "bars": bars(days),
        "today_wh": days[-1].energy_wh + figures.running_energy_wh(viewer),
        "delivered": {"good": good, "ended": ended, "percent": round(100 * good / ended) if ended else None},
    }


def bars(days: list[figures.Day]) -> list[dict[str, Any]]:
    """The days as bars in a drawing 280 wide and 100 high."""
    top = max([day.energy_wh for day in days] + [1])
    width = 280 / len(days)
    return [
        {
            "x": round(n * width + width * 0.14, 1),
            "width": round(width * 0.72, 1),
            "y": round(100 - 100 * day.energy_wh / top, 1),
            "height": round(100 * day.energy_wh / top, 1),
            "day": day,
        }
        for n, day in enumerate(days)
    ]


@page("stations.view", "overview")
def overview(request: OperatorRequest) -> HttpResponse:
    """What needs me, and how much flows. Without stations: how to get the first one."""
    if not figures.has_stations(request.viewer):
        return render(request, "dashboard/welcome.html", {"ocpp_url": settings.OCPP_PUBLIC_URL})
    return render(request, "dashboard/overview.html", overview_now(request.viewer))


@page("stations.view", "live")
def live(request: OperatorRequest) -> HttpResponse:
    """Every connector as a tile, by site; search, site and state in the address."""
    viewer = request.viewer
    q, site = listing.text(request, "q"), listing.text(request, "site", 40)
    state = listing.chosen(request, "state", [value for value, _ in STATES])
    shown = listing.paginate(request, _filtered(viewer, q, site, state), TILES_A_PAGE)
    found = groupby(board.tiles(viewer, shown.object_list), key=lambda tile: tile.connector.evse.station.site)
    context = {
        "groups": [_group(place, list(tiles)) for place, tiles in found],
        "page": shown,
        "counts": figures.counts(viewer),
        "sites": sites_for(viewer).order_by("name"),
        "states": STATES,
        "q": q,
        "chosen_site": site,
        "state": state,
        "ocpp_url": settings.OCPP_PUBLIC_URL,
    }
    return render(request, "dashboard/live.html", context)


def _group(site: Site | None, tiles: list[board.Tile]) -> dict[str, Any]:
    """A site with its tiles and the power that flows there."""
    return {"site": site, "tiles": tiles, "power_w": sum(tile.power_w for tile in tiles)}


def _filtered(viewer: Viewer, q: str, site: str, state: str) -> Any:
    rows = board.connectors(viewer)
    rows = board.matching(rows, q) if q else rows
    rows = rows.filter(evse__station__site__public_id=site) if site else rows
    return board.in_state(rows, state) if state else rows


@require_POST
def organisation_switch(request: Any) -> HttpResponse:
    """Look at another organisation of one's own; an id that is not one's own changes nothing."""
    wanted = request.POST.get("organisation", "")
    if organisations_for(request.everywhere).filter(public_id=wanted).exists():
        request.session[SESSION_KEY] = wanted
    return redirect("dashboard:overview")
