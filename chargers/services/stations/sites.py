"""Sites."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from chargers.models import Site
from cpms.accounts.models import Organisation
from cpms.core import audit
from cpms.core.actors import Actor
from cpms.core.zones import check_time_zone

from ..changes import apply_changes

FIELDS = ("name", "address", "city", "country", "latitude", "longitude", "time_zone")


@transaction.atomic
def site_create(organisation: Organisation, actor: Actor, **fields: Any) -> Site:
    """A new site. Raises ValidationError naming the field."""
    site = Site(organisation=organisation)
    apply_changes(site, fields, FIELDS)
    check_time_zone(site.time_zone)
    site.full_clean(exclude=["organisation"])
    site.validate_constraints()
    site.save()
    audit.record(
        actor, "site.created", organisation_id=organisation.pk, subject=site.public_id, label=site.name
    )
    return site


@transaction.atomic
def site_update(site: Site, actor: Actor, **fields: Any) -> Site:
    """Change a site. Raises ValidationError naming the field."""
    before = apply_changes(site, fields, FIELDS)
    check_time_zone(site.time_zone)
    site.full_clean(exclude=["organisation"])
    site.validate_constraints()
    site.save()
    audit.record(
        actor, "site.changed", organisation_id=site.organisation_id, subject=site.public_id, label=site.name,
        before=before,
    )  # fmt: skip
    return site


@transaction.atomic
def site_remove(site: Site, actor: Actor) -> None:
    """Remove a site without stations. Raises ValidationError while stations stand there, or the books name it."""
    if site.stations.exists():
        raise ValidationError("stations still belong to this site; move them first")
    audit.record(
        actor, "site.removed", organisation_id=site.organisation_id, subject=site.public_id, label=site.name
    )
    try:
        site.delete()
    except ProtectedError:
        raise ValidationError("something was agreed for this site, and the books keep it") from None
