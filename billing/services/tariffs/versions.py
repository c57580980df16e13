"""Tariffs: drafted, looked at, published for ever, and assigned."""

import json
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from billing.choices import AssignedAt, AssignedTo, VersionState
from billing.models import TariffAssignment, TariffFamily, TariffVersion
from billing.pricing.errors import Refused
from billing.pricing.exact import loads
from billing.pricing.lint import ANYWHERE, Finding, Level, Surroundings, lint
from billing.pricing.tariff import Tariff
from billing.pricing.tariff_reader import read_tariff
from billing.tariffs.reading import texts_of
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor

from .canonical import canonical, digest
from .following import Follows, follows_check

MOST_BYTES: Final = 200_000


class NotPublishable(Exception):
    """A draft with errors that nobody insisted on; `findings` are all of them."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        errors = [finding for finding in findings if finding.level is Level.ERROR]
        super().__init__("; ".join(f"{one.place} {one.sentence}" for one in errors))
        self.findings, self.errors = findings, errors


@transaction.atomic
def family_create(organisation: Organisation, name: str, actor: Actor) -> TariffFamily:
    """A tariff without versions. Raises ValidationError naming the field."""
    family = TariffFamily(organisation=organisation, name=name)
    family.full_clean()
    family.save()
    _record(actor, "tariff.created", family)
    return family


@transaction.atomic
def tariff_begin(
    organisation: Organisation, name: str, body: str, actor: Actor, preauthorise_minor: int | None = None,
    follows: Follows | None = None,
) -> TariffFamily:  # fmt: skip
    """A tariff with its first draft. Raises ValidationError naming the field and the place."""
    family = family_create(organisation, name, actor)
    draft_save(family, body, actor, preauthorise_minor, follows)
    return family


@transaction.atomic
def draft_save(
    family: TariffFamily, body: str, actor: Actor, preauthorise_minor: int | None = None,
    follows: Follows | None = None,
) -> TariffVersion:  # fmt: skip
    """The family's one draft, made or overwritten; a document without `id` gets the family's.

    `follows`: the price of energy is made from a series; the document's own is then for where that has none.

    Raises ValidationError with the place of what is wrong.
    """
    TariffFamily.objects.select_for_update().get(pk=family.pk)
    document = document_of(body)
    tariff = tariff_of(document)
    document.setdefault("id", family.public_id)
    draft = family.versions.filter(state=VersionState.DRAFT).first() or TariffVersion(
        family=family, number=_next_number(family)
    )
    draft.body = canonical(document)
    _follow(draft, follows, tariff)
    draft.digest, draft.currency = _digest(draft), tariff.currency
    draft.preauthorise_minor = preauthorise_minor
    draft.save()
    _record(actor, "tariff.drafted", family, version=draft.number)
    return draft


@transaction.atomic
def version_publish(
    draft: TariffVersion,
    valid_from: datetime | None,
    actor: Actor,
    around: Surroundings = ANYWHERE,
    insist: bool = False,
) -> TariffVersion:
    """Freeze a draft; it is in force from `valid_from` on (None: at once). A start in the past is refused.

    Raises NotPublishable when the look at it finds errors and nobody insists, ValidationError for the start, and for a
    draft that was changed since it was read.
    """
    version = TariffVersion.objects.select_for_update().select_related("family").get(pk=draft.pk)
    if not version.is_draft:
        raise ValidationError({"version": "is published already"})
    if version.digest != draft.digest:
        raise ValidationError({"version": "was changed meanwhile: look at it again"})
    now = clock.now()
    valid_from = valid_from or now
    _check_start(version, valid_from, now)
    findings = lint(loads(version.body), around)
    if not insist and any(finding.level is Level.ERROR for finding in findings):
        raise NotPublishable(findings)
    version.state, version.valid_from = VersionState.PUBLISHED, valid_from
    version.published_at, version.published_by = now, f"{actor.source}: {actor.label}"[:160]
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
def tariff_assign(
    family: TariffFamily, actor: Actor, valid_from: datetime | None = None, **fields: Any
) -> TariffAssignment:
    """Give a tariff to somebody somewhere, from `valid_from` on (None: at once).

    Raises ValidationError naming the field, also where the tariff holds there already.
    """
    TariffFamily.objects.select_for_update().get(pk=family.pk)
    fields["valid_from"] = valid_from or clock.now()
    assignment = TariffAssignment(organisation=family.organisation, family=family, **fields)
    _check_place(assignment)
    assignment.full_clean()
    _check_ownership(assignment)
    _check_overlap(assignment)
    assignment.save()
    _record(actor, "tariff.assigned", family, assignment=assignment.public_id)
    return assignment


@transaction.atomic
def assignment_end(assignment: TariffAssignment, at: datetime | None, actor: Actor) -> TariffAssignment:
    """Let an assignment end, at once without `at`; sessions that began under it keep its price.

    Raises ValidationError for a past instant, and for an assignment that is over.
    """
    now = clock.now()
    locked = TariffAssignment.objects.select_for_update().get(pk=assignment.pk)
    if locked.is_over(now):
        raise ValidationError({"valid_to": "has come already: an end is not moved"})
    if at is not None and at < now:
        raise ValidationError({"valid_to": "is in the past: what applied cannot be undone"})
    if (at or now) <= locked.valid_from:
        raise ValidationError({"valid_to": "is before it begins: remove the assignment instead"})
    locked.valid_to = at or now
    locked.save(update_fields=["valid_to"])
    _record(actor, "tariff.assignment_ended", locked.family, assignment=locked.public_id)
    return locked


@transaction.atomic
def assignment_remove(assignment: TariffAssignment, actor: Actor) -> None:
    """Take back an assignment that has not begun. Raises ValidationError for one that has."""
    if assignment.valid_from <= clock.now():
        raise ValidationError({"valid_from": "has come: what applied is ended, not removed"})
    _record(actor, "tariff.assignment_removed", assignment.family, assignment=assignment.public_id)
    assignment.delete()


def document_of(body: str) -> Any:
    """The JSON of a tariff with its numbers unharmed. Raises ValidationError naming line and column."""
    if len(body.encode()) > MOST_BYTES:
        raise ValidationError({"body": f"is longer than {MOST_BYTES} bytes"})
    try:
        found = loads(body)
        canonical(found).encode()
        return found
    except json.JSONDecodeError as error:
        raise ValidationError({"body": f"line {error.lineno}, column {error.colno}: {error.msg}"}) from None
    except UnicodeEncodeError:
        raise ValidationError({"body": "has half a surrogate pair, which no text has"}) from None
    except (ValueError, RecursionError) as error:
        raise ValidationError({"body": str(error)}) from None
    except ArithmeticError:
        raise ValidationError({"body": "has a number that is too large"}) from None


def tariff_of(document: Any) -> Tariff:
    """The tariff as the engine understands it. Raises ValidationError naming the place."""
    try:
        tariff = read_tariff(document)
        texts_of(document)
        return tariff
    except Refused as error:
        raise ValidationError({"body": str(error)}) from None


def _follow(draft: TariffVersion, follows: Follows | None, tariff: Tariff) -> None:
    if follows is not None:
        follows_check(follows, draft.family, tariff)
    draft.series = follows.series if follows else None
    draft.formula = follows.text if follows else ""


def _digest(draft: TariffVersion) -> str:
    followed = f"\n{draft.series.public_id}\n{draft.formula}" if draft.series else ""
    return digest(draft.body + followed)


def _next_number(family: TariffFamily) -> int:
    last = family.versions.order_by("-number").first()
    return last.number + 1 if last else 1


def _check_start(version: TariffVersion, valid_from: datetime, now: datetime) -> None:
    if valid_from < now:
        raise ValidationError(
            {"valid_from": "is in the past: sessions that began since have their price already"}
        )
    if version.family.versions.filter(state=VersionState.PUBLISHED, valid_from=valid_from).exists():
        raise ValidationError({"valid_from": "is the start of another version"})


def _check_place(assignment: TariffAssignment) -> None:
    """What the database would refuse without naming a field."""
    needed = {
        "site": assignment.scope == AssignedAt.SITE,
        "station": assignment.scope in (AssignedAt.STATION, AssignedAt.EVSE),
        "evse_no": assignment.scope == AssignedAt.EVSE,
        "group": assignment.audience == AssignedTo.GROUP,
    }
    for name, is_needed in needed.items():
        if is_needed != (getattr(assignment, name) is not None):
            problem = "is needed for this choice" if is_needed else "does not go with this choice"
            raise ValidationError({name: problem})
    if assignment.valid_to is not None and assignment.valid_to <= assignment.valid_from:
        raise ValidationError({"valid_to": "is not after the start"})


def _check_ownership(assignment: TariffAssignment) -> None:
    owned = {"group": assignment.group, "site": assignment.site, "station": assignment.station}
    for name, thing in owned.items():
        if thing is not None and thing.organisation_id != assignment.organisation_id:
            raise ValidationError({name: "belongs to another organisation"})


def _check_overlap(assignment: TariffAssignment) -> None:
    """The same tariff twice for the same people at the same place says nothing; which of them ends would."""
    names = ("audience", "group", "scope", "site", "station", "evse_no")
    same = {name: getattr(assignment, name) for name in names}
    lasting = TariffAssignment.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=assignment.valid_from), **same
    )
    if assignment.valid_to is not None:
        lasting = lasting.filter(valid_from__lt=assignment.valid_to)
    if lasting.filter(family=assignment.family).exists():
        raise ValidationError({"valid_from": "overlaps: the tariff is assigned there already"})


def _record(actor: Actor, action: str, family: TariffFamily, **detail: Any) -> None:
    audit.record(
        actor,
        action,
        organisation_id=family.organisation_id,
        subject=family.public_id,
        label=family.name,
        **detail,
    )
