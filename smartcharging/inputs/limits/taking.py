"""Taking limits from outside, ending them, and saying which are in force."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from chargers.models import Site
from cpms.core import audit, clock
from cpms.core.actors import Actor
from cpms.core.events import publish
from smartcharging.models import Circuit, LimitEvent

from ..choices import LimitScope, LimitState
from ..events import LimitsChanged
from .limiting import Limit

# Nobody sets a limit for longer by mistake.
LONGEST: Final = timedelta(days=32)
FIELDS: Final = (
    "circuit", "scope", "limit_w", "limit_a", "limit_percent", "starts_at", "ends_at",
)  # fmt: skip
_VALUES: Final = ("limit_w", "limit_a", "limit_percent")


class LimitOver(Exception):
    """A limit that is over is history and changes no more."""


@transaction.atomic
def limit_set(
    site: Site, source: str, reference: str, actor: Actor, **fields: Any
) -> tuple[LimitEvent, bool]:
    """A limit, and whether it is new; the same source and reference again replaces what it said.

    Raises ValidationError naming the field, LimitOver.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    row = LimitEvent.objects.filter(site=site, source=source, reference=reference).first()
    now = clock.now()
    if row is not None and limit_state(row, now) in (LimitState.OVER, LimitState.ENDED):
        raise LimitOver("this limit is over; send another reference for another one")
    limit = row or LimitEvent(site=site, source=source, reference=reference)
    for name in FIELDS:
        setattr(limit, name, fields.get(name))
    limit.scope = limit.scope or LimitScope.ALL
    limit.starts_at = limit.starts_at or now
    _check(limit, now)
    limit.acknowledged_at, limit.kept_at = now, None
    limit.full_clean(exclude=["site", "circuit"], validate_constraints=False)
    limit.save()
    _told(limit, actor, "limit.set")
    return limit, row is None


@transaction.atomic
def limit_end(limit: LimitEvent, actor: Actor) -> LimitEvent:
    """End it before its time. Raises LimitOver."""
    row = LimitEvent.objects.select_for_update(no_key=True).select_related("site").get(pk=limit.pk)
    now = clock.now()
    if limit_state(row, now) in (LimitState.OVER, LimitState.ENDED):
        raise LimitOver("it is over already")
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    _told(row, actor, "limit.ended")
    return row


def limit_state(limit: LimitEvent, now: datetime) -> LimitState:
    """Where a limit stands."""
    if limit.ended_at is not None:
        return LimitState.ENDED
    if limit.ends_at <= now:
        return LimitState.OVER
    return LimitState.ACTIVE if limit.starts_at <= now else LimitState.PLANNED


def limits_at(site: Site, now: datetime) -> list[Limit]:
    """The limits in force at `now`."""
    return limits_between(site, now, now + timedelta(microseconds=1))


def limits_between(site: Site, start: datetime, end: datetime) -> list[Limit]:
    """The limits that are in force at some moment of a span, for plans; those ended early are left out."""
    rows = LimitEvent.objects.filter(site=site, ended_at=None, starts_at__lt=end, ends_at__gt=start)
    roots = Circuit.objects.filter(site=site, parent=None)
    root = roots.first()
    return [_limit(row, root) for row in rows.select_related("circuit").order_by("starts_at", "pk")]


def limits_kept(site: Site, ids: Iterable[str], at: datetime) -> None:
    """The chargers are shared out under these limits (public ids) since `at`; said again it changes nothing."""
    LimitEvent.objects.filter(site=site, public_id__in=list(ids), kept_at=None).update(kept_at=at)


def open_limits(now: datetime) -> Q:
    """What is in force or to come."""
    return Q(ended_at=None, ends_at__gt=now)


def _check(limit: LimitEvent, now: datetime) -> None:
    told = [name for name in _VALUES if getattr(limit, name) is not None]
    if len(told) != 1:
        raise ValidationError({"limit_w": "say one of limit_w, limit_a and limit_percent"})
    if not isfinite(getattr(limit, told[0])):
        raise ValidationError({told[0]: "is no finite number"})
    if limit.ends_at is None or limit.ends_at <= limit.starts_at:
        raise ValidationError({"ends_at": "lies after the start"})
    if limit.ends_at <= now:
        raise ValidationError({"ends_at": "lies in the past"})
    if limit.ends_at - max(limit.starts_at, now) > LONGEST or limit.starts_at - now > LONGEST:
        raise ValidationError({"ends_at": "lies more than 32 days ahead; send it again later"})
    if limit.circuit is not None and limit.circuit.site_id != limit.site_id:
        raise ValidationError({"circuit": "belongs to another site"})


def _limit(row: LimitEvent, root: Circuit | None) -> Limit:
    at = row.circuit or root
    circuit = None if row.circuit is None else row.circuit.public_id
    return Limit(
        row.public_id, circuit, row.scope == LimitScope.CHARGERS, row.starts_at, row.ends_at, row.source,
        lines_a=_lines(row, at), watts=row.limit_w,
    )  # fmt: skip


def _lines(row: LimitEvent, at: Circuit | None) -> tuple[float, float, float] | None:
    """A on each line. A share of wires that nobody described is nothing."""
    if row.limit_a is not None:
        return row.limit_a, row.limit_a, row.limit_a
    if row.limit_percent is None:
        return None
    whole = [0.0, 0.0, 0.0] if at is None else at.limit_a
    share = row.limit_percent / 100
    return whole[0] * share, whole[1] * share, whole[2] * share


def _told(limit: LimitEvent, actor: Actor, act: str) -> None:
    site = limit.site
    audit.record(
        actor, act, organisation_id=site.organisation_id, subject=limit.public_id, label=str(limit),
        site=site.public_id, ends_at=limit.ends_at.isoformat(),
        **{name: getattr(limit, name) for name in _VALUES if getattr(limit, name) is not None},
    )  # fmt: skip
    publish(
        LimitsChanged(
            organisation_id=site.organisation_id, subject=site.public_id, occurred_at=clock.now(), site=site.public_id
        )
    )  # fmt: skip
