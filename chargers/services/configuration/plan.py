"""What a push would do: looked at before anything is sent, and again at the moment it is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chargers.choices import PlannedChange, SettingAnswer
from chargers.domain import WriteSetting
from chargers.models import ChargingStation, ConfigurationTemplate, StationConnection, StationSetting
from chargers.ocpp.adapter import Unsupported
from chargers.ocpp.adapters import by_subprotocol

from . import templates
from .results import LEFT_ALONE, TO_SET
from .settings import same_value

Change = dict[str, Any]
"""`{"name", "before", "wanted", "plan", "answer", "note"}`, the texts of choices by value."""


@dataclass(frozen=True, slots=True)
class StationPlan:
    """What a push would do at one station; `is_read` says whether its settings were ever read."""

    station: ChargingStation
    is_online: bool
    is_read: bool
    changes: list[Change]

    @property
    def counts(self) -> dict[str, int]:
        """How many settings there are of each plan."""
        return dict(Counter(change["plan"] for change in self.changes))

    @property
    def to_set(self) -> int:
        """How many settings would be sent."""
        return sum(change["plan"] in TO_SET for change in self.changes)

    @property
    def left_alone(self) -> int:
        """How many settings cannot be set here."""
        return sum(change["plan"] in LEFT_ALONE for change in self.changes)


def push_plan(
    entries: Sequence[templates.Entry],
    stations: Sequence[ChargingStation],
    template: ConfigurationTemplate | None = None,
) -> list[StationPlan]:
    """The plan for each station, in two queries however many there are."""
    by_station: dict[int, dict[str, StationSetting]] = {station.pk: {} for station in stations}
    for row in StationSetting.objects.filter(station_id__in=by_station):
        by_station[row.station_id][row.name.lower()] = row
    others = _others(template)
    return [_plan(entries, station, by_station[station.pk], template, others) for station in stations]


def _others(template: ConfigurationTemplate | None) -> list[ConfigurationTemplate]:
    if template is None:
        return []
    higher = ConfigurationTemplate.objects.filter(
        organisation_id=template.organisation_id, priority__gt=template.priority
    )
    return list(higher)


def _plan(
    entries: Sequence[templates.Entry],
    station: ChargingStation,
    rows: dict[str, StationSetting],
    template: ConfigurationTemplate | None,
    others: Iterable[ConfigurationTemplate],
) -> StationPlan:
    decided = templates.overruled(template, station, others)
    link = getattr(station, "connection", None)
    is_read = any(row.checked_at is not None for row in rows.values())
    changes = []
    for entry in entries:
        plan = _planned(entry, rows.get(entry["name"].lower()), decided, is_read)
        if not _is_sayable(link, entry):
            plan = _absent(entry)
        changes.append(_change(entry, rows.get(entry["name"].lower()), plan))
    return StationPlan(station, bool(link and link.is_open), is_read, changes)


def _is_sayable(link: StationConnection | None, entry: templates.Entry) -> bool:
    """Whether the station's version has a way to set something of this name."""
    if link is None or link.opened_at is None:
        return True
    try:
        by_subprotocol(link.subprotocol).outbound(WriteSetting(entry["name"], entry["value"]))
    except Unsupported:
        return False
    return True


def _absent(entry: templates.Entry) -> PlannedChange:
    return PlannedChange.OPTIONAL if entry["optional"] else PlannedChange.ABSENT


def _change(entry: templates.Entry, row: StationSetting | None, plan: PlannedChange) -> Change:
    return {
        "name": entry["name"],
        "before": None if row is None else row.reported,
        "wanted": entry["value"],
        "plan": plan.value,
        "answer": SettingAnswer.NONE.value,
        "note": "",
    }


def _planned(
    entry: templates.Entry, row: StationSetting | None, decided: set[str], is_read: bool
) -> PlannedChange:
    if entry["name"].lower() in decided:
        return PlannedChange.OVERRULED
    if row is None or row.known is None:
        # What a station that was read has not named is tried, unless it is optional.
        return PlannedChange.OPTIONAL if is_read and entry["optional"] else PlannedChange.UNREAD
    if not row.known:
        return _absent(entry)
    if row.reported is not None and same_value(row.reported, entry["value"]):
        return PlannedChange.SAME
    return PlannedChange.READ_ONLY if row.read_only else PlannedChange.CHANGE
