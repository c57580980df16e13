"""Settings read, wanted and pushed over a real socket."""

from typing import Any

import pytest

from chargers.choices import PushState, SettingAnswer, SettingState
from chargers.models import (
    ChargingStation,
    ConfigurationPush,
    PushResult,
    StationConfiguration,
    StationSetting,
)
from chargers.ocpp.v16.settings import BOOK
from chargers.services.commands.send import command_send
from chargers.services.configuration.push import push_start, pushes_advance
from chargers.services.configuration.read import settings_read
from chargers.services.configuration.write import is_connected, settings_deliver_all, settings_want
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .charger import Charger, fresh, registered
from .process import Gateway, eventually

Found = dict[str, tuple[str, bool]]


class Configured(Charger):
    """A charger with configuration keys, answering by hand."""

    station: ChargingStation
    values: Found = {}

    def answer_read(self, frame: list[Any]) -> list[str]:
        """Answer a GetConfiguration; the keys that were asked for."""
        assert frame[2] == "GetConfiguration", frame
        asked: list[str] = frame[3].get("key", [])
        known = [
            {"key": name, "readonly": self.values[name][1], "value": self.values[name][0]}
            for name in asked or list(self.values)
            if name in self.values
        ]
        unknown = [name for name in asked if name not in self.values]
        answer: dict[str, Any] = {"configurationKey": known}
        self.answer(frame, answer | ({"unknownKey": unknown} if unknown else {}))
        return asked


@pytest.fixture
def charger(gateway: Gateway, world: World) -> Configured:
    station = registered(world, fresh("CONF"))
    charger = Configured(gateway, station.identity)
    charger.values = dict.fromkeys(BOOK.required, ("7", False))
    charger.boot()
    charger.station = station
    return charger


def setting(charger: Charger, name: str) -> StationSetting:
    return StationSetting.objects.get(station__identity=charger.identity, name=name)


def read_done(charger: Charger) -> StationConfiguration:
    return eventually(
        lambda: StationConfiguration.objects.filter(
            station__identity=charger.identity, reading_since=None, checked_at__isnull=False
        ).first()
    )


def test_everything_is_read_in_one_request_where_the_station_answers_it(charger: Configured) -> None:
    assert settings_read(charger.station, SYSTEM)
    assert charger.answer_read(charger.command()) == []
    assert read_done(charger).answers_all is True
    assert setting(charger, "HeartbeatInterval").reported == "7"
    assert charger.silent()


def test_a_required_key_that_everything_left_out_is_asked_for_by_name(charger: Configured) -> None:
    del charger.values["ResetRetries"]
    settings_read(charger.station, SYSTEM)
    charger.answer_read(charger.command())
    assert charger.answer_read(charger.command()) == ["ResetRetries"]
    read_done(charger)
    assert setting(charger, "ResetRetries").state == SettingState.ABSENT


def test_deviation_51_a_station_that_says_nothing_about_everything_is_asked_in_chunks_it_takes(
    charger: Configured,
) -> None:
    """Seen failing with the station's own limit not looked at."""
    charger.values["GetConfigurationMaxKeys"] = ("10", True)
    settings_read(charger.station, SYSTEM)
    charger.answer(charger.command(), {})
    assert charger.answer_read(charger.command()) == ["GetConfigurationMaxKeys"]
    asked: list[str] = []
    while len(asked) < len(BOOK.standard):
        chunk = charger.answer_read(charger.command())
        assert 0 < len(chunk) <= 10
        asked += chunk
    assert sorted(asked) == sorted(BOOK.standard)
    configuration = read_done(charger)
    assert (configuration.answers_all, configuration.max_names) == (False, 10)
    assert setting(charger, "CpoName").state == SettingState.ABSENT


def test_a_station_that_takes_no_key_at_a_time_is_asked_for_one(charger: Configured) -> None:
    """Never for nothing, again and again."""
    charger.values["GetConfigurationMaxKeys"] = ("0", True)
    settings_read(charger.station, SYSTEM)
    charger.answer(charger.command(), {})
    assert charger.answer_read(charger.command()) == ["GetConfigurationMaxKeys"]
    first, second = (charger.answer_read(charger.command()) for _ in range(2))
    assert (len(first), len(second)) == (1, 1)
    assert first != second


def test_the_next_reading_does_not_ask_for_everything_again_in_vain(charger: Configured) -> None:
    StationConfiguration.objects.create(station=charger.station, answers_all=False)
    settings_read(charger.station, SYSTEM)
    assert charger.command()[3] == {"key": ["GetConfigurationMaxKeys"]}


def test_an_error_about_everything_leads_to_chunks_too(charger: Configured) -> None:
    settings_read(charger.station, SYSTEM)
    charger.send(f'[4, "{charger.command()[1]}", "InternalError", "", {{}}]')
    assert charger.command()[3] == {"key": ["GetConfigurationMaxKeys"]}


