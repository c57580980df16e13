"""What needs somebody: the overview's list of things that are wrong, why, and where to go."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from chargers import choices
from chargers.choices import CaseKind, CaseState, CommandEffect, ConnectorStatus, UnknownState
from chargers.models import ChargingStation
from chargers.selectors.commands import commands_for
from chargers.selectors.connections import without_restarts
from chargers.selectors.stations import connectors_for, stations_for, unknown_stations_for
from chargers.selectors.transactions import cases_for, transactions_for
from chargers.story import story
from cpms.accounts.viewer import Viewer
from cpms.core import clock

from .board import ONLINE
from .figures import latest

# An open transaction whose meter has been silent for so long is stuck.
SILENT = timedelta(minutes=30)
# Sockets of one site that closed within this time went together.
TOGETHER = timedelta(minutes=3)
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is wrong: who, what, since when, what to do, and where."""

    tone: str
    who: str
    what: str
    advice: str
    url: str
    since: datetime | None = None


def needs(viewer: Viewer) -> list[Need]:
    """Faults first, then what is away, stuck or waiting; at most `MOST_ROWS` of each kind."""
    kinds = (faulted, away, stuck, cases, ignored, unknown)
    return [need for kind in kinds for need in kind(viewer)]


def faulted(viewer: Viewer) -> list[Need]:
    """Connectors of connected stations that report a fault."""
    rows = connectors_for(viewer).filter(ONLINE, status=ConnectorStatus.FAULTED)
    found = rows.select_related("evse__station").order_by("status_at")[:MOST_ROWS]
    return [
        Need(
            choices.FAULT,
            f"{c.evse.station.label} · {c.evse.number}",
            f"Faulted: {c.error_code or c.vendor_error_code or 'no error code given'}",
            c.error_info or "Read the messages, then try a reset.",
            reverse("dashboard:station", args=[c.evse.station.public_id]),
            c.status_at,
        )
        for c in found
    ]


def away(viewer: Viewer) -> list[Need]:
    """Stations whose connection closed; those of one site that went together are one entry.

    Those whose socket a restart of the gateway closed are given the time to come back first.
    """
    gone = without_restarts(
        stations_for(viewer).filter(connection__opened_at__isnull=False, connection__closed_at__isnull=False)
    )
    rows = list(gone.select_related("site", "connection").order_by("connection__closed_at")[:MOST_ROWS])
    found: list[Need] = []
    for group in _together(rows):
        found += [_site_away(group)] if len(group) > 1 else [_station_away(group[0])]
    return found


def _together(stations: Iterable[ChargingStation]) -> list[list[ChargingStation]]:
    """Group stations of one site whose sockets closed within `TOGETHER` of the one before."""
    groups: dict[int | None, list[list[ChargingStation]]] = defaultdict(list)
    for station in stations:
        mine = groups[station.site_id]
        if station.site_id and mine and _closed_at(station) - _closed_at(mine[-1][-1]) <= TOGETHER:
            mine[-1].append(station)
        else:
            mine.append([station])
    return [group for mine in groups.values() for group in mine]


def _closed_at(station: ChargingStation) -> datetime:
    """When the socket of a station that is away closed."""
    closed = station.connection.closed_at
    if closed is None:
        raise ValueError(f"{station.identity} is connected")
    return closed


def _station_away(station: ChargingStation) -> Need:
    return Need(
        choices.OFFLINE,
        station.label,
        "Offline",
        "Check its power and its network.",
        reverse("dashboard:station", args=[station.public_id]),
        station.connection.closed_at,
    )


def _site_away(group: list[ChargingStation]) -> Need:
    site = group[0].site
    return Need(
        choices.OFFLINE,
        site.name if site else "",
        f"{len(group)} stations went offline together",
        "Look at the site's router or power first; the stations themselves are likely fine.",
        reverse("dashboard:site", args=[site.public_id]) if site else reverse("dashboard:stations"),
        group[0].connection.closed_at,
    )


def stuck(viewer: Viewer) -> list[Need]:
    """Open transactions on connected stations whose meter has been silent."""
    limit = clock.now() - SILENT
    running = transactions_for(viewer).filter(
        state=choices.TransactionState.CHARGING,
        started_at__lt=limit,
        station__connection__opened_at__isnull=False,
        station__connection__closed_at=None,
    )
    silent = running.annotate(heard=latest("taken_at")).filter(Q(heard=None) | Q(heard__lt=limit))
    return [
        Need(
            choices.WAITING,
            f"{t.station.label} · {t.evse_no or '?'}",
            "Charging, but no meter value for 30 minutes",
            "The station may have lost the end of the session. Ask it for meter values.",
            reverse("dashboard:transaction", args=[t.public_id]),
            t.started_at,
        )
        for t in silent.select_related("station").order_by("started_at")[:MOST_ROWS]
    ]


def cases(viewer: Viewer) -> list[Need]:
    """Cases that wait for a decision, as one entry."""
    waiting = cases_for(viewer).filter(state=CaseState.OPEN)
    oldest = waiting.order_by("happened_at").first()
    if oldest is None:
        return []
    number = waiting.count()
    return [
        Need(
            choices.WAITING,
            oldest.station.label if number == 1 else "Cases",
            CaseKind(oldest.kind).label if number == 1 else f"{number} wait for a decision",
            "Each comes with a proposed fix. Nothing is billed before.",
            reverse("dashboard:cases"),
            oldest.happened_at,
        )
    ]


def ignored(viewer: Viewer) -> list[Need]:
    """Commands of the last day that a station accepted and then did not do."""
    rows = commands_for(viewer).filter(
        effect=CommandEffect.NOT_SEEN, created_at__gte=clock.now() - timedelta(days=1)
    )
    return [
        Need(
            choices.WAITING,
            c.station.label,
            f"{c.action}: {told.sentence}",
            told.advice,
            reverse("dashboard:command", args=[c.public_id]),
            c.created_at,
        )
        for c in rows.select_related("station").order_by("-created_at")[:10]
        for told in [story(c, online=True)]
    ]


def unknown(viewer: Viewer) -> list[Need]:
    """Identities that call and are nobody's."""
    rows = list(unknown_stations_for(viewer).filter(state=UnknownState.WAITING)[:MOST_ROWS])
    if not rows:
        return []
    names = ", ".join(row.identity for row in rows[:3])
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    what = "An unknown station is calling" if len(rows) == 1 else f"{len(rows)} unknown stations are calling"
    return [
        Need(
            choices.WAITING,
            names + more,
            what,
            "Adopt or block." if viewer.may("stations.adopt") else "A manager adopts or blocks them.",
            reverse("dashboard:unknown"),
            rows[0].last_seen_at,
        )
    ]
