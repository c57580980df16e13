"""Lists: found, filtered, ordered, paged, and never one query a row."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chargers.choices import TagStatus
from chargers.services.tags.id_tags import id_tag_create
from cpms.accounts.roles import Role
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.dashboard.conftest import SignIn
from tests.worlds import World

LISTS = ("/", "/live/", "/stations/", "/transactions/", "/tags/", "/sites/", "/settings/keys/")


def grow(world: World, number: int) -> None:
    """More stations, tags and running transactions."""
    for n in range(number):
        world.connected_station(f"OURS-more-{n}")
        id_tag_create(world.organisation, SYSTEM, uid=f"OURS-card-{n}")
        world.started(clock.now() - timedelta(hours=2 + n), energy_wh=5000 + n)


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_list_takes_no_more_queries(owner: Client, world: World, path: str) -> None:
    owner.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        owner.get(path)
    grow(world, 8)
    with CaptureQueriesContext(connection) as many:
        assert owner.get(path).status_code == 200
    assert len(many) <= len(few) + 1, [query["sql"][:120] for query in many.captured_queries]


@pytest.mark.parametrize(
    "path",
    [
        "/stations/?page=nonsense",
        "/stations/?page=99999",
        "/stations/?sort=password",
        "/stations/?search=%00",
        "/stations/?site=%27%3B--",
        "/live/?state=nonsense&site=x",
        "/transactions/?since=yesterday&until=9999-99-99",
        "/transactions/?state=nonsense&open=perhaps",
        "/tags/?status=nonsense&group=%00",
    ],
)
def test_nonsense_in_the_address_still_gives_a_page(owner: Client, path: str) -> None:
    assert owner.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "hit", "miss"),
    [
        ("/stations/", "?search=ours-1", "?search=other"),
        ("/stations/", "?link=online", "?link=never"),
        ("/live/", "?state=available&q=OURS", "?state=fault"),
        ("/transactions/", "?search=OURS-CARD", "?search=nobody"),
        ("/transactions/", "?open=true", "?open=false"),
        ("/transactions/", "?since=2020-01-01", "?until=2020-01-01"),
        ("/tags/", "?search=ours-card", "?status=blocked"),
    ],
)
def test_a_filter_keeps_what_matches_and_drops_the_rest(
    owner: Client, world: World, path: str, hit: str, miss: str
) -> None:
    wanted = {"/tags/": world.tag, "/transactions/": world.transaction}.get(path, world.station).public_id
    assert wanted in owner.get(path + hit).content.decode()
    assert wanted not in owner.get(path + miss).content.decode()


def test_a_list_is_ordered_both_ways(owner: Client, world: World) -> None:
    world.connected_station("AAA")
    up = owner.get("/stations/?sort=identity").content.decode()
    down = owner.get("/stations/?sort=-identity").content.decode()
    assert up.index("AAA") < up.index("OURS-1")
    assert down.index("OURS-1") < down.index("AAA")


def test_an_offline_station_is_shown_as_offline_whatever_it_said_last(owner: Client, world: World) -> None:
    world.station.connection.closed_at = clock.now()
    world.station.connection.save()
    assert world.station.public_id in owner.get("/live/?state=offline").content.decode()
    assert world.station.public_id not in owner.get("/live/?state=available").content.decode()


def test_a_tag_past_its_date_is_shown_as_expired(owner: Client, world: World) -> None:
    world.tag.expires_at = clock.now() - timedelta(days=1)
    world.tag.save()
    assert "Expired" in owner.get("/tags/").content.decode()
    assert world.tag.status == TagStatus.ACTIVE


def test_without_stations_the_pages_show_the_address_to_type(world: World, signed_in: SignIn) -> None:
    client = signed_in(Role.OWNER)
    for path in ("/", "/live/", "/stations/"):
        assert settings.OCPP_PUBLIC_URL in client.get(path).content.decode()
