"""Setting the same values on many stations, each with its own result.

A station that is away, or whose settings were never read, waits: it is read first when it comes, so that
what it does not have is left alone. Then the plan is made anew, the wishes are stored and sent.
"""

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from chargers.choices import PlannedChange, PushState, SettingAnswer
from chargers.models import (
    ChargingStation,
    ConfigurationPush,
    ConfigurationTemplate,
    PushResult,
    StationConfiguration,
    StationSetting,
)
from cpms.accounts.models import Organisation
from cpms.core import audit, live
from cpms.core.actors import SYSTEM, Actor

from ..commands.send import InvalidCommand
from . import results as push_results
from .plan import Change, push_plan
from .read import settings_read
from .settings import configuration_locked, settings_of
from .templates import Entry, entries_checked
from .write import settings_deliver, want

# So many stations are begun with at once; the others follow within seconds.
AT_ONCE: Final = 20
_WISHED = (*push_results.TO_SET, PlannedChange.SAME)


@transaction.atomic
def push_start(
    organisation: Organisation,
    label: str,
    entries: list[Entry],
    stations: Sequence[ChargingStation],
    actor: Actor,
    template: ConfigurationTemplate | None = None,
) -> ConfigurationPush:
    """Store the push with a result for each station, and begin with those that are there.

    Raises ValidationError naming the entry.
    """
    push = ConfigurationPush.objects.create(
        organisation=organisation,
        template=template,
        label=label[:120],
        entries=entries_checked(entries),
        actor_label=actor.label[:160],
    )
    PushResult.objects.bulk_create(PushResult(push=push, station=station) for station in stations)
    audit.record(
        actor, "configuration.pushed", organisation_id=organisation.pk, subject=push.public_id, label=push.label,
        stations=len(stations), settings=[entry["name"] for entry in push.entries],
    )  # fmt: skip
    for result in _ready(PushResult.objects.filter(push=push))[:AT_ONCE]:
        _apply(result.pk, actor)
    return push


def pushes_advance(limit: int = 100) -> int:
    """Begin with stations that have come meanwhile; how many were looked at."""
    waiting = _ready(PushResult.objects.all())[:limit]
    for result in waiting:
        _apply(result.pk, SYSTEM)
    return len(waiting)


def _ready(results: QuerySet[PushResult]) -> QuerySet[PushResult]:
    """Results that wait for a station that is there and is not just being read."""
    return results.filter(
        state=PushState.WAITING,
        station__connection__opened_at__isnull=False,
        station__connection__closed_at=None,
    ).exclude(station__configuration__reading_since__isnull=False)


@transaction.atomic
def _apply(key: int, actor: Actor) -> None:
    result = (
        PushResult.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("push__template", "station__connection", "station__organisation")
        .filter(pk=key, state=PushState.WAITING)
        .first()
    )
    if result is None or _reads_first(result.station, actor):
        return
    configuration_locked(result.station_id)
    push = result.push
    plan = push_plan(push.entries, [result.station], push.template)[0]
    result.changes = plan.changes
    _wish(result, Actor(f"{push.actor_label}, {push.label}"[:160], actor.user_id, actor.source))
    push_results.settle(result)
    settings_deliver(result.station, actor)
    _refresh_unsendable(result)
    live.send_on_commit(result.station.organisation_id, stations=[result.station.public_id])


def _reads_first(station: ChargingStation, actor: Actor) -> bool:
    """Whether a reading was begun, because the station's settings are not known yet."""
    configuration = StationConfiguration.objects.filter(pk=station.pk).first()
    # One that was tried and failed leaves a note: then the values are sent unseen.
    if configuration is not None and (configuration.checked_at or configuration.note):
        return False
    try:
        return settings_read(station, actor)
    except InvalidCommand:
        return False


def _wish(result: PushResult, author: Actor) -> None:
    rows = settings_of(result.station_id)
    for change in result.changes:
        if change["plan"] not in _WISHED:
            continue
        name = change["name"]
        row = rows.get(name.lower()) or StationSetting(station_id=result.station_id, name=name)
        send = change["plan"] in push_results.TO_SET
        want(row, change["wanted"], author, send=send)
        row.save()
        change["answer"] = SettingAnswer.WAITING.value if send else SettingAnswer.NONE.value


def _refresh_unsendable(result: PushResult) -> None:
    """What could not even be sent has its answer already."""
    rows = settings_of(result.station_id)
    for change in result.changes:
        row = rows.get(change["name"].lower())
        if row is not None and change["answer"] and row.answer == SettingAnswer.REFUSED:
            change["answer"], change["note"] = row.answer, row.answer_note
    push_results.settle(result)


def changes_now(result: PushResult, rows: dict[str, StationSetting]) -> list[Change]:
    """The changes of a result, each with what the station reports now: `{..., "now", "state"}`."""
    shown = []
    for change in result.changes:
        row = rows.get(change["name"].lower())
        now = {"now": row.reported, "state": row.state} if row else {"now": None, "state": ""}
        shown.append(change | now)
    return shown
