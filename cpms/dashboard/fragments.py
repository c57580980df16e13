"""The moving parts of pages, rendered by key.

A key is `kind:public id`, as in an element's `data-live`. A page asks for the keys it shows; `resolve` turns
them into what they depend on, seen through the viewer: a key of somebody else's row is just not there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string

from chargers.models import BulkItem
from chargers.selectors.commands import bulk_commands_for, commands_for, reservations_for, scheduled_for
from chargers.selectors.stations import connectors_for, stations_for
from chargers.selectors.transactions import transactions_for
from cpms.accounts.viewer import Viewer

from . import board, figures, messages_tab
from .answers import answer
from .views.fleet.bulk import bulk_context
from .views.money.prices import price_context
from .views.organisation.overview import overview_now
from .views.sessions.transactions import transaction_context
from .views.stations.commands import command_context
from .views.stations.reservations import reservation_context
from .views.stations.stations import recent, reserved, with_summary

# What the whole organisation moves; asked for without an id.
WIDE = ("overview:now", "board:summary")
MOST_KEYS = 1000


@dataclass(frozen=True, slots=True)
class Watch:
    """A key with the public id of the station it depends on; None for keys that any change touches."""

    key: str
    station: str | None


def resolve(viewer: Viewer, keys: Iterable[str]) -> list[Watch]:
    """The keys this viewer may watch; unknown kinds and rows of others are left out."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    wide = []
    for key in list(keys)[:MOST_KEYS]:
        kind, _, public_id = key.partition(":")
        if key in WIDE:
            wide.append(Watch(key, None))
        elif kind in KINDS and "\x00" not in public_id:
            by_kind[kind].add(public_id)
    owned = [Watch(f"{kind}:{i}", s) for kind, ids in by_kind.items() for i, s in _owners(viewer, kind, ids)]
    return wide + owned


def _owners(viewer: Viewer, kind: str, ids: set[str]) -> Iterable[tuple[str, str | None]]:
    """Pairs of public id and the station's public id; None where the row is of many stations."""
    rows, path = KINDS[kind].rows(viewer).filter(public_id__in=ids).order_by(), KINDS[kind].station
    if not path:
        return [(public_id, None) for public_id in rows.values_list("public_id", flat=True)]
    return rows.values_list("public_id", path)


def render(viewer: Viewer, keys: Iterable[str]) -> dict[str, str]:
    """Each key's HTML as it is now; keys whose row is gone are left out."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    made = {}
    for key in keys:
        kind, _, public_id = key.partition(":")
        if key in WIDE:
            made[key] = _wide(viewer, key)
        else:
            by_kind[kind].append(public_id)
    for kind, ids in by_kind.items():
        made |= {f"{kind}:{public_id}": html for public_id, html in KINDS[kind].render(viewer, ids)}
    return made


def _draw(viewer: Viewer, template: str, context: dict[str, Any]) -> str:
    """A part as this viewer may see it: without a request, `{% may %}` asks the context."""
    return render_to_string(template, context | {"viewer": viewer})


def _wide(viewer: Viewer, key: str) -> str:
    if key == "overview:now":
        return _draw(viewer, "dashboard/parts/overview_now.html", overview_now(viewer))
    return _draw(viewer, "dashboard/parts/board_summary.html", {"counts": figures.counts(viewer)})


Rendered = Iterable[tuple[str, str]]


def _tiles(viewer: Viewer, ids: list[str]) -> Rendered:
    for tile in board.tiles(viewer, board.connectors(viewer).filter(public_id__in=ids)):
        yield tile.connector.public_id, _draw(viewer, "components/tile.html", {"tile": tile})


def _rows(viewer: Viewer, ids: list[str]) -> Rendered:
    for station in with_summary(viewer).filter(public_id__in=ids):
        context = {"station": station, "choose": viewer.may("commands.send")}
        yield station.public_id, _draw(viewer, "dashboard/parts/station_row.html", context)


def _station_part(template: str) -> Callable[[Viewer, list[str]], Rendered]:
    """A part of a station's page that needs its tiles."""

    def rendered(viewer: Viewer, ids: list[str]) -> Rendered:
        for station in stations_for(viewer).filter(public_id__in=ids):
            shown = board.tiles(viewer, board.connectors(viewer).filter(evse__station=station))
            address = f"{settings.OCPP_PUBLIC_URL}/{station.identity}"
            context = {"station": station, "tiles": shown, "address": address}
            yield (
                station.public_id,
                _draw(viewer, template, context | {"answer": answer(viewer, station, shown)}),
            )

    return rendered


def _recent(viewer: Viewer, ids: list[str]) -> Rendered:
    for station in stations_for(viewer).filter(public_id__in=ids):
        context = {"station": station} | recent(viewer, station)
        yield station.public_id, _draw(viewer, "dashboard/parts/station_recent.html", context)


def _messages(viewer: Viewer, ids: list[str]) -> Rendered:
    if not viewer.may("messages.view"):
        return
    for station in stations_for(viewer).filter(public_id__in=ids):
        context = {"station": station, "exchanges": messages_tab.newest(viewer, station), "is_tail": True}
        yield station.public_id, _draw(viewer, "dashboard/parts/exchanges.html", context)


