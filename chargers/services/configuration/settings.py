"""What stations report of their settings, and where that stands to what is wanted.

Every answer that tells a value comes here, whoever asked. A secret's value is dropped before it is looked at.
"""

import re
from datetime import datetime
from typing import Final

from django.db import transaction

from chargers.choices import OPEN_ANSWERS, SettingAnswer, SettingState
from chargers.domain import SettingAgreed, SettingsReported, SettingValue
from chargers.models import ChargingStation, StationConfiguration, StationSetting
from chargers.ocpp.redact import is_secret

from ..source import Source, check_epoch

# A station that names ever new settings must not fill the table.
MAX_SETTINGS: Final = 1_000


@transaction.atomic
def settings_reported(source: Source, report: SettingsReported) -> None:
    """Store values and what the station says it does not have. Raises `Fenced`."""
    check_epoch(source)
    configuration_locked(source.station_id)
    rows = settings_of(source.station_id)
    booted_at = _booted_at(source.station_id)
    new: list[StationSetting] = []
    for value in report.settings:
        _take(_row(rows, new, source.station_id, value.name), value, source.received_at, booted_at)
    for name in report.unknown:
        _absent(_row(rows, new, source.station_id, name), source.received_at)
    told = {value.name.lower() for value in report.settings} | {name.lower() for name in report.unknown}
    kept = new[: max(0, MAX_SETTINGS - len(rows) + len(new))]
    StationSetting.objects.bulk_create(kept)
    changed = [row for name, row in rows.items() if name in told and row.pk and row not in kept]
    StationSetting.objects.bulk_update(
        changed, ["reported", "read_only", "known", "checked_at", "restart_since", "state"]
    )


@transaction.atomic
def setting_agreed(source: Source, report: SettingAgreed) -> None:
    """A change was agreed to; one that needs a restart is noted as such until the station has booted."""
    check_epoch(source)
    if not report.after_restart:
        return
    configuration_locked(source.station_id)
    new: list[StationSetting] = []
    row = _row(settings_of(source.station_id), new, source.station_id, report.name)
    row.restart_since = source.received_at
    row.state = state_of(row)
    row.save()


def configuration_locked(station_id: int) -> StationConfiguration:
    """How the station is read, locked: whoever writes its settings takes this row first (inside a transaction)."""
    StationConfiguration.objects.get_or_create(station_id=station_id)
    return StationConfiguration.objects.select_for_update().get(pk=station_id)


def settings_of(station_id: int) -> dict[str, StationSetting]:
    """The settings of a station by name in lower case: names ignore case (OCPP 1.6 §7, CiString)."""
    return {row.name.lower(): row for row in StationSetting.objects.filter(station_id=station_id)}


def state_of(row: StationSetting) -> SettingState:
    """Where wanted and reported stand to each other."""
    if row.desired is not None and row.answer in OPEN_ANSWERS:
        return SettingState.WAITING
    if row.restart_since is not None:
        return SettingState.RESTART
    return _state_unwanted(row) if row.desired is None else _state_wanted(row)


def _state_unwanted(row: StationSetting) -> SettingState:
    if row.known is None:
        return SettingState.UNREAD
    return SettingState.REPORTED if row.known else SettingState.ABSENT


def _state_wanted(row: StationSetting) -> SettingState:
    failed = row.answer in (SettingAnswer.REFUSED, SettingAnswer.FAILED)
    if row.checked_at is None and not failed:
        return SettingState.UNREAD
    if row.reported is not None and same_value(row.desired or "", row.reported):
        return SettingState.AS_WANTED
    # Accepted, but not read back yet.
    unread = row.answered_at is not None and (row.checked_at is None or row.checked_at < row.answered_at)
    return SettingState.WAITING if unread and not failed else SettingState.DRIFTED


def same_value(one: str, other: str) -> bool:
    """Whether two values mean the same: case, outer blanks and blanks around commas do not count."""
    return _plain(one) == _plain(other)


def _plain(value: str) -> str:
    return re.sub(r"\s*,\s*", ",", value.strip()).lower()


def _row(
    rows: dict[str, StationSetting], new: list[StationSetting], station_id: int, name: str
) -> StationSetting:
    row = rows.get(name.lower())
    if row is None:
        row = StationSetting(station_id=station_id, name=name, is_secret=is_secret(name))
        rows[name.lower()] = row
        new.append(row)
    return row


def _take(row: StationSetting, value: SettingValue, at: datetime, booted_at: datetime | None) -> None:
    row.reported = None if row.is_secret else value.value
    row.read_only, row.known, row.checked_at = value.read_only, True, at
    if row.restart_since and booted_at and booted_at > row.restart_since:
        row.restart_since = None
    row.state = state_of(row)


def _absent(row: StationSetting, at: datetime) -> None:
    row.reported, row.known, row.checked_at, row.restart_since = None, False, at, None
    row.state = state_of(row)


def _booted_at(station_id: int) -> datetime | None:
    return ChargingStation.objects.filter(pk=station_id).values_list("last_boot_at", flat=True).first()
