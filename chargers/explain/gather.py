"""Collects the rows that explain a transaction, each only as far as the viewer may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, QuerySet

from chargers.choices import Direction, FactKind
from chargers.domain import Report, StatusReported, TransactionReported
from chargers.models import (
    Authorization,
    Case,
    ChargingStation,
    Command,
    MessageExchange,
    Transaction,
    TransactionEvent,
)
from chargers.ocpp import describe
from chargers.selectors.commands import commands_for
from chargers.selectors.stations import messages_for
from chargers.selectors.tags import authorizations_for
from chargers.selectors.transactions import cases_for, meter_values_for, transaction_events_for
from chargers.services.learned.facts import fact_value
from chargers.services.transactions.find import natural_key
from cpms.accounts.selectors import audit_lines_for
from cpms.accounts.viewer import Viewer
from cpms.core import clock
from cpms.core.models import AuditLine

from .entry import Entry, Explanation

BEFORE = timedelta(minutes=10)
AFTER = timedelta(minutes=15)
# A lost answer makes a station repeat itself; two days later it has given up.
REPEATS = timedelta(days=2)
MOST_MESSAGES = 500
MOST_STATUSES = 100
MOST_LINES = 100
# Effects that tell that a command was about charging, not about settings or files.
_ABOUT_CHARGING = ("transaction_started", "transaction_ended", "booted", "availability")


@dataclass(frozen=True, slots=True)
class Logged:
    """An exchange of the message log with what its request said; None when that cannot be read any more."""

    row: MessageExchange
    report: Report | None


@dataclass(frozen=True, slots=True)
class Metered:
    """The readings of a transaction, summed up."""

    count: int
    first_at: datetime | None
    last_at: datetime | None
    first_wh: int | None
    last_wh: int | None
    top_w: float | None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything the sentences are made of."""

    transaction: Transaction
    station: ChargingStation
    events: list[TransactionEvent]
    messages: list[Logged]
    statuses: list[Logged]
    authorizations: list[Authorization]
    commands: list[Command]
    lines: list[AuditLine]
    cases: list[Case]
    metered: Metered
    # How far the station's clock is ahead of ours, as learned; negative when it is behind.
    clock_ahead: timedelta
    # By epoch: a moment at which that socket was open already.
    open_since: dict[int, datetime]
    sees_cards: bool
    sees_people: bool


def explanation_for(viewer: Viewer, transaction: Transaction, more: Iterable[Entry] = ()) -> Explanation:
    """The timeline of a transaction and its summary; empty when the viewer may not see transactions.

    `more` are entries of those who know more about it than chargers do.
    """
    from . import commands, corrections, decisions, messages, summary

    found = material(viewer, transaction)
    parts = (messages, decisions, corrections, commands)
    entries: list[Entry] = [*more, *(entry for part in parts for entry in part.entries(found))]
    entries.sort(key=lambda entry: entry.at)
    return Explanation(summary.sentence(found), entries)


def material(viewer: Viewer, row: Transaction) -> Material:
    """The rows, in a dozen bounded queries."""
    first = min(row.started_at, row.start_received_at) - BEFORE
    last = (row.end_received_at or clock.now()) + AFTER
    events = list(transaction_events_for(viewer, row)[:MOST_MESSAGES])
    organisation_id = row.organisation_id
    return Material(
        transaction=row,
        station=row.station,
        events=events,
        messages=_messages(viewer, row, events, first, last),
        statuses=_statuses(viewer, row, first, last),
        authorizations=_authorizations(viewer, row, first, last),
        commands=_commands(viewer, row, first, last),
        lines=_lines(viewer, row, first, last),
        cases=list(cases_for(viewer).filter(transaction=row).order_by("happened_at", "pk")),
        metered=_metered(viewer, row),
        clock_ahead=timedelta(seconds=int(fact_value(row.station_id, FactKind.CLOCK) or 0)),
        open_since=_open_since(viewer, row, first, last),
        sees_cards=viewer.may("tags.view", organisation_id),
        sees_people=viewer.may("audit.view", organisation_id),
    )


def _messages(
    viewer: Viewer, row: Transaction, events: list[TransactionEvent], first: datetime, last: datetime
) -> list[Logged]:
    """Starts, updates and stops that belong to it, repeats too, oldest first."""
    moments = {event.received_at for event in events}
    told = messages_for(viewer, row.station).filter(
        direction=Direction.IN, action__in=describe.OF_TRANSACTIONS
    )
    near = told.filter(received_at__range=(first, last + REPEATS)).order_by("received_at", "id")[
        :MOST_MESSAGES
    ]
    far = told.filter(received_at__in=[at for at in moments if not first <= at <= last + REPEATS])
    return [
        logged
        for logged in _read([*near, *far])
        if logged.row.received_at in moments or _is_of(row, logged.report)
    ]


