"""Saying what a car needs, and what is reckoned with for each car of a site."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction as database
from django.db.models import Q

from chargers.choices import OPEN_STATES
from chargers.models import Site, Transaction
from cpms.core import audit, clock
from cpms.core.actors import Actor
from cpms.core.events import publish
from smartcharging.models import FleetNeed, Need, NeedDefault

from ..choices import NeedSource
from ..events import NeedsChanged
from ..sun.surplus import has_sun
from .estimating import estimates
from .resolving import Claim, Wanted, next_at, resolve

FIELDS: Final = ("energy_wh", "departs_at", "soon_wh", "priority", "charge_now", "sun_only")


class SessionOver(Exception):
    """The session has ended; nothing is needed any more."""


@dataclass(frozen=True, slots=True)
class CarNeed:
    """An open session of a site and what its car is taken to need."""

    transaction: Transaction
    wanted: Wanted


@database.atomic
def need_set(transaction: Transaction, source: NeedSource, actor: Actor, **fields: Any) -> Need:
    """Take over what a source says; fields left out stay as that source said before.

    Raises ValidationError naming the field, SessionOver.
    """
    row = Transaction.objects.select_for_update(no_key=True).get(pk=transaction.pk)
    if not row.is_open:
        raise SessionOver("the session has ended")
    now = clock.now()
    need = Need.objects.filter(transaction=row, source=source).first() or Need(transaction=row, source=source)
    for name in FIELDS:
        if name in fields:
            setattr(need, name, fields[name])
    _check(need, now)
    need.said_at, need.said_by = now, actor.label[:160]
    need.full_clean(exclude=["transaction"], validate_constraints=False)
    need.save()
    _told(row, actor, "transaction.need_said", source, now, {name: str(fields[name]) for name in fields})
    return need


@database.atomic
def need_clear(transaction: Transaction, source: NeedSource, actor: Actor) -> None:
    """What a source said counts no more."""
    if Need.objects.filter(transaction=transaction, source=source).delete()[0]:
        _told(transaction, actor, "transaction.need_cleared", source, clock.now(), {})


def needs_for(site: Site, now: datetime) -> list[CarNeed]:
    """What the cars of all open sessions of a site are taken to need: what was said, and what is worked out."""
    sessions = Transaction.objects.filter(station__site=site, state__in=OPEN_STATES).order_by("pk")
    return _needs(list(sessions.select_related("id_tag", "station__site")), now)


def need_of(transaction: Transaction, now: datetime) -> Wanted:
    """What the car of one session is taken to need: what was said, and what is worked out."""
    return _needs([transaction], now)[0].wanted


def needs_said(sessions: Sequence[Transaction], now: datetime) -> Mapping[int, Wanted]:
    """What somebody said of each session, by its key, in three queries at most."""
    return {key: resolve(claims, now) for key, claims in _claims(sessions, now).items()}


def _check(need: Need, now: datetime) -> None:
    if need.departs_at is not None and need.departs_at <= now:
        raise ValidationError({"departs_at": "lies in the past"})
    if need.soon_wh is not None and need.energy_wh is not None and need.soon_wh > need.energy_wh:
        raise ValidationError({"soon_wh": "is more than the whole energy"})
    if need.sun_only and need.charge_now:
        raise ValidationError({"sun_only": "waits for the sun, and charge_now does not wait"})
    site = need.transaction.station.site
    if need.sun_only and (site is None or not has_sun(site)):
        raise ValidationError({"sun_only": "needs a solar meter at the site"})


def _told(
    transaction: Transaction, actor: Actor, act: str, source: NeedSource, now: datetime, said: dict[str, str]
) -> None:
    audit.record(
        actor, act, organisation_id=transaction.organisation_id, subject=transaction.public_id,
        label=transaction.public_id, source=source.value, said=said,
    )  # fmt: skip
    site = transaction.station.site
    if site is not None:
        publish(
            NeedsChanged(
                organisation_id=transaction.organisation_id,
                subject=site.public_id,
                occurred_at=now,
                site=site.public_id,
            )
        )


def _needs(sessions: list[Transaction], now: datetime) -> list[CarNeed]:
    claims = _claims(sessions, now)
    said = {key: resolve(claims[key], now) for key in claims}
    silent = [one for one in sessions if None in (said[one.pk].energy_wh, said[one.pk].departs_at)]
    for key, found in (estimates(silent, now) if silent else {}).items():
        claims[key] += _beside(said[key], found)
    return [CarNeed(session, resolve(claims[session.pk], now)) for session in sessions]


def _beside(said: Wanted, found: Sequence[Claim]) -> list[Claim]:
    """What is worked out and not said. What is guaranteed by habit belongs to an energy that is known by habit."""
    has_energy = said.energy_wh is not None or any(one.source == NeedSource.BATTERY for one in found)
    return [one for one in found if not (has_energy and one.source == NeedSource.HISTORY and one.energy_wh)]


def _claims(sessions: Sequence[Transaction], now: datetime) -> dict[int, list[Claim]]:
    """What was said of each session, by its key."""
    claims: dict[int, list[Claim]] = {session.pk: [] for session in sessions}
    for need in Need.objects.filter(transaction__in=claims):
        claims[need.transaction_id].append(_said(need))
    fleet, usual = _fleet(sessions, now), _usual(sessions)
    for session in sessions:
        claims[session.pk] += fleet.get(session.id_tag_id or 0, [])[:1]
        claims[session.pk] += [_of_default(one, session) for one in usual if _is_of(one, session)]
    return claims


def _said(need: Need) -> Claim:
    source = NeedSource(need.source)
    figures = need.energy_wh, need.departs_at, need.soon_wh, need.priority
    return Claim(source, *figures, need.charge_now, need.sun_only)


def _fleet(sessions: Iterable[Transaction], now: datetime) -> dict[int, list[Claim]]:
    """The next departures of the cars, by ID tag."""
    tags = {session.id_tag_id for session in sessions if session.id_tag_id}
    found: dict[int, list[Claim]] = {}
    for one in FleetNeed.objects.filter(id_tag__in=tags, departs_at__gt=now).order_by("departs_at"):
        sunny = one.sun_only or None
        claim = Claim(NeedSource.FLEET, one.energy_wh, one.departs_at, priority=one.priority, sun_only=sunny)
        found.setdefault(one.id_tag_id, []).append(claim)
    return found


def _usual(sessions: Iterable[Transaction]) -> list[NeedDefault]:
    tags = [session.id_tag for session in sessions if session.id_tag]
    groups = {tag.group_id for tag in tags if tag.group_id}
    wanted = Q(id_tag__in=[tag.pk for tag in tags]) | Q(group__in=groups)
    return list(NeedDefault.objects.filter(wanted)) if tags else []


def _is_of(usual: NeedDefault, session: Transaction) -> bool:
    tag = session.id_tag
    if tag is None:
        return False
    return usual.id_tag_id == tag.pk or (usual.group_id is not None and usual.group_id == tag.group_id)


def _of_default(usual: NeedDefault, session: Transaction) -> Claim:
    site = session.station.site
    zone = ZoneInfo(site.time_zone if site else "UTC")
    departs_at = next_at(usual.departs_by, session.started_at, zone) if usual.departs_by else None
    source = NeedSource.TAG if usual.id_tag_id else NeedSource.GROUP
    return Claim(source, usual.energy_wh, departs_at, usual.soon_wh, usual.priority)
