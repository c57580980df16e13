"""The role matrix: every role against every permission."""

import pytest

from cpms.accounts.models import ApiKey, Organisation, User
from cpms.accounts.roles import (
    ADMINISTER,
    MANAGE,
    MATRIX,
    OPERATE,
    PERMISSIONS,
    VIEW,
    Role,
    allows,
    check_scopes,
)
from cpms.accounts.viewer import NOBODY, Viewer, viewer_of_key, viewer_of_user
from tests.worlds import World

# Written out, so that a change of the matrix is a change of two places.
EXPECTED = {
    Role.OWNER: {*VIEW, *OPERATE, *MANAGE, *ADMINISTER},
    Role.ADMIN: {*VIEW, *OPERATE, *MANAGE, *ADMINISTER},
    Role.OPERATOR: {
        *VIEW,
        "commands.send",
        "tags.view",
        "tags.edit",
        "needs.edit",
        "stations.watch",
        "transactions.correct",
        "audit.view",
        "events.view",
    },
    Role.VIEWER: {"sites.view", "stations.view", "transactions.view", "messages.view", "commands.view"},
}


@pytest.mark.parametrize("permission", PERMISSIONS)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_exactly_what_it_should(world: World, role: Role, permission: str) -> None:
    """Seen failing with commands.send granted to viewers."""
    expected = permission in EXPECTED[role]
    assert allows(role, permission) == expected
    viewer = viewer_of_user(world.person(role))
    assert viewer.may(permission, world.organisation.pk) == expected
    assert viewer.may(permission) == expected
    assert viewer.organisations(permission) == ([world.organisation.pk] if expected else [])


def test_every_role_and_permission_is_in_the_matrix() -> None:
    assert set(MATRIX) == set(Role) == set(EXPECTED)
    assert len(set(PERMISSIONS)) == len(PERMISSIONS)


def test_an_unknown_permission_is_a_mistake_and_not_a_no(world: World) -> None:
    with pytest.raises(KeyError):
        allows(Role.OWNER, "stations.destroy")
    with pytest.raises(KeyError):
        viewer_of_user(world.owner).may("stations.destroy")
    with pytest.raises(ValueError, match=r"unknown scope 'stations\.destroy'"):
        check_scopes(["stations.view", "stations.destroy"])


def test_nobody_may_anything(world: World) -> None:
    outsider = User.objects.create_user("outsider@example.com", "a long enough password")
    gone = world.owner
    gone.is_active = False
    for viewer in (NOBODY, viewer_of_user(outsider), viewer_of_user(gone)):
        assert not any(viewer.may(permission) for permission in PERMISSIONS)


def test_a_role_counts_in_its_own_organisation_only(world: World, other_world: World) -> None:
    viewer = viewer_of_user(world.owner)
    assert not any(viewer.may(permission, other_world.organisation.pk) for permission in PERMISSIONS)


def test_a_narrowed_viewer_sees_one_organisation(world: World, other_world: World) -> None:
    everything = frozenset(PERMISSIONS)
    both = Viewer(NOBODY.actor, {world.organisation.pk: everything, other_world.organisation.pk: everything})
    narrowed = both.narrowed(world.organisation.pk)
    assert narrowed.organisations("stations.view") == [world.organisation.pk]
    assert both.narrowed(-1).organisations("stations.view") == []
    assert narrowed.narrowed(other_world.organisation.pk).grants == {}


def test_a_superuser_of_the_back_office_is_nobody_to_organisations(world: World) -> None:
    root = User.objects.create_superuser("root@example.com", "a long enough password")
    assert not any(viewer_of_user(root).may(permission) for permission in PERMISSIONS)


def test_a_key_may_what_its_scopes_say(world: World) -> None:
    key = ApiKey.objects.get_from_key(world.key("stations.view", "commands.send"))
    viewer = viewer_of_key(key)
    may = {permission for permission in PERMISSIONS if viewer.may(permission, world.organisation.pk)}
    assert may == {"stations.view", "commands.send"}


def test_a_scope_that_was_abolished_grants_nothing(world: World) -> None:
    key = ApiKey(organisation=Organisation.objects.get(), name="old", scopes=["stations.view", "gone.away"])
    assert viewer_of_key(key).grants == {world.organisation.pk: frozenset({"stations.view"})}
