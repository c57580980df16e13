"""ID tags, members and API keys."""

from datetime import timedelta

import pytest
from django.test import Client

from chargers.choices import TagStatus
from chargers.models import IdTag
from cpms.accounts.models import ApiKey, Membership, User
from cpms.accounts.roles import Role
from cpms.core import clock
from tests.dashboard.conftest import SignIn
from tests.worlds import World

TAG = {"uid": "04AABBCC", "type": "ISO14443", "max_concurrent": "1"}


def test_a_tag_is_made_with_its_limit_in_wh(owner: Client, world: World) -> None:
    response = owner.post("/tags/new/", TAG | {"max_energy_kwh": "12.5", "group": world.group.public_id})
    tag = IdTag.objects.get(uid="04AABBCC")
    assert response["Location"] == f"/tags/{tag.public_id}/"
    assert (tag.max_energy_wh, tag.group, tag.organisation) == (12_500, world.group, world.organisation)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"uid": ""}, "This field is required"),
        ({"uid": "ours-card"}, "exists already"),
        ({"type": "Nonsense"}, "Select a valid choice"),
        ({"max_energy_kwh": "-1"}, "greater than or equal to 0"),
        ({"expires_at": "tomorrow"}, "Enter a valid date"),
        ({"group": "grp_nobodys"}, "Select a valid choice"),
    ],
)
def test_a_tag_that_cannot_be_is_refused_beside_its_field(
    owner: Client, data: dict[str, str], message: str
) -> None:
    response = owner.post("/tags/new/", TAG | data)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not IdTag.objects.filter(uid="04AABBCC").exists()


def test_a_tag_is_changed(owner: Client, world: World) -> None:
    until = (clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    owner.post(f"/tags/{world.tag.public_id}/edit/", TAG | {"label": "Van 4", "expires_at": until})
    world.tag.refresh_from_db()
    assert (world.tag.uid, world.tag.label) == ("04AABBCC", "Van 4")
    assert world.tag.expires_at


def test_the_form_of_a_tag_shows_what_is_saved(owner: Client, world: World) -> None:
    IdTag.objects.filter(pk=world.tag.pk).update(max_energy_wh=7500)
    text = owner.get(f"/tags/{world.tag.public_id}/edit/").content.decode()
    assert f'<option value="{world.group.public_id}" selected>' in text
    assert 'value="7.5"' in text


def test_blocking_and_unblocking_a_tag(owner: Client, world: World) -> None:
    path = f"/tags/{world.tag.public_id}/block/"
    owner.post(path)
    world.tag.refresh_from_db()
    assert world.tag.status == TagStatus.BLOCKED
    owner.post(path)
    world.tag.refresh_from_db()
    assert world.tag.status == TagStatus.ACTIVE


def test_the_page_of_a_tag_tells_each_decision_with_its_reason(owner: Client, world: World) -> None:
    decision = world.tag.authorizations.first()
    assert decision
    assert decision.reason in owner.get(f"/tags/{world.tag.public_id}/").content.decode()


def test_somebody_with_an_account_becomes_a_member(owner: Client, world: World) -> None:
    User.objects.create_user("new@nowhere.example", "a long enough password")
    owner.post("/settings/members/", {"email": "NEW@nowhere.example", "role": "operator"})
    assert Membership.objects.get(user__email="new@nowhere.example").role == Role.OPERATOR


def test_an_address_without_an_account_is_refused(owner: Client) -> None:
    response = owner.post("/settings/members/", {"email": "who@nowhere.example", "role": "viewer"})
    assert response.status_code == 422
    assert "has signed up" in response.content.decode()


def test_the_last_owner_stays(owner: Client, world: World) -> None:
    owner.post(f"/settings/members/{world.membership.public_id}/role/", {"role": "viewer"})
    owner.post(f"/settings/members/{world.membership.public_id}/remove/")
    world.membership.refresh_from_db()
    assert world.membership.role == Role.OWNER


def test_an_administrator_makes_no_owner_and_touches_none(world: World, signed_in: SignIn) -> None:
    world.furnish()
    admin, mine = signed_in(Role.ADMIN), Membership.objects.exclude(user=world.owner).get()
    admin.post(f"/settings/members/{mine.public_id}/role/", {"role": "owner"})
    admin.post(f"/settings/members/{world.membership.public_id}/role/", {"role": "viewer"})
    admin.post(f"/settings/members/{world.membership.public_id}/remove/")
    assert Membership.objects.get(pk=mine.pk).role == Role.ADMIN
    assert Membership.objects.get(pk=world.membership.pk).role == Role.OWNER


def test_a_key_is_shown_once_and_opens_what_it_may(owner: Client, world: World) -> None:
    response = owner.post("/settings/keys/", {"name": "billing", "scopes": ["stations.view"]})
    key = ApiKey.objects.get(name="billing")
    secret = next(p.split('"')[0] for p in response.content.decode().split('data-copy="')[1:])
    assert ApiKey.objects.get_from_key(secret) == key
    assert response["Cache-Control"] == "no-store"
    assert secret not in owner.get("/settings/keys/").content.decode()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/stations", headers=bearer).status_code == 200
    assert Client().get("/api/v1/id-tags", headers=bearer).status_code == 403


def test_a_key_needs_a_name_and_something_it_may(owner: Client, world: World) -> None:
    before = ApiKey.objects.count()
    assert owner.post("/settings/keys/", {"name": "", "scopes": ["stations.view"]}).status_code == 422
    assert owner.post("/settings/keys/", {"name": "x"}).status_code == 422
    assert owner.post("/settings/keys/", {"name": "x", "scopes": ["everything"]}).status_code == 422
    assert ApiKey.objects.count() == before


def test_a_revoked_key_opens_nothing(owner: Client, world: World) -> None:
    secret = world.key("stations.view")
    key = ApiKey.objects.get(prefix=secret.partition(".")[0])
    owner.post(f"/settings/keys/{key.public_id}/revoke/")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/stations", headers=bearer).status_code in {401, 403}


def test_a_site_is_made_and_changed(owner: Client) -> None:
    made = owner.post("/sites/new/", {"name": "Harbour", "country": "de", "time_zone": "Europe/Berlin"})
    path = made["Location"]
    owner.post(
        f"{path}edit/", {"name": "Harbour", "city": "Kiel", "country": "de", "time_zone": "Europe/Berlin"}
    )
    assert "Kiel" in owner.get(path).content.decode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": "OURS site"}, "already exists"),
        ({"time_zone": "Mars/Base"}, "time zone"),
        ({"latitude": "x"}, "number"),
    ],
)
def test_a_site_that_cannot_be_is_refused(owner: Client, data: dict[str, str], message: str) -> None:
    response = owner.post("/sites/new/", {"name": "New", "time_zone": "UTC"} | data)
    assert response.status_code == 422
    assert message in response.content.decode().lower() or message in response.content.decode()
