"""What the live board shows: one tile a connector, read in four queries however many there are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from chargers import choices
from chargers.choices import ConnectorStatus
from chargers.models import Connector, MeterValue, StationConnection, Transaction
from chargers.selectors.stations import connectors_for
from chargers.selectors.transactions import open_transactions_for
from cpms.accounts.viewer import Viewer

# How many readings a tile's curve is drawn from.
CURVE_POINTS = 24
# A register that moved less than this delivered nothing worth the name.
DELIVERED_WH = 100


@dataclass(frozen=True, slots=True)
class Running:
    """An open transaction with what its meter said last."""

    transaction: Transaction
    power_w: float | None = None
    energy_wh: int | None = None
    soc_percent: float | None = None
    read_at: datetime | None = None
    curve: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tile:
    """One connector: state as tone and word, since when, and the transaction on it if there is one."""

    connector: Connector
    tone: str
    label: str
    since: datetime | None
    note: str = ""
    running: Running | None = None
    last_ok_at: datetime | None = None

    @property
    def is_charging(self) -> bool:
        """Whether the tile shows power."""
        return self.tone == choices.CHARGING

    @property
    def power_w(self) -> float:
        """The power that flows through it now; none is known of a station that is away."""
        return (self.running.power_w or 0) if self.running and self.tone != choices.OFFLINE else 0


def connection_of(station: object) -> StationConnection | None:
    """The newest connection of a station, None before its first one."""
    return getattr(station, "connection", None)


def connectors(viewer: Viewer) -> QuerySet[Connector]:
    """The viewer's connectors with everything a tile needs, by site and station."""
    order = (
        F("evse__station__site__name").asc(nulls_last=True),
        "evse__station__identity",
        "evse__number",
        "number",
    )
    return connectors_for(viewer).annotate(last_ok_at=_last_ok()).order_by(*order)


def _last_ok() -> Subquery:
    """When a transaction that delivered energy last ended on the outer connector."""
    ended = Transaction.objects.filter(
        station_id=OuterRef("evse__station_id"),
        evse_no=OuterRef("evse__number"),
        energy_wh__gte=DELIVERED_WH,
        ended_at__isnull=False,
    )
    return Subquery(ended.order_by("-started_at").values("ended_at")[:1])


def tiles(viewer: Viewer, rows: Iterable[Connector]) -> list[Tile]:
    """The tiles of these connectors, in their order."""
    found = list(rows)
    running = running_by_place(viewer, {c.evse.station_id for c in found})
    return [tile(c, _on(running, c)) for c in found]


def _on(running: dict[tuple[int, int | None], list[Running]], connector: Connector) -> Running | None:
    here = running.get((connector.evse.station_id, connector.evse.number), [])
    return next((r for r in here if r.transaction.connector_no in (None, connector.number)), None)


def running_by_place(
    viewer: Viewer, station_ids: Iterable[int]
) -> dict[tuple[int, int | None], list[Running]]:
    """Open transactions with their latest readings, by (station key, EVSE number)."""
    open_ones = open_transactions_for(viewer).filter(station_id__in=list(station_ids))
    found: dict[tuple[int, int | None], list[Running]] = defaultdict(list)
    for running in with_readings(list(open_ones)):
        place = (running.transaction.station_id, running.transaction.evse_no)
        found[place].append(running)
    return found


def with_readings(transactions: list[Transaction]) -> list[Running]:
    """Each transaction with its latest readings; one query for all."""
    newest: dict[int, list[MeterValue]] = defaultdict(list)
    if transactions:
        for value in _newest_values(transactions):
            newest[value.transaction_id or 0].append(value)
    return [_running(t, newest[t.pk]) for t in transactions]


def _newest_values(transactions: list[Transaction]) -> QuerySet[MeterValue]:
    rank = Window(RowNumber(), partition_by=F("transaction_id"), order_by=F("taken_at").desc())
    earliest = min(t.started_at for t in transactions)
    values = MeterValue.objects.filter(
        transaction_id__in=[t.pk for t in transactions], taken_at__gte=earliest
    )
    return (
        values.defer("samples")
        .annotate(rank=rank)
        .filter(rank__lte=CURVE_POINTS)
        .order_by("-taken_at", "-id")
    )


def _running(transaction: Transaction, newest: list[MeterValue]) -> Running:
    register = next((v.energy_wh for v in newest if v.energy_wh is not None), None)
    start = transaction.meter_start_wh
    energy = max(0, register - start) if register is not None and start is not None else transaction.energy_wh
    return Running(
        transaction,
        power_w=next((v.power_w for v in newest if v.power_w is not None), None),
        energy_wh=energy,
        soc_percent=next((v.soc_percent for v in newest if v.soc_percent is not None), None),
        read_at=newest[0].taken_at if newest else None,
        curve=[v.power_w for v in reversed(newest) if v.power_w is not None],
    )


def tile(connector: Connector, running: Running | None) -> Tile:
    """What one connector is shown as. A station that is away overrides what it said last."""
    station = connector.evse.station
    link = connection_of(station)
    if link is None or link.opened_at is None:
        return Tile(connector, choices.OFFLINE, "Never connected", None, "Waiting for its first boot")
    if not link.is_open:
        return Tile(connector, choices.OFFLINE, "Offline", link.closed_at, _last_word(connector), running)
    status = ConnectorStatus(connector.status)
    last_ok_at = getattr(connector, "last_ok_at", None)
    since, note = connector.status_at, _note(connector, status)
    return Tile(connector, status.tone, status.label, since, note, running, last_ok_at)


def _last_word(connector: Connector) -> str:
    return f"last: {ConnectorStatus(connector.status).label}"


def _note(connector: Connector, status: ConnectorStatus) -> str:
    if status == ConnectorStatus.FAULTED:
        return connector.error_code or connector.vendor_error_code or "no error code given"
    return ""


ONLINE = Q(evse__station__connection__opened_at__isnull=False, evse__station__connection__closed_at=None)


def statuses_of(tone: str) -> list[str]:
    """The reported states shown in one tone."""
    return [status.value for status in ConnectorStatus if status.tone == tone]


def in_state(rows: QuerySet[Connector], tone: str) -> QuerySet[Connector]:
    """Connectors shown in a tone; those of stations that are away are offline, whatever they said last."""
    if tone == choices.OFFLINE:
        return rows.filter(~ONLINE | Q(status__in=statuses_of(tone)))
    return rows.filter(ONLINE, status__in=statuses_of(tone))


def matching(rows: QuerySet[Connector], words: str) -> QuerySet[Connector]:
    """Connectors whose station's identity or name contains the words."""
    return rows.filter(Q(evse__station__identity__icontains=words) | Q(evse__station__name__icontains=words))
