"""Who may open which page."""

import pytest
from django.test import Client
from django.urls import reverse

from cpms.accounts.models import User
from cpms.accounts.roles import Role
from cpms.accounts.services.organisations import member_add
from cpms.core.actors import SYSTEM
from tests.dashboard.conftest import SignIn, client_of
from tests.worlds import World

VIEWER, OPERATOR, MANAGER = set(Role), set(Role) - {Role.VIEWER}, {Role.OWNER, Role.ADMIN}
# Every page that is read: its name, what it names, and the roles that may open it.
PAGES: list[tuple[str, str, set[Role]]] = [
    ("overview", "", VIEWER),
    ("live", "", VIEWER),
    ("stations", "", VIEWER),
    ("station", "station", VIEWER),
    ("station_transactions", "station", VIEWER),
    ("station_commands", "station", VIEWER),
    ("station_messages", "station", VIEWER),
    ("station_diagnosis", "station", VIEWER),
    ("station_settings", "station", MANAGER),
    ("station_new", "", MANAGER),
    ("command_menu", "station", OPERATOR),
    ("remote_start", "station", OPERATOR),
    ("command", "command", VIEWER),
    ("unknown", "", VIEWER),
    ("transactions", "", VIEWER),
    ("transaction", "transaction", VIEWER),
    ("id_tags", "", OPERATOR),
    ("id_tag", "tag", OPERATOR),
    ("id_tag_new", "", OPERATOR),
    ("id_tag_edit", "tag", OPERATOR),
    ("sites", "", VIEWER),
    ("site", "site", VIEWER),
    ("site_new", "", MANAGER),
    ("site_edit", "site", MANAGER),
    ("members", "", MANAGER),
    ("api_keys", "", MANAGER),
    ("activity", "", OPERATOR),
    ("cases", "", VIEWER),
    ("case", "case", VIEWER),
]


def address(world: World, name: str, thing: str) -> str:
    """The page's address for this organisation's one thing."""
    return reverse(f"dashboard:{name}", args=[getattr(world, thing).public_id] if thing else [])


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_the_pages_it_may_and_no_other(world: World, signed_in: SignIn, role: Role) -> None:
    world.furnish()
    client = signed_in(role)
    answers = {name: client.get(address(world, name, thing)).status_code for name, thing, _ in PAGES}
    assert answers == {name: 200 if role in roles else 403 for name, _, roles in PAGES}


def test_the_pages_of_another_organisation_are_not_there(world: World, other_world: World) -> None:
    world.furnish()
    client = client_of(other_world.owner)
    answers = {name: client.get(address(world, name, thing)).status_code for name, thing, _ in PAGES if thing}
    assert set(answers.values()) == {404}


def test_nobody_is_asked_to_sign_in(world: World) -> None:
    for name, thing, _ in PAGES:
        response = Client().get(address(world, name, thing))
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/?next=/")


def test_who_belongs_to_no_organisation_is_told_what_to_do(db: None) -> None:
    client = client_of(User.objects.create_user("new@nowhere.example", "a long enough password"))
    response = client.get("/")
    assert response.status_code == 403
    assert "Ask an administrator" in response.content.decode()


def test_the_navigation_shows_only_what_a_viewer_may_open(signed_in: SignIn) -> None:
    text = signed_in(Role.VIEWER).get("/").content.decode()
    assert 'href="/transactions/"' in text
    assert 'href="/settings/members/"' not in text


def test_a_viewer_finds_no_button_to_send_commands(world: World, signed_in: SignIn) -> None:
    world.furnish()
    page = address(world, "station", "station")
    assert "Remote start" in signed_in(Role.OPERATOR).get(page).content.decode()
    assert "Remote start" not in signed_in(Role.VIEWER).get(page).content.decode()


def test_switching_shows_the_other_organisation(owner: Client, world: World, other_world: World) -> None:
    other_world.furnish()
    member_add(other_world.organisation, world.owner, Role.VIEWER, SYSTEM)
    owner.post("/organisation/", {"organisation": other_world.organisation.public_id})
    text = owner.get("/stations/").content.decode()
    assert "THEIRS-1" in text
    assert "OURS-1" not in text


def test_switching_to_somebody_elses_organisation_changes_nothing(owner: Client, other_world: World) -> None:
    owner.post("/organisation/", {"organisation": other_world.organisation.public_id})
    assert "OURS-1" in owner.get("/stations/").content.decode()


def test_no_page_needs_more_than_our_own_scripts_and_styles(owner: Client, world: World) -> None:
    for name, thing, _ in PAGES:
        response = owner.get(address(world, name, thing))
        text = response.content.decode()
        assert "'unsafe" not in response["Content-Security-Policy"]
        assert ' style="' not in text, name
        assert ' onclick="' not in text, name
        assert 'src="http' not in text, name


@pytest.mark.parametrize("path", ["/stations/%00/", "/transactions/%00/", "/tags/%00/", "/commands/%00/"])
def test_an_address_no_id_can_have_leads_nowhere(owner: Client, path: str) -> None:
    assert owner.get(path).status_code == 404


def test_a_viewer_sees_cards_of_transactions_without_links_that_would_refuse(
    signed_in: SignIn, world: World
) -> None:
    page = signed_in(Role.VIEWER).get("/transactions/").content.decode()
    assert world.tag.label in page or world.tag.uid in page
    assert f"/tags/{world.tag.public_id}/" not in page
