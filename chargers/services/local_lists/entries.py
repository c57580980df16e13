"""Who stands on a list, and what one list needs to become another."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from chargers.choices import AuthorizationStatus, TagStatus, TokenType
from chargers.domain import ListEntry, Token, TokenAnswer
from chargers.models import ChargingStation, IdTag, LocalList, LocalListSite, LocalListStation
from cpms.core import clock

from ..tags.objections import refused

Entries = dict[str, dict[str, Any] | None]
"""By UID in capitals: `{"uid", "type", "status", "expires_at", "parent_uid"}`, or None for one to be taken off."""

# Nothing of this kind is ever held up to a reader.
_NOT_HELD_UP: Final = (TokenType.CENTRAL, TokenType.NO_AUTHORIZATION)


def list_tags(local_list: LocalList) -> QuerySet[IdTag]:
    """The tags on a list, by UID."""
    tags = IdTag.objects.filter(organisation_id=local_list.organisation_id).exclude(type__in=_NOT_HELD_UP)
    if not local_list.every_tag:
        groups, single = local_list.groups.values("pk"), local_list.tags.values("pk")
        tags = tags.filter(Q(group__in=groups) | Q(pk__in=single))
    return tags.select_related("group").order_by("uid")


def list_entries(local_list: LocalList, longest_uid: int = 255, now: datetime | None = None) -> Entries:
    """What stands on the list now; tags too long for the protocol are left out, cut they would be others."""
    now = now or clock.now()
    tags = [tag for tag in list_tags(local_list) if len(tag.uid) <= longest_uid]
    unpaid = refused([tag.pk for tag in tags])
    return {tag.uid.upper(): _entry(tag, now, unpaid) for tag in tags}


def _entry(tag: IdTag, now: datetime, unpaid: Mapping[int, AuthorizationStatus]) -> dict[str, Any]:
    return {
        "uid": tag.uid,
        "type": str(tag.type),
        "status": str(_status(tag, now, unpaid)),
        "expires_at": tag.expires_at.isoformat() if tag.expires_at else None,
        "parent_uid": tag.group.name if tag.group else "",
    }


def _status(tag: IdTag, now: datetime, unpaid: Mapping[int, AuthorizationStatus]) -> AuthorizationStatus:
    if tag.status == TagStatus.BLOCKED:
        return AuthorizationStatus.BLOCKED
    if tag.expires_at and tag.expires_at <= now:
        return AuthorizationStatus.EXPIRED
    # Whom nobody pays for stays on the list as refused: one that is not on it may charge offline as somebody unknown.
    return unpaid.get(tag.pk, AuthorizationStatus.ACCEPTED)


def digest(entries: Entries) -> str:
    """Forty characters that are the same for the same entries."""
    text = json.dumps(entries, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def changes(held: Entries, wanted: Entries) -> Entries:
    """What makes `held` into `wanted`: new and changed entries, and None for those to be taken off."""
    gone: Entries = {uid: None for uid in held if uid not in wanted}
    return gone | {uid: entry for uid, entry in wanted.items() if held.get(uid) != entry}


def in_words(entries: Entries, held: Entries) -> tuple[ListEntry, ...]:
    """Entries as the wish carries them; one to be taken off is named as it was sent before."""
    return tuple(_word(uid, entry, held.get(uid)) for uid, entry in entries.items())


def _word(uid: str, entry: dict[str, Any] | None, held: dict[str, Any] | None) -> ListEntry:
    if entry is None:
        known = held or {"uid": uid, "type": TokenType.ISO14443}
        return ListEntry(Token(known["uid"], TokenType(known["type"])), None)
    expires = entry["expires_at"]
    answer = TokenAnswer(
        AuthorizationStatus(entry["status"]),
        datetime.fromisoformat(expires) if expires else None,
        entry["parent_uid"],
    )
    return ListEntry(Token(entry["uid"], TokenType(entry["type"])), answer)


def list_of(station: ChargingStation) -> LocalList | None:
    """The list a station carries: the one that names it, else the one of its site."""
    direct = LocalListStation.objects.filter(station=station).select_related("local_list").first()
    if direct is not None:
        return direct.local_list
    if station.site_id is None:
        return None
    of_site = LocalListSite.objects.filter(site_id=station.site_id).select_related("local_list").first()
    return of_site.local_list if of_site is not None else None


def carriers(local_list: LocalList) -> QuerySet[ChargingStation]:
    """The stations that carry a list."""
    named = Q(local_list_station__local_list=local_list)
    by_site = Q(site__local_list_site__local_list=local_list, local_list_station=None)
    return ChargingStation.objects.filter(named | by_site).order_by("identity")
