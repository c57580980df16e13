"""What every list promises: its cost does not grow with its rows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chargers.services.commands.send import command_send
from chargers.services.stations.sites import site_create
from chargers.services.stations.unknown import Knock, knocked
from chargers.services.tags.authorization import authorize
from chargers.services.tags.id_tags import group_create, id_tag_create
from cpms.accounts.models import User
from cpms.accounts.roles import Role
from cpms.accounts.services.organisations import member_add
from cpms.core.actors import SYSTEM
from tests.api.conftest import Api
from tests.worlds import PASSWORD, World

pytestmark = pytest.mark.django_db
Add = Callable[[World, int], object]


def person(world: World, n: int) -> None:
    user = User.objects.create_user(f"p{n}@example.org", PASSWORD)
    member_add(world.organisation, user, Role.VIEWER, SYSTEM)


def decision(world: World, n: int) -> None:
    from chargers.domain import AuthorizeAsked, Token

    tag = id_tag_create(world.organisation, SYSTEM, uid=f"T{n}")
    authorize(world.source, AuthorizeAsked(Token(tag.uid)))


LISTS: dict[str, Add] = {
    "stations": lambda w, n: w.connected_station(f"S-{n}"),
    "commands": lambda w, n: command_send(w.connected_station(f"S-{n}"), "ClearCache", {}, SYSTEM),
    "stations/ALPHA-1/commands": lambda w, n: command_send(w.station, "ClearCache", {}, SYSTEM),
    "stations/ALPHA-1/authorizations": decision,
    "id-tags": lambda w, n: id_tag_create(w.organisation, SYSTEM, uid=f"T{n}", group=w.group),
    "id-tag-groups": lambda w, n: group_create(w.organisation, f"G{n}", SYSTEM),
    "sites": lambda w, n: site_create(w.organisation, SYSTEM, name=f"Site {n}"),
    "unknown-stations": lambda w, n: knocked(Knock(f"U-{n}", "192.0.2.1", "/", "", "", None)),
    "members": person,
    "api-keys": lambda w, n: w.key("stations.view"),
}


@pytest.mark.parametrize("path", LISTS)
def test_more_rows_do_not_mean_more_queries(api: Api, alpha: World, path: str) -> None:
    assert alpha.station
    LISTS[path](alpha, 0)
    api.get(path)  # notes the use of the key
    with CaptureQueriesContext(connection) as few:
        before = len(api.get(path).json()["results"])
    for n in range(1, 6):
        LISTS[path](alpha, n)
    with CaptureQueriesContext(connection) as many:
        assert len(api.get(path).json()["results"]) == before + 5
    assert len(many) == len(few) <= 8
