"""ID tags and their groups."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.choices import TagStatus
from chargers.models import IdTag, IdTagGroup
from cpms.accounts.models import Organisation
from cpms.core import audit
from cpms.core.actors import Actor

from ..changes import apply_changes

FIELDS = (
    "uid", "type", "label", "status", "expires_at", "group", "max_concurrent", "max_energy_wh", "max_minutes",
)  # fmt: skip


@transaction.atomic
def id_tag_create(organisation: Organisation, actor: Actor, **fields: Any) -> IdTag:
    """A new tag. Raises ValidationError naming the field."""
    tag = IdTag(organisation=organisation)
    apply_changes(tag, fields, FIELDS)
    _check(tag)
    tag.save()
    audit.record(
        actor, "id_tag.created", organisation_id=organisation.pk, subject=tag.public_id, label=tag.uid
    )
    return tag


@transaction.atomic
def id_tag_update(tag: IdTag, actor: Actor, **fields: Any) -> IdTag:
    """Change a tag. Raises ValidationError naming the field."""
    before = apply_changes(tag, fields, FIELDS)
    _check(tag)
    tag.save()
    audit.record(
        actor, "id_tag.changed", organisation_id=tag.organisation_id, subject=tag.public_id, label=tag.uid,
        before=before,
    )  # fmt: skip
    return tag


def id_tag_block(tag: IdTag, actor: Actor) -> IdTag:
    """From now on the tag is refused."""
    return id_tag_update(tag, actor, status=TagStatus.BLOCKED)


def id_tag_unblock(tag: IdTag, actor: Actor) -> IdTag:
    """The tag may charge again."""
    return id_tag_update(tag, actor, status=TagStatus.ACTIVE)


@transaction.atomic
def id_tag_remove(tag: IdTag, actor: Actor) -> None:
    """Forget a tag; its transactions stay, with the UID they were started with."""
    audit.record(
        actor, "id_tag.removed", organisation_id=tag.organisation_id, subject=tag.public_id, label=tag.uid
    )
    tag.delete()


@transaction.atomic
def group_create(organisation: Organisation, name: str, actor: Actor) -> IdTagGroup:
    """A new group of tags. Raises ValidationError naming the field."""
    group = IdTagGroup(organisation=organisation, name=name)
    group.full_clean(exclude=["organisation"])
    group.validate_constraints()
    group.save()
    audit.record(
        actor, "id_tag_group.created", organisation_id=organisation.pk, subject=group.public_id, label=name
    )
    return group


def _check(tag: IdTag) -> None:
    tag.uid = tag.uid.strip()
    if not tag.uid.isprintable():
        raise ValidationError({"uid": "contains control characters"})
    if tag.group and tag.group.organisation_id != tag.organisation_id:
        raise ValidationError({"group": "no such group"})
    tag.full_clean(exclude=["organisation"], validate_constraints=False)
    clash = IdTag.objects.filter(organisation_id=tag.organisation_id, uid__iexact=tag.uid).exclude(pk=tag.pk)
    if clash.exists():
        raise ValidationError({"uid": "this UID exists already (upper and lower case are the same)"})