def _commands(viewer: Viewer, ids: list[str]) -> Rendered:
    for command in commands_for(viewer).filter(public_id__in=ids):
        yield (
            command.public_id,
            _draw(viewer, "dashboard/parts/command_now.html", command_context(command)),
        )


def _command_rows(viewer: Viewer, ids: list[str]) -> Rendered:
    for command in commands_for(viewer).filter(public_id__in=ids):
        yield command.public_id, _draw(viewer, "dashboard/parts/command_row.html", {"command": command})


def _reservations(template: str) -> Callable[[Viewer, list[str]], Rendered]:
    def rendered(viewer: Viewer, ids: list[str]) -> Rendered:
        for found in reservations_for(viewer).filter(public_id__in=ids):
            yield found.public_id, _draw(viewer, template, reservation_context(viewer, found))

    return rendered


def _reserved(viewer: Viewer, ids: list[str]) -> Rendered:
    for station in stations_for(viewer).filter(public_id__in=ids):
        html = _draw(viewer, "dashboard/parts/station_reservations.html", reserved(viewer, station))
        yield station.public_id, html


def _scheduled(viewer: Viewer, ids: list[str]) -> Rendered:
    for station in stations_for(viewer).filter(public_id__in=ids):
        context = {
            "station": station,
            "scheduled": scheduled_for(viewer).filter(station=station)[:10],
            "can_cancel_scheduled": viewer.may("commands.send"),
        }
        yield station.public_id, _draw(viewer, "dashboard/parts/scheduled.html", context)


def _bulk(viewer: Viewer, ids: list[str]) -> Rendered:
    for found in bulk_commands_for(viewer).filter(public_id__in=ids):
        yield (
            found.public_id,
            _draw(viewer, "dashboard/parts/bulk_now.html", bulk_context(viewer, found)),
        )


def _bulk_rows(viewer: Viewer, ids: list[str]) -> Rendered:
    for item in _bulk_items(viewer).filter(public_id__in=ids):
        yield item.public_id, _draw(viewer, "dashboard/parts/bulk_row.html", {"item": item})


def _bulk_items(viewer: Viewer) -> QuerySet[BulkItem]:
    rows = BulkItem.objects.filter(bulk__in=bulk_commands_for(viewer).values("pk"))
    return rows.select_related("station__connection", "command")


def _transactions(viewer: Viewer, ids: list[str]) -> Rendered:
    for found in transactions_for(viewer).filter(public_id__in=ids):
        context = transaction_context(found)
        yield found.public_id, _draw(viewer, "dashboard/parts/transaction_now.html", context)


def _prices(viewer: Viewer, ids: list[str]) -> Rendered:
    for found in transactions_for(viewer).filter(public_id__in=ids):
        yield found.public_id, _draw(viewer, "dashboard/parts/price.html", price_context(viewer, found))


def _transaction_rows(hide_station: bool) -> Callable[[Viewer, list[str]], Rendered]:
    def rendered(viewer: Viewer, ids: list[str]) -> Rendered:
        for running in board.with_readings(list(transactions_for(viewer).filter(public_id__in=ids))):
            context = {"running": running, "hide_station": hide_station}
            html = _draw(viewer, "dashboard/parts/transaction_row.html", context)
            yield running.transaction.public_id, html

    return rendered


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of key: whose rows it names, the path to their station's public id ("": of many), how they are drawn."""

    rows: Callable[[Viewer], QuerySet[Any]]
    station: str
    render: Callable[[Viewer, list[str]], Rendered]


def _of_station(render: Callable[[Viewer, list[str]], Rendered]) -> Kind:
    return Kind(stations_for, "public_id", render)


KINDS: dict[str, Kind] = {
    "tile": Kind(connectors_for, "evse__station__public_id", _tiles),
    "row": _of_station(_rows),
    "answer": _of_station(_station_part("dashboard/parts/station_answer.html")),
    "connectors": _of_station(_station_part("dashboard/parts/station_connectors.html")),
    "contact": _of_station(_station_part("dashboard/parts/first_contact.html")),
    "recent": _of_station(_recent),
    "messages": _of_station(_messages),
    "command": Kind(commands_for, "station__public_id", _commands),
    "cmdrow": Kind(commands_for, "station__public_id", _command_rows),
    "transaction": Kind(transactions_for, "station__public_id", _transactions),
    "price": Kind(transactions_for, "station__public_id", _prices),
    "reservation": Kind(
        reservations_for, "station__public_id", _reservations("dashboard/parts/reservation_now.html")
    ),
    "rsvrow": Kind(
        reservations_for, "station__public_id", _reservations("dashboard/parts/reservation_row.html")
    ),
    "reserved": _of_station(_reserved),
    "scheduled": _of_station(_scheduled),
    "bulk": Kind(bulk_commands_for, "", _bulk),
    "bulkrow": Kind(_bulk_items, "station__public_id", _bulk_rows),
    "txrow": Kind(transactions_for, "station__public_id", _transaction_rows(hide_station=True)),
    "txfull": Kind(transactions_for, "station__public_id", _transaction_rows(hide_station=False)),
}
