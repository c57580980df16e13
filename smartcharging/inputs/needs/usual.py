"""Schedules of fleets, and what is usual for ID tags and groups."""

from datetime import time
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.models import IdTag, IdTagGroup
from chargers.services.changes import apply_changes
from cpms.core import audit, clock
from cpms.core.actors import Actor
from smartcharging.models import FleetNeed, NeedDefault

DEFAULT_FIELDS: Final = ("energy_wh", "departs_by", "soon_wh", "priority")


@transaction.atomic
def fleet_need_set(tag: IdTag, actor: Actor, **fields: Any) -> FleetNeed:
    """When a car leaves and what it needs by then; another word for the same moment replaces.

    Raises ValidationError naming the field.
    """
    if fields["departs_at"] <= clock.now():
        raise ValidationError({"departs_at": "lies in the past"})
    row = FleetNeed.objects.filter(id_tag=tag, departs_at=fields["departs_at"]).first()
    need = row or FleetNeed(organisation_id=tag.organisation_id, id_tag=tag)
    need.departs_at = fields["departs_at"]
    need.energy_wh, need.priority = fields.get("energy_wh"), fields.get("priority", "")
    need.sun_only = fields.get("sun_only", False)
    need.full_clean(exclude=["organisation", "id_tag"])
    need.save()
    _note(actor, "fleet_need.set", need.organisation_id, need.public_id, tag.uid)
    return need


@transaction.atomic
def fleet_need_remove(need: FleetNeed, actor: Actor) -> None:
    """The car does not leave then."""
    _note(actor, "fleet_need.removed", need.organisation_id, need.public_id, need.id_tag.uid)
    need.delete()


@transaction.atomic
def need_default_set(owner: IdTag | IdTagGroup, actor: Actor, **fields: Any) -> NeedDefault:
    """What is usual for an ID tag or a group; replaces what was. Raises ValidationError naming the field."""
    of: dict[str, Any] = {"id_tag": owner} if isinstance(owner, IdTag) else {"group": owner}
    usual = NeedDefault.objects.filter(**of).first() or NeedDefault(
        organisation_id=owner.organisation_id, **of
    )
    apply_changes(usual, fields, DEFAULT_FIELDS)
    if usual.soon_wh and usual.energy_wh and usual.soon_wh > usual.energy_wh:
        raise ValidationError({"soon_wh": "is more than the whole energy"})
    if isinstance(usual.departs_by, time) and usual.departs_by.tzinfo is not None:
        raise ValidationError({"departs_by": "is a time of the site's own clock, without a zone"})
    usual.full_clean(exclude=["organisation", "id_tag", "group"])
    usual.save()
    _note(actor, "need_default.set", usual.organisation_id, usual.public_id, str(owner))
    return usual


@transaction.atomic
def need_default_remove(usual: NeedDefault, actor: Actor) -> None:
    """Nothing is usual any more."""
    _note(actor, "need_default.removed", usual.organisation_id, usual.public_id, str(usual))
    usual.delete()


def _note(actor: Actor, act: str, organisation_id: int, subject: str, label: str) -> None:
    audit.record(actor, act, organisation_id=organisation_id, subject=subject, label=label)
