"""Organisations and their members."""

from django.db import transaction
from django.utils.text import slugify

from cpms.core import audit
from cpms.core.actors import SYSTEM, Actor

from ..models import Membership, Organisation, User
from ..roles import Role


class LastOwner(Exception):
    """An organisation keeps at least one owner."""


class OwnersOnly(Exception):
    """Only an owner (or the system) makes owners, changes or removes one."""


@transaction.atomic
def organisation_create(name: str, actor: Actor, time_zone: str = "UTC") -> Organisation:
    """A new organisation with a slug of its own. The first one of an installation gets the unknown stations."""
    base = slugify(name)[:50] or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = next(s for s in [base, *(f"{base}-{n}" for n in range(2, 10_000))] if s not in taken)
    first = not Organisation.objects.exists()
    organisation = Organisation.objects.create(
        name=name, slug=slug, time_zone=time_zone, adopts_unknown_stations=first
    )
    audit.record(
        actor,
        "organisation.created",
        organisation_id=organisation.pk,
        subject=organisation.public_id,
        label=name,
    )
    return organisation


@transaction.atomic
def member_add(organisation: Organisation, user: User, role: Role, actor: Actor) -> Membership:
    """Make `user` a member, or give a member another role. Raises `LastOwner` or `OwnersOnly`."""
    _lock_owners(organisation)
    old = Membership.objects.filter(organisation=organisation, user=user).first()
    if Role.OWNER in (role, old.role if old else None):
        _refuse_lesser(organisation, actor)
    if old and old.role == Role.OWNER and role != Role.OWNER:
        _refuse_last_owner(organisation, old)
    membership, _ = Membership.objects.update_or_create(
        organisation=organisation, user=user, defaults={"role": role}
    )
    audit.record(
        actor,
        "member.set",
        organisation_id=organisation.pk,
        subject=membership.public_id,
        label=user.email,
        role=role,
        before=old.role if old else None,
    )
    return membership


@transaction.atomic
def member_remove(membership: Membership, actor: Actor) -> None:
    """End a membership. Raises `LastOwner` or `OwnersOnly`."""
    _lock_owners(membership.organisation)
    if membership.role == Role.OWNER:
        _refuse_lesser(membership.organisation, actor)
        _refuse_last_owner(membership.organisation, membership)
    audit.record(
        actor,
        "member.removed",
        organisation_id=membership.organisation_id,
        subject=membership.public_id,
        label=membership.user.email,
        before=membership.role,
    )
    membership.delete()


def _lock_owners(organisation: Organisation) -> None:
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def _refuse_last_owner(organisation: Organisation, leaving: Membership) -> None:
    owners = Membership.objects.filter(organisation=organisation, role=Role.OWNER).exclude(pk=leaving.pk)
    if not owners.exists():
        raise LastOwner(f"{organisation} needs at least one owner")


def _refuse_lesser(organisation: Organisation, actor: Actor) -> None:
    owners = Membership.objects.filter(organisation=organisation, role=Role.OWNER)
    if actor != SYSTEM and not owners.filter(user_id=actor.user_id or 0).exists():
        raise OwnersOnly("Only an owner can make somebody an owner or change one")
