"""Stations: the list, and one station with its tabs."""

from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from chargers import choices
from chargers.filters.stations import StationFilter
from chargers.models import ChargingStation
from chargers.selectors.commands import commands_for, reservations_for, scheduled_for
from chargers.selectors.stations import sites_for, stations_for, unknown_stations_for
from chargers.selectors.transactions import transactions_for
from cpms.accounts.viewer import Viewer

from ... import board, listing, messages_tab
from ...access import OperatorRequest, page
from ...answers import answer
from ...habits import habits

RECENT_ROWS = 6
COLUMNS = {
    "identity": "identity",
    "site": "site__name",
    "model": "model",
    "firmware": "firmware_version",
    "seen": "connection__last_seen_at",
}
LINKS = [("online", "Online"), ("offline", "Offline"), ("never", "Never connected")]
OPEN = Q(connection__opened_at__isnull=False, connection__closed_at=None)
FILTERS = {
    "online": OPEN,
    "offline": Q(connection__opened_at__isnull=False, connection__closed_at__isnull=False),
    "never": Q(connection=None) | Q(connection__opened_at=None),
}


def with_summary(viewer: Viewer) -> QuerySet[ChargingStation]:
    """Stations with what a row of the list shows: site, connection, connectors by tone."""
    status = "evses__connectors__status__in"
    tones = {
        f"{tone}_count": Count("evses__connectors", filter=Q(**{status: board.statuses_of(tone)}))
        for tone in choices.TONES
    }
    return stations_for(viewer).annotate(**tones)


@page("stations.view", "stations")
def stations(request: OperatorRequest) -> HttpResponse:
    """The list: search, site, connection, order and page in the address."""
    viewer = request.viewer
    asked = {"search": listing.text(request, "search"), "site": listing.text(request, "site", 40)}
    link = listing.chosen(request, "link", list(FILTERS))
    rows = StationFilter(asked, with_summary(viewer)).qs
    rows = rows.filter(FILTERS[link]) if link else rows
    unknown = unknown_stations_for(viewer).filter(state=choices.UnknownState.WAITING)
    context = {
        "page": listing.paginate(request, listing.ordered(request, rows, COLUMNS, "identity")),
        "default_sort": "identity",
        "sites": sites_for(viewer),
        "links": LINKS,
        "asked": asked,
        "link": link,
        "filtered": bool(link or any(asked.values())),
        "unknown_count": unknown.count(),
        "ocpp_url": settings.OCPP_PUBLIC_URL,
        "choose": viewer.may("commands.send"),
    }
    return render(request, "dashboard/stations.html", context)


def station_or_404(viewer: Viewer, public_id: str) -> ChargingStation:
    """The viewer's station with this public id. Raises Http404."""
    return get_object_or_404(stations_for(viewer), public_id=public_id)


TABS = (
    ("overview", "Overview", "dashboard:station"),
    ("transactions", "Transactions", "dashboard:station_transactions"),
    ("commands", "Commands", "dashboard:station_commands"),
    ("messages", "Messages", "dashboard:station_messages"),
    ("configuration", "Configuration", "dashboard:station_configuration"),
    ("files", "Firmware & logs", "dashboard:station_files"),
    ("diagnosis", "Diagnosis", "dashboard:station_diagnosis"),
    ("security", "Security", "dashboard:station_security"),
    ("keys", "Keys", "dashboard:meter_keys"),
    ("settings", "Settings", "dashboard:station_settings"),
)


def frame(request: OperatorRequest, station: ChargingStation, tab: str) -> dict[str, Any]:
    """What every tab of a station shows above itself: the answer, and the tabs."""
    shown = board.tiles(request.viewer, board.connectors(request.viewer).filter(evse__station=station))
    return {
        "station": station,
        "tiles": shown,
        "answer": answer(request.viewer, station, shown),
        "base_address": settings.OCPP_PUBLIC_URL,
        "address": f"{settings.OCPP_PUBLIC_URL}/{station.identity}",
        "in_service": station.desired_availability == choices.Availability.OPERATIVE,
        "tabs": [
            {"label": label, "url": reverse(url, args=[station.public_id]), "current": name == tab}
            for name, label, url in TABS
            if name != "settings" or request.viewer.may("stations.edit")
        ],
    }


@page("stations.view", "stations")
def station(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One station: connectors, latest transactions and commands, the facts it booted with."""
    found = station_or_404(request.viewer, public_id)
    context = frame(request, found, "overview") | recent(request.viewer, found)
    context |= reserved(request.viewer, found)
    context |= habits(request.viewer, found)
    return render(request, "dashboard/station/overview.html", context)


def reserved(viewer: Viewer, found: ChargingStation) -> dict[str, Any]:
    """The reservations that hold at a station, or soon will."""
    rows = reservations_for(viewer).filter(station=found, state__in=choices.OPEN_RESERVATIONS)
    return {"station": found, "reservations": rows}


def recent(viewer: Viewer, found: ChargingStation) -> dict[str, Any]:
    """The latest transactions and commands of a station."""
    return {
        "transactions": board.with_readings(
            list(transactions_for(viewer).filter(station=found)[:RECENT_ROWS])
        ),
        "commands": commands_for(viewer).filter(station=found)[:RECENT_ROWS],
    }


@page("transactions.view", "stations")
def station_transactions(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The transactions of one station, newest first."""
    found = station_or_404(request.viewer, public_id)
    shown = listing.paginate(request, transactions_for(request.viewer).filter(station=found))
    shown.object_list = board.with_readings(list(shown.object_list))
    return render(
        request,
        "dashboard/station/transactions.html",
        frame(request, found, "transactions") | {"page": shown},
    )


@page("commands.view", "stations")
def station_commands(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The commands of one station with results and effects, and what can be sent."""
    found = station_or_404(request.viewer, public_id)
    rows = commands_for(request.viewer).filter(station=found)
    context = frame(request, found, "commands") | {
        "page": listing.paginate(request, rows, 30),
        "scheduled": scheduled_for(request.viewer).filter(station=found)[:10],
        "can_cancel_scheduled": request.viewer.may("commands.send"),
    }
    return render(request, "dashboard/station/commands.html", context)


@page("messages.view", "stations")
def station_messages(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The message log of one station: request and reply paired, filters in the address, a live tail."""
    found = station_or_404(request.viewer, public_id)
    context = frame(request, found, "messages") | messages_tab.context(request, found)
    return render(request, "dashboard/station/messages.html", context)
