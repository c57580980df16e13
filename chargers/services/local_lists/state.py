"""What is known of the list a station has."""

from django.db import transaction

from chargers.choices import ListState
from chargers.domain import ListVersionReported
from chargers.models import ChargingStation, StationList

from ..source import Source, check_epoch

UNSUPPORTED, EMPTY = -1, 0


@transaction.atomic
def list_version_reported(source: Source, report: ListVersionReported) -> None:
    """The station told the version of its list, whoever asked. Raises `Fenced`."""
    check_epoch(source)
    row = list_state_locked(source.station_id)
    row.reported_version, row.checked_at = report.version, source.received_at
    _believe_sent(row)
    if row.local_list_id is not None and row.wanted_since is None:
        row.state, row.note = compared(row)
    row.save()


def list_state_locked(station_id: int) -> StationList:
    """The station's row, locked: made when it is asked for the first time (inside a transaction)."""
    StationList.objects.get_or_create(station_id=station_id)
    # A lock of the row itself, not of the list it belongs to.
    rows = StationList.objects.select_for_update(of=("self",)).select_related("local_list")
    return rows.get(pk=station_id)


def _believe_sent(row: StationList) -> None:
    """A message whose answer was lost has arrived when the station has its version now."""
    if row.sent is not None and row.sent["version"] == row.reported_version:
        take_over(row)


def take_over(row: StationList) -> None:
    """What was sent is what the station holds now; the caller saves the row."""
    assert row.sent is not None
    held = {} if row.sent["full"] else dict(row.held)
    for uid, entry in row.sent["entries"].items():
        if entry is None:
            held.pop(uid, None)
        else:
            held[uid] = entry
    row.held, row.held_version, row.sent = held, row.sent["version"], None


def is_where_we_left_it(row: StationList) -> bool:
    """Whether the station reports just the version of the entries we know it holds."""
    if row.held_version is None:
        return row.reported_version == EMPTY
    return row.reported_version == row.held_version


def compared(row: StationList) -> tuple[ListState, str]:
    """The state that the reported version makes, and why."""
    if row.reported_version is None:
        return ListState.UNKNOWN, ""
    if row.reported_version == UNSUPPORTED:
        return ListState.UNSUPPORTED, "the station says that it has no list"
    if not is_where_we_left_it(row):
        return ListState.DRIFTED, f"version {row.reported_version} there, {row.held_version or 0} was sent"
    return (ListState.CURRENT if row.state == ListState.CURRENT else ListState.BEHIND), row.note


def station_list_of(station: ChargingStation) -> StationList | None:
    """What is known of a station's list; None when nothing ever was."""
    return StationList.objects.filter(station=station).select_related("local_list").first()
