"""Who am I, members and API keys over the API."""

import pytest

from cpms.accounts.models import Membership, User
from cpms.accounts.roles import Role
from tests.api.conftest import Api, refused
from tests.worlds import PASSWORD, World

pytestmark = pytest.mark.django_db


def session(user: User) -> Api:
    """A caller signed in as a person."""
    api = Api(None)
    api.client.force_login(user)
    return api


def test_a_key_is_told_what_it_may_do_where(alpha: World) -> None:
    me = Api(alpha.key("stations.view")).get("me").json()
    assert me["kind"] == "key"
    assert me["organisations"] == [
        {"id": alpha.organisation.public_id, "name": "ALPHA energy", "permissions": ["stations.view"]}
    ]


def test_a_person_is_told_who_they_are(alpha: World) -> None:
    me = session(alpha.person(Role.VIEWER)).get("me").json()
    assert (me["kind"], me["name"]) == ("user", "viewer@alpha.example")
    assert "commands.send" not in me["organisations"][0]["permissions"]


def test_a_new_key_works_until_it_is_revoked(api: Api) -> None:
    made = api.post("api-keys", {"name": "Reporting", "scopes": ["stations.view"]})
    assert made.status_code == 201
    caller = Api(made.json()["key"])
    assert caller.get("stations").status_code == 200
    refused(caller.get("transactions"), 403)
    assert "key" not in api.get(f"api-keys/{made.json()['id']}").json()
    assert api.delete(f"api-keys/{made.json()['id']}").status_code == 204
    refused(caller.get("stations"), 401)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["everything"]}, "scopes.0"),
        ({"scopes": ["stations.view"]}, "name"),
        ({"name": "x", "scopes": ["stations.view"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "scopes": ["stations.view"], "revoked": False}, "revoked"),
    ],
)
def test_a_bad_key_is_refused_by_field(api: Api, body: object, field: str) -> None:
    refused(api.post("api-keys", body), 422, field)


def test_nobody_makes_a_key_stronger_than_they_are(alpha: World) -> None:
    weak = Api(alpha.key("apikeys.view", "apikeys.edit"))
    refused(weak.post("api-keys", {"name": "x", "scopes": ["stations.edit"]}), 403)
    assert weak.post("api-keys", {"name": "x", "scopes": ["apikeys.view"]}).status_code == 201


def test_members_and_keys_are_for_administrators(alpha: World) -> None:
    for role in (Role.OPERATOR, Role.VIEWER):
        caller = session(alpha.person(role))
        refused(caller.get("members"), 403)
        refused(caller.get("api-keys"), 403)
    assert session(alpha.person(Role.ADMIN)).get("members").status_code == 200


def test_somebody_who_signed_up_becomes_a_member(api: Api, alpha: World) -> None:
    User.objects.create_user("new@example.org", PASSWORD)
    made = api.post("members", {"email": "New@example.org", "role": "viewer"})
    assert made.status_code == 201
    path = f"members/{made.json()['id']}"
    assert api.patch(path, {"role": "operator"}).json()["role"] == "operator"
    refused(api.post("members", {"email": "new@example.org", "role": "viewer"}), 409)
    refused(api.post("members", {"email": "nobody@example.org", "role": "viewer"}), 422, "email")
    refused(api.post("members", {"email": "not an address", "role": "chief"}), 422, "role")
    assert api.delete(path).status_code == 204


def test_the_last_owner_stays(alpha: World) -> None:
    api = session(alpha.owner)
    path = f"members/{alpha.membership.public_id}"
    refused(api.delete(path), 409)
    refused(api.patch(path, {"role": "viewer"}), 409)
    assert Membership.objects.filter(pk=alpha.membership.pk, role=Role.OWNER).exists()


def test_nobody_gives_or_takes_a_role_above_their_own(alpha: World) -> None:
    weak = Api(alpha.key("members.view", "members.edit"))
    User.objects.create_user("new@example.org", PASSWORD)
    refused(weak.post("members", {"email": "new@example.org", "role": "owner"}), 403)
    refused(weak.delete(f"members/{alpha.membership.public_id}"), 403)


def test_only_an_owner_makes_or_changes_owners(api: Api, alpha: World) -> None:
    User.objects.create_user("new@example.org", PASSWORD)
    for caller in (api, session(alpha.person(Role.ADMIN))):
        refused(caller.post("members", {"email": "new@example.org", "role": "owner"}), 403)
        refused(caller.patch(f"members/{alpha.membership.public_id}", {"role": "viewer"}), 403)
        refused(caller.delete(f"members/{alpha.membership.public_id}"), 403)
    made = session(alpha.owner).post("members", {"email": "new@example.org", "role": "owner"})
    assert made.status_code == 201


def test_another_organisations_members_and_keys_are_not_there(api: Api, beta: World) -> None:
    refused(api.get(f"members/{beta.membership.public_id}"), 404)
    refused(api.delete(f"members/{beta.membership.public_id}"), 404)
    refused(api.delete(f"api-keys/{beta.api_key.public_id}"), 404)
    assert "BETA" not in api.get("members").content.decode() + api.get("api-keys").content.decode()
