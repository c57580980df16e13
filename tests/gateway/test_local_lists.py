"""A station's local list brought up to ours over a real socket."""

from typing import Any

import pytest

from chargers.choices import ListState
from chargers.models import ChargingStation, LocalList, StationList, StationSetting
from chargers.services.commands.life import commands_sweep
from chargers.services.local_lists.lists import (
    local_list_create,
    local_list_sync,
    local_lists_advance,
    local_lists_mirror,
    local_lists_refresh,
)
from chargers.services.tags.id_tags import id_tag_block, id_tag_create, id_tag_remove
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .charger import Charger, fresh, registered
from .process import Gateway, eventually


class Listed(Charger):
    """A charger with a list, answering by hand."""

    station: ChargingStation

    def expect(self, action: str, answer: dict[str, Any]) -> dict[str, Any]:
        """The next CALL is this one; answer it. Its payload."""
        frame = self.command()
        assert frame[2] == action, frame
        self.answer(frame, answer)
        payload: dict[str, Any] = frame[3]
        return payload

    def version(self, number: int) -> None:
        self.expect("GetLocalListVersion", {"listVersion": number})

    def list(self, word: str = "Accepted") -> dict[str, Any]:
        return self.expect("SendLocalList", {"status": word})


@pytest.fixture
def charger(gateway: Gateway, world: World) -> Listed:
    """A station that takes 100 entries, two in a message."""
    station = registered(world, fresh("LIST"))
    for name, value in (("LocalAuthListMaxLength", "100"), ("SendLocalListMaxLength", "2")):
        StationSetting.objects.create(
            station=station, name=name, reported=value, known=True, checked_at=clock.now()
        )
    charger = Listed(gateway, station.identity)
    charger.station = station
    charger.boot()
    return charger


@pytest.fixture
def ours(charger: Listed, world: World) -> LocalList:
    """A list of two tags on the charger."""
    for uid in ("CARD-1", "CARD-2"):
        id_tag_create(world.organisation, SYSTEM, uid=uid)
    return local_list_create(world.organisation, SYSTEM, name="Ours", stations=[charger.station])


def send(ours: LocalList) -> None:
    local_list_sync(ours, SYSTEM)
    local_lists_advance()


def reached(charger: Listed, state: ListState) -> StationList:
    return eventually(lambda: StationList.objects.filter(station=charger.station, state=state).first())


def brought_up(charger: Listed, ours: LocalList) -> StationList:
    """The list is on the station, as version 1."""
    send(ours)
    charger.version(0)
    charger.list()
    charger.version(1)
    return reached(charger, ListState.CURRENT)


def uids(payload: dict[str, Any]) -> list[str]:
    return [entry["idTag"] for entry in payload["localAuthorizationList"]]


def test_tc_042_2_and_043_4_an_empty_station_gets_everything_with_keys_in_the_order_of_the_schema(
    charger: Listed, ours: LocalList
) -> None:
    send(ours)
    charger.version(0)
    payload = charger.list()
    assert list(payload) == ["listVersion", "localAuthorizationList", "updateType"]
    assert (payload["listVersion"], payload["updateType"]) == (1, "Full")
    assert payload["localAuthorizationList"] == [
        {"idTag": "CARD-1", "idTagInfo": {"status": "Accepted"}},
        {"idTag": "CARD-2", "idTagInfo": {"status": "Accepted"}},
    ]
    charger.version(1)
    row = reached(charger, ListState.CURRENT)
    assert (row.held_version, row.reported_version, row.desired_version) == (1, 1, 1)
    assert charger.silent()


def test_a_long_list_comes_as_a_full_and_then_differentials_with_rising_versions(
    charger: Listed, ours: LocalList, world: World
) -> None:
    for number in range(3, 6):
        id_tag_create(world.organisation, SYSTEM, uid=f"CARD-{number}")
    send(ours)
    charger.version(0)
    sent = [charger.list() for _ in range(3)]
    assert [(p["listVersion"], p["updateType"]) for p in sent] == [
        (1, "Full"), (2, "Differential"), (3, "Differential"),
    ]  # fmt: skip
    assert [uids(p) for p in sent] == [["CARD-1", "CARD-2"], ["CARD-3", "CARD-4"], ["CARD-5"]]
    charger.version(3)
    assert len(reached(charger, ListState.CURRENT).held) == 5


def test_tc_043_5_a_differential_carries_only_what_has_changed(
    charger: Listed, ours: LocalList, world: World
) -> None:
    brought_up(charger, ours)
    tags = {tag.uid: tag for tag in world.organisation.id_tags.all()}
    id_tag_remove(tags["CARD-1"], SYSTEM)
    id_tag_block(tags["CARD-2"], SYSTEM)
    send(ours)
    charger.version(1)
    payload = charger.list()
    assert (payload["listVersion"], payload["updateType"]) == (2, "Differential")
    assert payload["localAuthorizationList"] == [
        {"idTag": "CARD-1"},
        {"idTag": "CARD-2", "idTagInfo": {"status": "Blocked"}},
    ]
    charger.version(2)
    assert list(reached(charger, ListState.CURRENT).held) == ["CARD-2"]


