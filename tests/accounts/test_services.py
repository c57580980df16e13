"""Organisations, members and API keys."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from rest_framework_api_key.models import AbstractAPIKey

from cpms.accounts.models import ApiKey, Membership, Organisation, User
from cpms.accounts.roles import Role
from cpms.accounts.selectors import api_keys_for, memberships_for, organisations_for
from cpms.accounts.services.api_keys import api_key_create, api_key_revoke, api_key_used
from cpms.accounts.services.organisations import LastOwner, member_add, member_remove, organisation_create
from cpms.accounts.viewer import viewer_of_user
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine
from tests.worlds import PASSWORD, World

pytestmark = pytest.mark.django_db


def test_only_the_first_organisation_gets_the_unknown_stations() -> None:
    first, second = organisation_create("One", SYSTEM), organisation_create("Two", SYSTEM)
    assert (first.adopts_unknown_stations, second.adopts_unknown_stations) == (True, False)


@pytest.mark.parametrize("name", ["Same name", "☠", "x" * 120])
def test_names_that_look_alike_get_slugs_of_their_own(name: str) -> None:
    slugs = {organisation_create(name, SYSTEM).slug for _ in range(3)}
    assert len(slugs) == 3
    assert all(slug for slug in slugs)


def test_the_last_owner_cannot_leave_or_step_down(world: World) -> None:
    """Seen failing without `_refuse_last_owner`."""
    owner = world.owner
    with pytest.raises(LastOwner):
        member_remove(Membership.objects.get(user=owner), SYSTEM)
    with pytest.raises(LastOwner):
        member_add(world.organisation, owner, Role.ADMIN, SYSTEM)
    assert Membership.objects.get(user=owner).role == Role.OWNER


def test_one_of_two_owners_can_leave(world: World) -> None:
    owner = world.owner
    second = User.objects.create_user("second@example.com", PASSWORD)
    member_add(world.organisation, second, Role.OWNER, SYSTEM)
    member_remove(Membership.objects.get(user=owner), SYSTEM)
    with pytest.raises(LastOwner):
        member_remove(Membership.objects.get(user=second), SYSTEM)


def test_an_owner_of_another_organisation_does_not_count(world: World, other_world: World) -> None:
    member_add(other_world.organisation, world.owner, Role.OWNER, SYSTEM)
    with pytest.raises(LastOwner):
        member_remove(Membership.objects.get(user=world.owner, organisation=world.organisation), SYSTEM)


def test_setting_the_same_role_again_is_harmless(world: World) -> None:
    member_add(world.organisation, world.owner, Role.OWNER, SYSTEM)
    assert Membership.objects.count() == 1


def test_every_change_of_members_leaves_a_line(world: World) -> None:
    person = world.person(Role.VIEWER)
    member_add(world.organisation, person, Role.OPERATOR, SYSTEM)
    member_remove(Membership.objects.get(user=person), SYSTEM)
    lines = AuditLine.objects.filter(action__startswith="member.").order_by("id")
    assert [(line.action, line.detail.get("before")) for line in lines] == [
        ("member.set", None), ("member.set", "viewer"), ("member.removed", "operator"),
    ]  # fmt: skip


def test_a_key_is_stored_as_a_hash_only(world: World) -> None:
    """Seen failing with the secret in the audit line."""
    key, secret = api_key_create(world.organisation, "partner", ["stations.view"], SYSTEM)
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    secret_part = secret.partition(".")[2]
    assert len(secret_part) >= 32
    assert secret_part not in repr(row)
    assert secret_part not in repr(list(AuditLine.objects.values()))
    assert ApiKey.objects.get_from_key(secret) == key


def test_a_revoked_or_expired_key_opens_nothing(world: World) -> None:
    revoked, revoked_secret = api_key_create(world.organisation, "a", ["stations.view"], SYSTEM)
    api_key_revoke(revoked, SYSTEM)
    past = clock.now() - timedelta(seconds=1)
    _, expired_secret = api_key_create(world.organisation, "b", ["stations.view"], SYSTEM, expires_at=past)
    _, good_secret = api_key_create(world.organisation, "c", ["stations.view"], SYSTEM)
    valid = [ApiKey.objects.is_valid(secret) for secret in (revoked_secret, expired_secret, good_secret)]
    assert valid == [False, False, True]
    assert not ApiKey.objects.is_valid(good_secret[:-1] + "!")


def test_a_key_with_an_unknown_scope_is_not_made(world: World) -> None:
    with pytest.raises(ValueError, match="unknown scope"):
        api_key_create(world.organisation, "a", ["everything"], SYSTEM)
    assert not ApiKey.objects.exists()


def test_the_use_of_a_key_is_noted_once_a_minute(world: World) -> None:
    key, _ = api_key_create(world.organisation, "a", ["stations.view"], SYSTEM)
    api_key_used(key)
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None
    api_key_used(key)
    key.refresh_from_db()
    assert key.last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    key.refresh_from_db()
    api_key_used(key)
    key.refresh_from_db()
    assert key.last_used_at > first - timedelta(minutes=1)


def test_addresses_are_the_same_in_any_case() -> None:
    User.objects.create_user("Person@Example.com", PASSWORD)
    assert User.objects.get_by_natural_key("pERSON@example.COM")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("person@example.com", PASSWORD)
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("", PASSWORD)


def test_selectors_show_ones_own_organisation(world: World, other_world: World) -> None:
    for each in (world, other_world):
        _ = (each.owner, each.api_key)
    viewer = viewer_of_user(world.owner)
    assert [o.pk for o in organisations_for(viewer)] == [world.organisation.pk]
    assert {m.organisation_id for m in memberships_for(viewer)} == {world.organisation.pk}
    assert {k.organisation_id for k in api_keys_for(viewer)} == {world.organisation.pk}
    onlooker = viewer_of_user(world.person(Role.VIEWER))
    assert not memberships_for(onlooker).exists()
    assert not api_keys_for(onlooker).exists()
    assert Organisation.objects.count() == 2
    assert issubclass(ApiKey, AbstractAPIKey)
