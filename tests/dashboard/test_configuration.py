"""The pages of configuration and local lists, as an operator uses them."""

import pytest
from django.test import Client

from chargers import choices
from chargers.choices import ListState, PlannedChange, PushState, SettingAnswer, SettingState
from chargers.models import (
    Command,
    ConfigurationPush,
    ConfigurationTemplate,
    LocalList,
    StationConfiguration,
    StationList,
    StationSetting,
)
from cpms.accounts.roles import Role
from cpms.core import clock
from tests.dashboard.conftest import SignIn
from tests.worlds import World


def setting(world: World, name: str = "HeartbeatInterval", reported: str = "300", **more: object) -> None:
    fields = {"known": True, "checked_at": clock.now(), "reported": reported} | more
    StationSetting.objects.create(station=world.station, name=name, **fields)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


@pytest.mark.parametrize("kind", [ListState, PlannedChange, PushState, SettingAnswer, SettingState])
def test_every_state_has_one_of_the_five_tones(kind: type[choices.ToneChoices]) -> None:
    assert {member.tone for member in kind} <= set(choices.TONES)


@pytest.mark.parametrize("state", SettingState.values)
def test_the_station_tab_shows_each_state(owner: Client, world: World, state: str) -> None:
    setting(world, state=state, desired="60", desired_by="somebody")
    page = text(owner, f"/stations/{world.station.public_id}/configuration/?search=Heart")
    assert SettingState(state).label in page
    assert "300" in page
    assert "somebody" in page


def test_a_secret_shows_no_value(owner: Client, world: World) -> None:
    setting(world, "AuthorizationKey", None, is_secret=True)  # type: ignore[arg-type]
    page = text(owner, f"/stations/{world.station.public_id}/configuration/")
    assert "secret, never read" in page
    assert "name=AuthorizationKey" not in page


def test_reading_begins_from_the_page(owner: Client, world: World) -> None:
    path = f"/stations/{world.station.public_id}/configuration/"
    assert owner.post(f"{path}read/").status_code == 302
    assert Command.objects.filter(action="GetConfiguration").count() == 1
    assert "Being read" in text(owner, path)


def test_a_value_is_wanted_and_wanted_no_more(owner: Client, world: World) -> None:
    setting(world)
    path = f"/stations/{world.station.public_id}/configuration/setting/?name=HeartbeatInterval"
    assert 'value="300"' in text(owner, path)
    owner.post(path, {"name": "HeartbeatInterval", "value": "60"})
    row = StationSetting.objects.get(name="HeartbeatInterval")
    assert (row.desired, row.desired_by) == ("60", world.owner.email)
    owner.post(path, {"name": "HeartbeatInterval", "value": "60", "drop": "1"})
    assert StationSetting.objects.get(name="HeartbeatInterval").desired is None


def test_a_secret_cannot_be_wanted(owner: Client, world: World) -> None:
    path = f"/stations/{world.station.public_id}/configuration/setting/"
    answer = owner.post(path, {"name": "AuthorizationKey", "value": "a-password-of-20-char"})
    assert answer.status_code == 422
    assert "is a secret" in answer.content.decode()
    assert not StationSetting.objects.filter(name="AuthorizationKey").exists()


def test_a_template_is_typed_one_setting_a_line(owner: Client) -> None:
    lines = "HeartbeatInterval = 60\n\n?BlinkRepeat = 3"
    form = {"name": "New", "vendor": "*", "model": "*", "priority": "1", "lines": lines}
    assert owner.post("/maintenance/templates/new/", form).status_code == 302
    made = ConfigurationTemplate.objects.get(name="New")
    assert made.entries == [
        {"name": "HeartbeatInterval", "value": "60", "optional": False},
        {"name": "BlinkRepeat", "value": "3", "optional": True},
    ]
    assert "?BlinkRepeat = 3" in text(owner, f"/maintenance/templates/{made.public_id}/edit/")