def test_nothing_is_sent_when_nothing_has_changed(charger: Listed, ours: LocalList) -> None:
    brought_up(charger, ours)
    send(ours)
    charger.version(1)
    reached(charger, ListState.CURRENT)
    assert charger.silent()


def test_a_station_that_is_not_where_we_left_it_gets_everything(charger: Listed, ours: LocalList) -> None:
    brought_up(charger, ours)
    send(ours)
    charger.version(40)
    payload = charger.list()
    assert (payload["listVersion"], payload["updateType"]) == (41, "Full")
    charger.version(41)
    reached(charger, ListState.CURRENT)


def test_tc_042_1_a_station_without_a_list_is_left_in_peace(charger: Listed, ours: LocalList) -> None:
    send(ours)
    charger.version(-1)
    assert reached(charger, ListState.UNSUPPORTED).reported_version == -1
    assert charger.silent()


def test_tc_043_1_a_station_that_does_not_support_sending_is_left_in_peace(
    charger: Listed, ours: LocalList
) -> None:
    send(ours)
    charger.version(0)
    charger.list("NotSupported")
    reached(charger, ListState.UNSUPPORTED)
    assert charger.silent()


def test_tc_043_3_a_failure_is_tried_again_with_everything_and_then_given_up(
    charger: Listed, ours: LocalList
) -> None:
    send(ours)
    charger.version(0)
    assert [charger.list("Failed")["updateType"] for _ in range(3)] == ["Full"] * 3
    assert reached(charger, ListState.FAILED).note == "the station answered Failed"
    assert charger.silent()


def test_a_version_mismatch_leads_to_the_version_and_then_everything(
    charger: Listed, ours: LocalList, world: World
) -> None:
    brought_up(charger, ours)
    id_tag_create(world.organisation, SYSTEM, uid="CARD-3")
    send(ours)
    charger.version(1)
    assert charger.list("VersionMismatch")["updateType"] == "Differential"
    charger.version(7)
    payload = charger.list()
    assert (payload["listVersion"], payload["updateType"]) == (8, "Full")


def test_a_station_that_accepts_and_keeps_nothing_is_not_asked_for_ever(
    charger: Listed, ours: LocalList
) -> None:
    send(ours)
    charger.version(0)
    for _ in range(3):
        charger.list()
        charger.version(0)
    assert "it accepted version" in reached(charger, ListState.FAILED).note
    assert charger.silent()


def test_a_list_that_is_too_long_is_not_cut(charger: Listed, ours: LocalList) -> None:
    StationSetting.objects.filter(name="LocalAuthListMaxLength").update(reported="1")
    send(ours)
    charger.version(0)
    row = reached(charger, ListState.TOO_LONG)
    assert row.note == "the list has 2 entries, the station takes 1"
    assert charger.silent()


def test_what_the_station_takes_is_asked_for_when_nobody_has(charger: Listed, ours: LocalList) -> None:
    StationSetting.objects.all().delete()
    send(ours)
    charger.version(0)
    asked = charger.expect("GetConfiguration", {"unknownKey": ["LocalAuthListMaxLength"]})
    assert asked == {"key": ["LocalAuthListMaxLength", "SendLocalListMaxLength"]}
    assert uids(charger.list()) == ["CARD-1", "CARD-2"]


def test_a_lost_answer_is_settled_by_the_version(gateway: Gateway, charger: Listed, ours: LocalList) -> None:
    """The station took the list and vanished before it said so: nothing is sent a second time."""
    send(ours)
    charger.version(0)
    assert charger.command()[2] == "SendLocalList"
    charger.vanish()
    eventually(lambda: commands_sweep() or None)
    assert StationList.objects.get(station=charger.station).reported_version is None
    back = Listed(gateway, charger.identity)
    back.boot()
    eventually(lambda: local_lists_advance() or None)
    back.expect("GetLocalListVersion", {"listVersion": 1})
    reached(charger, ListState.CURRENT)
    assert back.silent()


def test_changed_tags_are_sent_when_they_have_come_to_rest(
    charger: Listed, ours: LocalList, world: World
) -> None:
    brought_up(charger, ours)
    local_lists_refresh()
    local_lists_refresh()
    StationList.objects.update(wanted_since=None, state=ListState.CURRENT)
    id_tag_create(world.organisation, SYSTEM, uid="CARD-3")
    assert local_lists_refresh() == 0
    id_tag_create(world.organisation, SYSTEM, uid="CARD-4")
    assert local_lists_refresh() == 0
    assert local_lists_refresh() == 1
    assert local_lists_refresh() == 0
    local_lists_advance()
    charger.version(1)
    assert uids(charger.list()) == ["CARD-3", "CARD-4"]


def test_the_mirror_check_shows_a_list_that_somebody_else_has_changed(
    charger: Listed, ours: LocalList
) -> None:
    brought_up(charger, ours)
    StationList.objects.update(asked_at=None)
    assert local_lists_mirror() == 1
    charger.version(5)
    row = reached(charger, ListState.DRIFTED)
    assert row.note == "version 5 there, 1 was sent"
    assert local_lists_mirror() == 0
    assert charger.silent()
