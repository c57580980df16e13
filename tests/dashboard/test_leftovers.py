"""Small things people stumbled over."""

import io
import logging

from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from chargers.models import Command
from chargers.services.stations.registration import station_register
from cpms.accounts.roles import PERMISSIONS, Role, label
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .conftest import SignIn


def test_permissions_are_named_in_words_where_keys_are_made(owner: Client) -> None:
    text = owner.get("/settings/keys/").content.decode()
    assert "See stations" in text
    assert ">stations.view<" not in text


def test_every_permission_has_words_of_its_own() -> None:
    words = [label(permission) for permission in PERMISSIONS]
    assert len(set(words)) == len(words)
    assert not [word for word in words if "." in word]


def test_a_station_that_never_connected_is_not_offline(owner: Client, world: World) -> None:
    station_register(world.organisation, "NEW-1", SYSTEM)
    text = owner.get("/").content.decode()
    assert "1 never connected" in text
    assert "1 offline" not in text


def test_the_address_of_a_form_opened_as_a_page_says_so(owner: Client, world: World) -> None:
    response = owner.get(f"/stations/{world.station.public_id}/watch/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "takes a form" in response.content.decode()
    assert owner.put("/api/v1/stations").json()["status"] == 405


def test_a_page_that_is_not_allowed_is_one_line_of_the_log(signed_in: SignIn, world: World) -> None:
    """Seen failing with the filter taken from the handler."""
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["one_line"]
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    handler.addFilter(import_string(settings.LOGGING["filters"]["one_line"]["()"])())
    client = signed_in(Role.VIEWER)
    logging.getLogger().addHandler(handler)
    try:
        assert client.get("/settings/members/").status_code == 403
    finally:
        logging.getLogger().removeHandler(handler)
    assert "Forbidden" in told.getvalue()
    assert "Traceback" not in told.getvalue()


def test_activity_is_listed_filtered_and_linked(owner: Client, world: World) -> None:
    text = owner.get("/settings/activity/").content.decode()
    assert "Station registered" in text
    assert f"/stations/{world.station.public_id}/" in text
    assert "No line matches" in owner.get("/settings/activity/?search=zebra").content.decode()


def test_activity_of_people_leaves_out_what_the_system_did(owner: Client, world: World) -> None:
    station_register(world.organisation, "BY-ITSELF", SYSTEM)
    assert "BY-ITSELF" in owner.get("/settings/activity/?source=system").content.decode()
    assert "BY-ITSELF" not in owner.get("/settings/activity/?source=user").content.decode()


def test_activity_names_the_command_that_was_sent(owner: Client, world: World) -> None:
    Command.objects.all().delete()
    owner.post(f"/stations/{world.station.public_id}/commands/quick/status/")
    text = owner.get("/settings/activity/").content.decode()
    assert f'<a href="/commands/{Command.objects.get().public_id}/">TriggerMessage</a>' in text


def test_the_export_begins_no_formula(owner: Client, world: World) -> None:
    """S: spreadsheets run what a cell begins with."""
    station_register(world.organisation, "=1+1", SYSTEM)
    response = owner.get("/settings/activity/export/")
    assert response["Content-Disposition"] == 'attachment; filename="activity.csv"'
    text = response.content.decode()
    assert ",'=1+1," in text
    assert ",=1+1," not in text


def test_activity_is_for_those_who_may_see_it(signed_in: SignIn) -> None:
    for role, status in ((Role.OPERATOR, 200), (Role.VIEWER, 403)):
        client = signed_in(role)
        assert client.get("/settings/activity/").status_code == status
        assert client.get("/settings/activity/export/").status_code == status


def test_a_diagnosis_is_a_tab_of_the_station(owner: Client, world: World) -> None:
    text = owner.get(f"/stations/{world.station.public_id}/diagnosis/").content.decode()
    assert "Looked at from the charger" in text
    assert f"ws://127.0.0.1:9000/ocpp/{world.station.identity}" in text
