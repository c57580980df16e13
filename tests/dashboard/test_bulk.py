"""Pages of bulk commands and of commands that wait."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chargers.models import BulkCommand, Command, ScheduledCommand, StationConnection
from cpms.accounts.roles import Role
from cpms.core import clock
from tests.dashboard.conftest import SignIn
from tests.worlds import World


@pytest.fixture(autouse=True)
def _nothing_yet(owner: Client) -> None:
    """The furniture of the organisation is not what these tests are about."""
    for model in (BulkCommand, ScheduledCommand):
        model.objects.all().delete()


@pytest.fixture
def fleet(owner: Client, world: World) -> str:
    """The query that names three stations: connected, offline, never seen."""
    _ = world.transaction
    second = world.connected_station("OURS-2", "ocpp2.0.1")
    third = world.connected_station("OURS-3")
    StationConnection.objects.filter(station=second).update(closed_at=clock.now())
    StationConnection.objects.filter(station=third).update(opened_at=None)
    Command.objects.all().delete()
    return "&".join(f"station={row.public_id}" for row in (world.station, second, third))


def test_the_list_offers_the_chosen_and_all_that_match(owner: Client, world: World) -> None:
    page = owner.get("/stations/?search=OURS&link=online").content.decode()
    assert f'name="station" value="{world.station.public_id}"' in page
    assert "/bulk/new/?all=1&amp;search=OURS&amp;link=online" in page


def test_what_would_happen_is_told_before_anything_is_sent(owner: Client, fleet: str) -> None:
    page = owner.get(f"/bulk/new/?{fleet}&wish=restart&wait_s=3600").content.decode()
    assert '<span class="strong">2</span> of 3' in page
    assert "1 of them is charging now" in page
    assert "has never connected" in page
    assert "Type <code>2</code>" in page
    assert not Command.objects.exists()
    assert not BulkCommand.objects.exists()


def test_a_dangerous_one_needs_the_number_of_stations(owner: Client, fleet: str) -> None:
    """Seen failing without the check."""
    url, data = f"/bulk/new/?{fleet}", {"wish": "restart", "wait_s": "3600"}
    for word in ("", "3"):
        response = owner.post(url, data | {"confirm": word})
        assert response.status_code == 422
        assert "the number of stations, to confirm" in response.content.decode()
    assert not Command.objects.exists()
    response = owner.post(url, data | {"confirm": "2"})
    bulk = BulkCommand.objects.get()
    assert response["Location"] == f"/bulk/{bulk.public_id}/"
    actions = set(Command.objects.values_list("station__identity", "payload__type"))
    assert actions == {("OURS-1", "Soft"), ("OURS-2", "OnIdle")}
    page = owner.get(response["Location"]).content.decode()
    for text in ("OURS-3", "has never connected", "1 of 3 settled"):
        assert text in page
    assert bulk.public_id in owner.get("/bulk/").content.decode()


def test_a_harmless_one_is_sent_at_once_to_all_that_match(owner: Client, fleet: str) -> None:
    response = owner.post("/bulk/new/?all=1&link=online", {"wish": "heartbeat", "wait_s": "300"})
    assert response.status_code == 302
    assert [c.payload for c in Command.objects.all()] == [{"requestedMessage": "Heartbeat"}]


def test_another_command_is_checked_against_each_version(owner: Client, fleet: str) -> None:
    query = "&wish=other&action=GetConfiguration&payload=%7B%7D&wait_s=300"
    page = owner.get(f"/bulk/new/?{fleet}{query}").content.decode()
    assert '<span class="strong">1</span> of 3' in page
    assert "is no OCPP 2.0.1 command" in page


@pytest.mark.parametrize(
    "query", ["wish=nonsense&wait_s=300", "wish=other&wait_s=300", "wish=other&action=X&payload=["]
)
def test_nonsense_is_refused_in_the_form(owner: Client, fleet: str, query: str) -> None:
    assert owner.get(f"/bulk/new/?{fleet}&{query}").status_code == 422


def test_stations_of_others_are_not_chosen(owner: Client, other_world: World) -> None:
    page = owner.get(f"/bulk/new/?station={other_world.station.public_id}").content.decode()
    assert "No station chosen" in page
    assert other_world.mark not in page


def test_a_running_one_can_be_stopped(owner: Client, world: World) -> None:
    for number in range(5, 12):
        world.connected_station(f"OURS-{number}")
    data = {"wish": "heartbeat", "wait_s": "300", "per_minute": "1"}
    owner.post("/bulk/new/?all=1", data)
    bulk = BulkCommand.objects.get()
    owner.post(f"/bulk/{bulk.public_id}/stop/")
    bulk.refresh_from_db()
    assert bulk.state == "cancelled"
    assert Command.objects.filter(purpose="bulk").count() == 1
    assert "Stopped before" in owner.get(f"/bulk/{bulk.public_id}/").content.decode()


def test_a_viewer_sees_results_but_sends_nothing(signed_in: SignIn, world: World) -> None:
    viewer = signed_in(Role.VIEWER)
    assert viewer.get("/bulk/").status_code == 200
    assert viewer.get("/bulk/new/?all=1").status_code == 403
    assert viewer.post("/bulk/new/?all=1", {"wish": "heartbeat"}).status_code == 403
    assert "bulk-form" not in viewer.get("/stations/").content.decode()


def test_a_restart_waits_for_nobody_to_charge(owner: Client, world: World) -> None:
    Command.objects.all().delete()
    url = f"/stations/{world.station.public_id}/restart/"
    assert "1 session running now" in owner.get(url).content.decode()
    assert owner.post(url, {"when": "idle"}).status_code == 422
    response = owner.post(url, {"when": "idle", "confirm": "OURS-1"})
    assert response["Location"].endswith("/commands/")
    row = ScheduledCommand.objects.get()
    assert (row.action, row.payload, row.when_idle) == ("Reset", {"type": "Soft"}, True)
    assert not Command.objects.exists()
    assert "when idle" in owner.get(response["Location"]).content.decode()
    owner.post(f"/scheduled/{row.public_id}/cancel/")
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_a_restart_at_a_time_needs_the_time(owner: Client, world: World) -> None:
    url, base = f"/stations/{world.station.public_id}/restart/", {"hard": "1", "confirm": "OURS-1"}
    assert "At what time?" in owner.post(url, base | {"when": "at"}).content.decode()
    assert (
        "in the future" in owner.post(url, base | {"when": "at", "at": "2020-01-01T00:00"}).content.decode()
    )
    tomorrow = timezone.localtime(clock.now() + timedelta(days=1))
    owner.post(url, base | {"when": "at", "at": f"{tomorrow:%Y-%m-%dT%H:%M}"})
    assert ScheduledCommand.objects.get().payload == {"type": "Hard"}


def test_a_restart_for_now_is_a_command(owner: Client, world: World) -> None:
    Command.objects.all().delete()
    owner.post(
        f"/stations/{world.station.public_id}/restart/", {"hard": "", "when": "now", "confirm": "OURS-1"}
    )
    assert Command.objects.get().payload == {"type": "Soft"}


def test_availability_shows_what_is_wanted_and_asks(owner: Client, world: World) -> None:
    Command.objects.all().delete()
    url = f"/stations/{world.station.public_id}/availability/"
    assert "Wanted and reported" in owner.get(url).content.decode()
    owner.post(url, {"place": "1", "availability": "Inoperative"})
    assert Command.objects.get().payload == {"connectorId": 1, "type": "Inoperative"}
    assert owner.post(url, {"place": "9", "availability": "Inoperative"}).status_code == 422
