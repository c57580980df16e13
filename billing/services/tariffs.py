"""Tariffs: drafted, looked at, published for ever, and assigned."""

import json
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.choices import VersionState
from billing.models import TariffAssignment, TariffFamily, TariffVersion
from billing.pricing.errors import Refused
from billing.pricing.exact import loads
from billing.pricing.lint import ANYWHERE, Finding, Level, Surroundings, lint
from billing.pricing.tariff import Tariff
from billing.pricing.tariff_reader import read_tariff
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor

from .canonical import canonical, digest

MOST_BYTES: Final = 200_000


class NotPublishable(Exception):
    """A draft with errors that nobody insisted on; `findings` are all of them."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        errors = [finding for finding in findings if finding.level is Level.ERROR]
        super().__init__("; ".join(f"{one.place} {one.sentence}" for one in errors))
        self.findings = findings


@transaction.atomic
def family_create(organisation: Organisation, name: str, actor: Actor) -> TariffFamily:
    """A tariff without versions. Raises ValidationError naming the field."""
    family = TariffFamily(organisation=organisation, name=name)
    family.full_clean()
    family.save()
    _record(actor, "tariff.created", family)
    return family


@transaction.atomic
def draft_save(
    family: TariffFamily, body: str, actor: Actor, preauthorise_minor: int | None = None
) -> TariffVersion:
    """The family's one draft, made or overwritten. Raises ValidationError with the place of what is wrong."""
    TariffFamily.objects.select_for_update().get(pk=family.pk)
    document = document_of(body)
    tariff = tariff_of(document)
    draft = family.versions.filter(state=VersionState.DRAFT).first() or TariffVersion(
        family=family, number=_next_number(family)
    )
    draft.body = canonical(document)
    draft.digest, draft.currency = digest(draft.body), tariff.currency
    draft.preauthorise_minor = preauthorise_minor
    draft.save()
    _record(actor, "tariff.drafted", family, version=draft.number)
    return draft


@transaction.atomic
def version_publish(
    draft: TariffVersion,
    valid_from: datetime,
    actor: Actor,
    around: Surroundings = ANYWHERE,
    insist: bool = False,
) -> TariffVersion:
    """Freeze a draft; it is in force from `valid_from` on. A start in the past is refused.

    Raises NotPublishable when the look at it finds errors and nobody insists, ValidationError for the start.
    """
    version = TariffVersion.objects.select_for_update().select_related("family").get(pk=draft.pk)
    if not version.is_draft:
        raise ValidationError({"version": "is published already"})
    _check_start(version, valid_from)
    findings = lint(loads(version.body), around)
    if not insist and any(finding.level is Level.ERROR for finding in findings):
        raise NotPublishable(findings)
    version.state, version.valid_from = VersionState.PUBLISHED, valid_from
    version.published_at, version.published_by = clock.now(), f"{actor.source}: {actor.label}"[:160]
    version.save()
    _record(
        actor, "tariff.published", version.family, version=version.number,
        valid_from=valid_from.isoformat(), insisted=insist, findings=[finding.code for finding in findings],
    )  # fmt: skip
    return version


@transaction.atomic
def draft_remove(draft: TariffVersion, actor: Actor) -> None:
    """Throw a draft away. Raises ValidationError for a published version."""
    if not draft.is_draft:
        raise ValidationError({"version": "is published: what was published stays"})
    _record(actor, "tariff.draft_removed", draft.family, version=draft.number)
    draft.delete()


@transaction.atomic
def tariff_assign(family: TariffFamily, actor: Actor, **fields: Any) -> TariffAssignment:
    """Give a tariff to somebody somewhere. Raises ValidationError naming the field."""
    assignment = TariffAssignment(organisation=family.organisation, family=family, **fields)
    assignment.full_clean()
    _check_ownership(assignment)
    assignment.save()
    _record(actor, "tariff.assigned", family, assignment=assignment.public_id)
    return assignment


@transaction.atomic
def assignment_end(assignment: TariffAssignment, at: datetime, actor: Actor) -> TariffAssignment:
    """Let an assignment end; sessions that began under it keep its price. Raises ValidationError for a past instant."""
    if at < clock.now():
        raise ValidationError({"valid_to": "is in the past: what applied cannot be undone"})
    assignment.valid_to = at
    assignment.full_clean()
    assignment.save(update_fields=["valid_to"])
    _record(actor, "tariff.assignment_ended", assignment.family, assignment=assignment.public_id)
    return assignment


def document_of(body: str) -> Any:
    """The JSON of a tariff with its numbers unharmed. Raises ValidationError naming line and column."""
    if len(body.encode()) > MOST_BYTES:
        raise ValidationError({"body": f"is longer than {MOST_BYTES} bytes"})
    try:
        return loads(body)
    except json.JSONDecodeError as error:
        raise ValidationError({"body": f"line {error.lineno}, column {error.colno}: {error.msg}"}) from None
    except (ValueError, RecursionError) as error:
        raise ValidationError({"body": str(error)}) from None


def tariff_of(document: Any) -> Tariff:
    """The tariff as the engine understands it. Raises ValidationError naming the place."""
    try:
        return read_tariff(document)
    except Refused as error:
        raise ValidationError({"body": str(error)}) from None


def _next_number(family: TariffFamily) -> int:
    last = family.versions.order_by("-number").first()
    return last.number + 1 if last else 1


def _check_start(version: TariffVersion, valid_from: datetime) -> None:
    if valid_from < clock.now():
        raise ValidationError(
            {"valid_from": "is in the past: sessions that began since have their price already"}
        )
    if version.family.versions.filter(state=VersionState.PUBLISHED, valid_from=valid_from).exists():
        raise ValidationError({"valid_from": "is the start of another version"})


def _check_ownership(assignment: TariffAssignment) -> None:
    owned = {"group": assignment.group, "site": assignment.site, "station": assignment.station}
    for name, thing in owned.items():
        if thing is not None and thing.organisation_id != assignment.organisation_id:
            raise ValidationError({name: "belongs to another organisation"})


def _record(actor: Actor, action: str, family: TariffFamily, **detail: Any) -> None:
    audit.record(
        actor,
        action,
        organisation_id=family.organisation_id,
        subject=family.public_id,
        label=family.name,
        **detail,
    )