def _is_of(row: Transaction, report: Report | None) -> bool:
    if not isinstance(report, TransactionReported):
        return False
    if report.reference is None:
        return natural_key(report) == row.natural_key
    return report.reference == row.reference


def _read(rows: list[MessageExchange]) -> list[Logged]:
    return [Logged(row, describe.report_of(row.action, row.request, row.message_id)) for row in rows]


def _open_since(viewer: Viewer, row: Transaction, first: datetime, last: datetime) -> dict[int, datetime]:
    """The first thing heard over each socket of that time, and for the newest when it opened."""
    heard = messages_for(viewer, row.station).filter(
        direction=Direction.IN, received_at__range=(first, last + REPEATS)
    )
    firsts = heard.order_by().values_list("epoch").annotate(first_at=Min("received_at"))
    since: dict[int, datetime] = dict(firsts)
    link = getattr(row.station, "connection", None)
    if link is not None and link.opened_at is not None:
        since[link.epoch] = link.opened_at
    return since


def _statuses(viewer: Viewer, row: Transaction, first: datetime, last: datetime) -> list[Logged]:
    """What the connector said of itself around and during the transaction."""
    told = messages_for(viewer, row.station).filter(
        direction=Direction.IN, action=describe.STATUS, received_at__range=(first, last)
    )
    found = _read(list(told.order_by("received_at", "id")[: 5 * MOST_STATUSES]))
    here = [
        logged
        for logged in found
        if isinstance(logged.report, StatusReported) and logged.report.place.evse_no == row.evse_no
    ]
    return here[:MOST_STATUSES]


def _authorizations(viewer: Viewer, row: Transaction, first: datetime, last: datetime) -> list[Authorization]:
    uids = {uid for uid in (row.uid, row.stop_uid) if uid}
    log = authorizations_for(viewer).filter(station_id=row.station_id, uid__in=uids, at__range=(first, last))
    return list(log.order_by("at", "pk")[:MOST_LINES])


def _commands(viewer: Viewer, row: Transaction, first: datetime, last: datetime) -> list[Command]:
    """Commands about charging that were sent to the station at the time, those to other connectors left out."""
    sent = commands_for(viewer).filter(station_id=row.station_id, created_at__range=(first, last))
    found = sent.filter(expectation__kind__in=_ABOUT_CHARGING).order_by("created_at", "pk")[:MOST_LINES]
    return [command for command in found if _concerns(command, row)]


def _concerns(command: Command, row: Transaction) -> bool:
    wanted = command.expectation
    if wanted["kind"] == "transaction_ended":
        return bool(wanted.get("reference") == row.reference)
    if wanted["kind"] == "transaction_started":
        if wanted.get("transaction") not in (None, row.public_id):
            return False
        same_card = str(wanted.get("uid", "")).upper() == row.uid.upper()
        return (same_card or not row.uid) and wanted.get("evse_no") in (None, row.evse_no)
    return wanted.get("evse_no") in (None, 0, row.evse_no)


def _lines(viewer: Viewer, row: Transaction, first: datetime, last: datetime) -> list[AuditLine]:
    """What was written about it at any time, and what was done to its station and card meanwhile."""
    own = AuditLine.objects.filter(organisation_id=row.organisation_id, subject=row.public_id)
    around = [row.station.public_id, *([row.id_tag.public_id] if row.id_tag else [])]
    meanwhile: QuerySet[AuditLine] = audit_lines_for(viewer).filter(
        organisation_id=row.organisation_id, subject__in=around, at__range=(first, last)
    )
    # Reading settings, sending lists: what the system does by itself explains no transaction.
    meanwhile = meanwhile.exclude(action="command.sent", actor_label__startswith="system:")
    if not viewer.may("transactions.view", row.organisation_id):
        return []
    return [*own.order_by("at", "pk")[:MOST_LINES], *meanwhile.order_by("at", "pk")[:MOST_LINES]]


def _metered(viewer: Viewer, row: Transaction) -> Metered:
    values = meter_values_for(viewer, row)
    told = values.order_by().aggregate(
        count=Count("pk"), first_at=Min("taken_at"), last_at=Max("taken_at"), top_w=Max("power_w")
    )
    registers = (
        values.filter(energy_wh__isnull=False).order_by("taken_at", "pk").values_list("energy_wh", flat=True)
    )
    return Metered(**told, first_wh=registers.first(), last_wh=registers.last())
