"""Local lists: made, changed, given to sites and stations, kept true."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet

from chargers.choices import ListState
from chargers.domain import ReadListVersion
from chargers.models import (
    ChargingStation,
    IdTag,
    IdTagGroup,
    LocalList,
    LocalListSite,
    LocalListStation,
    Site,
    StationList,
)
from cpms.accounts.models import Organisation
from cpms.core import audit, clock, live
from cpms.core.actors import Actor

from ..changes import apply_changes
from ..commands.send import InvalidCommand, command_request
from .entries import carriers, digest, list_entries
from .send import PURPOSE, VERSION, step
from .state import list_state_locked

FIELDS: Final = ("name", "every_tag", "automatic")
LINKS: Final = ("groups", "tags", "sites", "stations")
# How often each station's version is compared with ours.
MIRROR_EVERY: Final = timedelta(hours=6)
_MIRROR: Final = Actor("mirror check")


@transaction.atomic
def local_list_create(organisation: Organisation, actor: Actor, **fields: Any) -> LocalList:
    """A new list; fields of `FIELDS` and `LINKS`. Raises ValidationError naming the field."""
    return _store(LocalList(organisation=organisation), actor, "local_list.created", fields)


@transaction.atomic
def local_list_update(local_list: LocalList, actor: Actor, **fields: Any) -> LocalList:
    """Change a list and who carries it. Raises ValidationError naming the field."""
    return _store(local_list, actor, "local_list.changed", fields)


@transaction.atomic
def local_list_remove(local_list: LocalList, actor: Actor) -> None:
    """Remove a list. What stations hold stays there until another list is sent."""
    _record(actor, "local_list.removed", local_list)
    local_list.delete()


def _store(local_list: LocalList, actor: Actor, action: str, fields: dict[str, Any]) -> LocalList:
    links: dict[str, list[Any]] = {name: list(fields.pop(name)) for name in LINKS if name in fields}
    before = apply_changes(local_list, fields, FIELDS)
    local_list.name = local_list.name.strip()
    for rows in links.values():
        _check_owner(local_list, rows)
    local_list.full_clean(exclude=["organisation"])
    local_list.validate_constraints()
    local_list.save()
    _link(local_list, links)
    _record(actor, action, local_list, before=before)
    _adopt(local_list)
    return local_list


def _check_owner(local_list: LocalList, rows: Iterable[IdTag | IdTagGroup | Site | ChargingStation]) -> None:
    if any(row.organisation_id != local_list.organisation_id for row in rows):
        raise ValidationError("names something of another organisation")


def _link(local_list: LocalList, links: dict[str, list[Any]]) -> None:
    if "groups" in links:
        local_list.groups.set(links["groups"])
    if "tags" in links:
        local_list.tags.set(links["tags"])
    if "sites" in links:
        _give(LocalListSite, "site", local_list, links["sites"])
    if "stations" in links:
        _give(LocalListStation, "station", local_list, links["stations"])


def _give(model: Any, field: str, local_list: LocalList, rows: Collection[Any]) -> None:
    """These carry the list and no others; one that carried another list changes over."""
    model.objects.filter(local_list=local_list).exclude(**{f"{field}__in": rows}).delete()
    for row in rows:
        model.objects.update_or_create(**{field: row}, defaults={"local_list": local_list})


def _adopt(local_list: LocalList) -> None:
    """Every station that carries the list has a row that says how far it is; those that left it forget it."""
    keys = list(carriers(local_list).values_list("pk", flat=True))
    known = set(StationList.objects.filter(pk__in=keys).values_list("pk", flat=True))
    StationList.objects.bulk_create(
        StationList(station_id=key, local_list=local_list) for key in keys if key not in known
    )
    states = StationList.objects.filter(pk__in=keys)
    states.exclude(local_list=local_list).update(local_list=local_list, state=ListState.BEHIND, note="")
    left = StationList.objects.filter(local_list=local_list).exclude(pk__in=keys)
    left.update(local_list=None, wanted_since=None, note="")


@transaction.atomic
def local_list_sync(local_list: LocalList, actor: Actor, stations: Collection[int] | None = None) -> int:
    """Bring the stations (keys; all that carry it) up to the list, those that are away when they come; how many."""
    _adopt(local_list)
    rows = StationList.objects.filter(local_list=local_list)
    if stations is not None:
        rows = rows.filter(pk__in=stations)
    count = _want(rows)
    _record(actor, "local_list.sent", local_list, stations=count)
    return count


def _want(rows: QuerySet[StationList]) -> int:
    named = list(rows.values_list("pk", "station__organisation_id", "station__public_id"))
    wanted = StationList.objects.filter(pk__in=[key for key, _, _ in named])
    wanted.update(wanted_since=clock.now(), asked_at=None, tries=0, note="")
    wanted.filter(state=ListState.CURRENT).update(state=ListState.BEHIND)
    for _, organisation, station in named:
        live.send_on_commit(organisation, stations=[station])
    return len(named)


def local_lists_advance(limit: int = 100) -> int:
    """Take the next step for stations that are there and wanted up to date; how many requests that took."""
    waiting = StationList.objects.filter(
        wanted_since__isnull=False,
        station__connection__opened_at__isnull=False,
        station__connection__closed_at=None,
    )
    keys = list(waiting.order_by("wanted_since").values_list("pk", flat=True)[:limit])
    return sum(step(key) for key in keys)


def local_lists_refresh(now: datetime | None = None) -> int:
    """Notice what has changed in tags, groups, expiry and sites; how many lists are sent.

    A change is sent when it was seen in the same shape twice: somebody who edits ten tags in a row sends one
    message, not ten.
    """
    now = now or clock.now()
    return sum(_refresh(local_list, now) for local_list in LocalList.objects.filter(automatic=True))


@transaction.atomic
def _refresh(local_list: LocalList, now: datetime) -> bool:
    _adopt(local_list)
    _want_newcomers(local_list)
    seen = digest(list_entries(local_list, now=now))
    settled = seen == local_list.seen_digest
    if not settled:
        LocalList.objects.filter(pk=local_list.pk).update(seen_digest=seen, changed_at=now)
    if not settled or seen == local_list.digest:
        return False
    LocalList.objects.filter(pk=local_list.pk).update(digest=seen)
    _want(StationList.objects.filter(local_list=local_list))
    return True


def _want_newcomers(local_list: LocalList) -> None:
    """Stations that have just come to the list, or lost what they had, get it."""
    states = (ListState.UNKNOWN, ListState.DRIFTED, ListState.BEHIND)
    rows = StationList.objects.filter(state__in=states, local_list=local_list, wanted_since=None)
    _want(rows.filter(station__connection__opened_at__isnull=False))


def local_lists_mirror(now: datetime | None = None, most: int = 25) -> int:
    """Ask stations for the version they have, some at a time; how many were asked."""
    now = now or clock.now()
    old = Q(asked_at=None) | Q(asked_at__lt=now - MIRROR_EVERY)
    rows = StationList.objects.filter(
        old,
        local_list__isnull=False,
        wanted_since=None,
        station__connection__opened_at__isnull=False,
        station__connection__closed_at=None,
    ).exclude(state=ListState.UNSUPPORTED)
    stations = [row.station for row in rows.order_by(F("asked_at").asc(nulls_first=True))[:most]]
    return sum(_mirror(station) for station in stations)


@transaction.atomic
def _mirror(station: ChargingStation) -> bool:
    row = list_state_locked(station.pk)
    row.asked_at = clock.now()
    row.save(update_fields=["asked_at"])
    try:
        command_request(station, ReadListVersion(), _MIRROR, purpose=PURPOSE, reference=VERSION)
    except InvalidCommand as error:
        StationList.objects.filter(pk=row.pk).update(state=ListState.UNSUPPORTED, note=str(error)[:255])
        return False
    return True


def _record(actor: Actor, action: str, local_list: LocalList, **detail: Any) -> None:
    audit.record(
        actor, action, organisation_id=local_list.organisation_id, subject=local_list.public_id,
        label=local_list.name, **detail,
    )  # fmt: skip
