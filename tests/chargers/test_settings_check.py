"""When stations' settings are read by themselves, and who decides what a template sets."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chargers.choices import SettingState
from chargers.domain import SettingsReported, SettingValue
from chargers.models import (
    ChargingStation,
    Command,
    ConfigurationTemplate,
    StationConfiguration,
    StationConnection,
    StationSetting,
)
from chargers.services.configuration import settings
from chargers.services.configuration.check import NIGHT_LASTS_MIN, settings_check
from chargers.services.configuration.read import readings_resume
from chargers.services.configuration.settings import same_value, settings_reported
from chargers.services.configuration.templates import matches
from tests.worlds import World

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 3, 2, 22, 0, tzinfo=BERLIN)
MORNING = datetime(2026, 3, 3, 6, 0, tzinfo=BERLIN)


@pytest.fixture
def station(world: World) -> ChargingStation:
    """A station that is there and was read in the evening."""
    world.organisation.time_zone = "Europe/Berlin"
    world.organisation.save()
    StationConnection.objects.filter(station=world.station).update(opened_at=EVENING - timedelta(hours=3))
    StationConfiguration.objects.create(station=world.station, checked_at=EVENING - timedelta(hours=1))
    return world.station


def readings() -> int:
    return Command.objects.filter(purpose="settings_read").count()


def test_a_station_is_read_once_a_night(station: ChargingStation) -> None:
    assert settings_check(EVENING) == 0
    assert settings_check(MORNING) == 1
    assert settings_check(MORNING) == 0
    StationConfiguration.objects.update(reading_since=None, reading=None, checked_at=MORNING)
    assert settings_check(MORNING + timedelta(hours=15)) == 0
    assert readings() == 1


def test_stations_are_spread_over_the_night(world: World) -> None:
    turns = {number * 97 % NIGHT_LASTS_MIN for number in range(NIGHT_LASTS_MIN)}
    assert len(turns) == NIGHT_LASTS_MIN
    for number in range(2, 8):
        made = world.connected_station(f"OURS-{number}")
        StationConnection.objects.filter(station=made).update(opened_at=EVENING)
        StationConfiguration.objects.create(station=made, checked_at=EVENING)
    one_oclock = datetime(2026, 3, 3, 0, 0, tzinfo=ZoneInfo("UTC")) + timedelta(hours=1)
    begun = [
        settings_check(one_oclock + timedelta(minutes=5 * step)) for step in range(NIGHT_LASTS_MIN // 5 + 1)
    ]
    assert sum(begun) == 6
    assert max(begun) <= 2


def test_a_station_that_is_away_is_read_when_it_is_back_for_a_while(station: ChargingStation) -> None:
    StationConnection.objects.update(closed_at=EVENING)
    assert settings_check(MORNING) == 0
    StationConnection.objects.update(closed_at=None, opened_at=MORNING + timedelta(minutes=1))
    assert settings_check(MORNING + timedelta(minutes=5)) == 0
    assert settings_check(MORNING + timedelta(minutes=12)) == 1


def test_a_station_that_restarted_for_a_value_is_looked_at_again(station: ChargingStation) -> None:
    StationSetting.objects.create(
        station=station, name="A", desired="1", known=True, restart_since=EVENING, state=SettingState.RESTART
    )
    assert settings_check(EVENING) == 0
    ChargingStation.objects.filter(pk=station.pk).update(last_boot_at=EVENING + timedelta(minutes=1))
    assert settings_check(EVENING + timedelta(minutes=2)) == 1


def test_only_so_many_are_begun_at_once(station: ChargingStation, world: World) -> None:
    for number in range(2, 6):
        made = world.connected_station(f"OURS-{number}")
        StationConnection.objects.filter(station=made).update(opened_at=EVENING)
    assert [settings_check(MORNING, most=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_station_cannot_fill_the_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAX_SETTINGS", 5)
    for start in (0, 3, 6):
        values = tuple(SettingValue(f"K{start + n}", "1") for n in range(3))
        settings_reported(world.source, SettingsReported(values))
    assert StationSetting.objects.count() == 5


def test_names_differ_in_more_than_case(world: World) -> None:
    settings_reported(world.source, SettingsReported((SettingValue("heartbeatinterval", "1"),)))
    settings_reported(world.source, SettingsReported((SettingValue("HeartbeatInterval", "2"),)))
    assert [row.reported for row in StationSetting.objects.all()] == ["2"]


def test_values_are_compared_by_what_they_mean() -> None:
    assert same_value("Voltage, SoC", "voltage,soc ")
    assert not same_value("60", "600")
    assert not same_value("a b", "ab")


@pytest.mark.parametrize(
    ("vendor", "model", "fits"),
    [
        ("*", "*", True),
        ("acme*", "duo ??", True),
        ("ACME", "*", False),
        ("*", "Duo", False),
        ("[A]*", "*", True),
    ],
)
def test_a_template_fits_by_vendor_and_model(vendor: str, model: str, fits: bool) -> None:
    station = ChargingStation(vendor="Acme Inc", model="Duo 22")
    assert matches(ConfigurationTemplate(vendor=vendor, model=model), station) is fits


def test_a_reading_that_our_restart_interrupted_is_taken_up(station: ChargingStation) -> None:
    settings_check(MORNING)
    assert readings_resume() == 0
    Command.objects.update(state="accepted")
    assert readings_resume() == 1
    assert readings() == 2