@pytest.mark.parametrize(
    "lines", ["HeartbeatInterval", "= 3", "A = 1\na = 2", "AuthorizationKey = 1234567890123456"]
)
def test_lines_that_make_no_sense_come_back_with_the_reason(owner: Client, lines: str) -> None:
    form = {"name": "New", "vendor": "*", "model": "*", "priority": "1", "lines": lines}
    answer = owner.post("/maintenance/templates/new/", form)
    assert answer.status_code == 422
    assert not ConfigurationTemplate.objects.filter(name="New").exists()


def test_the_dry_run_shows_what_the_push_then_does(owner: Client, world: World) -> None:
    StationSetting.objects.all().delete()
    setting(world)
    StationConfiguration.objects.create(station=world.station, checked_at=clock.now())
    ConfigurationTemplate.objects.filter(pk=world.template.pk).update(
        entries=[{"name": "HeartbeatInterval", "value": "60", "optional": False}]
    )
    path = f"/maintenance/templates/{world.template.public_id}/push/"
    page = text(owner, path)
    assert "Will change" in page
    assert "Push to 1 station" in page
    assert not Command.objects.filter(purpose="setting").exists()
    answer = owner.post(path)
    push = ConfigurationPush.objects.latest("id")
    assert answer["Location"] == f"/maintenance/pushes/{push.public_id}/"
    assert Command.objects.get(purpose="setting").payload["value"] == "60"
    shown = text(owner, answer["Location"])
    assert "0 of 1 stations settled" in shown
    assert "Waiting for the station" in shown


def test_the_drift_list_leads_to_the_station(owner: Client, world: World) -> None:
    page = text(owner, "/maintenance/configuration/drift/")
    assert "OURSSetting" in page
    assert f"/stations/{world.station.public_id}/configuration/?state=drifted" in page
    assert "OURSSetting" not in text(owner, "/maintenance/configuration/drift/?search=nothing")


def test_a_list_is_made_sent_and_removed(owner: Client, world: World) -> None:
    form = {"name": "New", "every_tag": "on", "stations": [world.station.public_id]}
    assert owner.post("/maintenance/lists/new/", form).status_code == 302
    made = LocalList.objects.get(name="New")
    path = f"/maintenance/lists/{made.public_id}/"
    page = text(owner, path)
    assert world.station.label in page
    assert world.tag.uid in page
    owner.post(f"{path}send/", {"station": world.station.public_id})
    assert StationList.objects.get(station=world.station).wanted_since is not None
    assert owner.post(f"{path}remove/").status_code == 302
    assert not LocalList.objects.filter(name="New").exists()


def test_a_list_without_anybody_is_not_made(owner: Client) -> None:
    answer = owner.post("/maintenance/lists/new/", {"name": "New"})
    assert answer.status_code == 422
    assert not LocalList.objects.filter(name="New").exists()


def test_a_viewer_looks_and_changes_nothing(signed_in: SignIn, world: World) -> None:
    world.furnish()
    viewer = signed_in(Role.VIEWER)
    station = f"/stations/{world.station.public_id}/configuration/"
    assert "Read now" not in text(viewer, station)
    assert "New template" not in text(viewer, "/maintenance/configuration/")
    for path in (
        f"{station}read/", f"{station}setting/", "/maintenance/templates/new/",
        f"/maintenance/templates/{world.template.public_id}/push/", "/maintenance/lists/",
        f"/maintenance/lists/{world.local_list.public_id}/send/",
    ):  # fmt: skip
        assert viewer.post(path).status_code == 403, path


def test_settings_of_one_outcome_stand_together_and_good_ones_are_folded(owner: Client, world: World) -> None:
    StationSetting.objects.all().delete()
    names = ["HeartbeatInterval", "NotThere", "NorThis"]
    for name in names:
        setting(world, name, known=name == "HeartbeatInterval")
    StationConfiguration.objects.create(station=world.station, checked_at=clock.now())
    ConfigurationTemplate.objects.filter(pk=world.template.pk).update(
        entries=[{"name": name, "value": "300", "optional": False} for name in names]
    )
    page = text(owner, f"/maintenance/templates/{world.template.public_id}/push/")
    assert page.count("Not on this station, left alone") == 1
    assert "1 already so" in page