def test_a_value_that_was_wanted_is_sent_and_believed_when_it_reads_back(charger: Configured) -> None:
    settings_want(charger.station, {"HeartbeatInterval": "60"}, SYSTEM)
    frame = charger.command()
    assert frame[2:] == ["ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}]
    charger.answer(frame, {"status": "Accepted"})
    charger.values["HeartbeatInterval"] = ("60", False)
    assert charger.answer_read(charger.command()) == ["HeartbeatInterval"]
    eventually(lambda: setting(charger, "HeartbeatInterval").state == SettingState.AS_WANTED)


def test_deviation_52_accepted_and_not_done_is_drift(charger: Configured) -> None:
    """Seen failing with the word Accepted believed instead of what reads back."""
    settings_want(charger.station, {"HeartbeatInterval": "60"}, SYSTEM)
    charger.answer(charger.command(), {"status": "Accepted"})
    charger.answer_read(charger.command())
    eventually(lambda: setting(charger, "HeartbeatInterval").state == SettingState.DRIFTED)
    row = setting(charger, "HeartbeatInterval")
    assert (row.desired, row.reported, row.answer) == ("60", "7", SettingAnswer.ACCEPTED)


@pytest.mark.parametrize("word", ["Rejected", "NotSupported"])
def test_tc_040_a_refusal_is_kept_with_the_word_of_the_station(charger: Configured, word: str) -> None:
    settings_want(charger.station, {"LightIntensity": "400"}, SYSTEM)
    charger.answer(charger.command(), {"status": word})
    row = eventually(
        lambda: StationSetting.objects.filter(name="LightIntensity", answer=SettingAnswer.REFUSED).first()
    )
    assert (row.state, row.answer_note) == (SettingState.DRIFTED, f"the station answered {word}")


def test_a_value_that_needs_a_restart_waits_for_the_boot(charger: Configured) -> None:
    settings_want(charger.station, {"ResetRetries": "3"}, SYSTEM)
    charger.answer(charger.command(), {"status": "RebootRequired"})
    charger.values["ResetRetries"] = ("3", False)
    charger.answer_read(charger.command())
    eventually(lambda: setting(charger, "ResetRetries").checked_at is not None)
    assert setting(charger, "ResetRetries").state == SettingState.RESTART
    charger.boot()
    settings_read(charger.station, SYSTEM)
    charger.answer_read(charger.command())
    eventually(lambda: setting(charger, "ResetRetries").state == SettingState.AS_WANTED)


def test_a_push_leaves_alone_what_a_station_lacks_or_forbids_and_says_so(
    charger: Configured, world: World
) -> None:
    charger.values |= {"NumberOfConnectors": ("2", True), "HeartbeatInterval": ("60", False)}
    push = push_of(
        world, charger, HeartbeatInterval="60", ResetRetries="9", NumberOfConnectors="4", Nonsense="1"
    )
    # Never read: that comes first.
    charger.answer_read(charger.command())
    read_done(charger)
    StationSetting.objects.create(station=charger.station, name="Nonsense", known=False)
    pushes_advance()
    frame = charger.command()
    assert frame[3] == {"key": "ResetRetries", "value": "9"}
    charger.answer(frame, {"status": "Accepted"})
    charger.answer_read(charger.command())
    assert charger.silent()
    result = eventually(lambda: PushResult.objects.filter(push=push).exclude(state="running").first())
    assert {c["name"]: c["plan"] for c in result.changes} == {
        "HeartbeatInterval": "same",
        "ResetRetries": "change",
        "NumberOfConnectors": "read_only",
        "Nonsense": "absent",
    }
    assert result.state == PushState.FAILED


def push_of(world: World, charger: Charger, **values: str) -> ConfigurationPush:
    entries = [{"name": name, "value": value, "optional": False} for name, value in values.items()]
    return push_start(world.organisation, "by hand", entries, [charger.station], SYSTEM)


def test_a_station_that_is_away_gets_its_values_when_it_comes(gateway: Gateway, world: World) -> None:
    station = registered(world, fresh("AWAY"))
    first = Charger(gateway, station.identity).boot()
    first.close()
    eventually(lambda: not is_connected(station.pk))
    settings_want(station, {"HeartbeatInterval": "60"}, SYSTEM)
    assert settings_deliver_all(SYSTEM) == 0
    back = Charger(gateway, station.identity).boot()
    eventually(lambda: is_connected(station.pk))
    assert settings_deliver_all(SYSTEM) == 1
    assert settings_deliver_all(SYSTEM) == 0
    assert back.command()[2] == "ChangeConfiguration"


def test_an_answer_to_a_command_sent_by_hand_teaches_too(charger: Configured) -> None:

    command_send(charger.station, "GetConfiguration", {"key": ["HeartbeatInterval", "No"]}, SYSTEM)
    charger.answer_read(charger.command())
    eventually(lambda: StationSetting.objects.filter(station=charger.station).count() == 2)
    assert setting(charger, "No").known is False


def test_a_key_is_never_stored(charger: Configured) -> None:
    charger.values["AuthorizationKey"] = ("in-the-clear-16-chars", False)
    settings_read(charger.station, SYSTEM)
    charger.answer_read(charger.command())
    read_done(charger)
    row = setting(charger, "AuthorizationKey")
    assert (row.is_secret, row.reported, row.known) == (True, None, True)
