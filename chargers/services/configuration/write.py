"""Wanting values of settings, and telling them to stations.

A wish stays with the setting. It is sent once: now, or when the station comes; what was answered stands beside
it, and what the station then reports decides whether it came true.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.choices import CommandState, SettingAnswer
from chargers.domain import WriteSetting
from chargers.models import ChargingStation, Command, StationConnection, StationSetting
from chargers.ocpp.redact import is_secret
from cpms.core import audit, clock, live
from cpms.core.actors import Actor

from ..commands.end import Reply
from ..commands.follow_ups import follows
from ..commands.send import InvalidCommand, command_request
from . import results
from .settings import configuration_locked, settings_of, state_of

PURPOSE: Final = "setting"
MAX_NAME, MAX_VALUE = 200, 500
# How long a station that has just gone may take to come back before the wish is queued anew.
EXPIRES_IN_S: Final = 3600


@transaction.atomic
def settings_want(
    station: ChargingStation, values: Mapping[str, str | None], actor: Actor
) -> list[StationSetting]:
    """Want these values (None: nothing any more) and tell the station. Raises ValidationError naming the setting."""
    for name, value in values.items():
        check_wish(name, value)
    configuration_locked(station.pk)
    rows = settings_of(station.pk)
    wanted = [_want(rows.get(name.lower()), station, name, values[name], actor) for name in values]
    audit.record(
        actor, "station.settings_wanted", organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity, settings=dict(values),
    )  # fmt: skip
    settings_deliver(station, actor)
    live.send_on_commit(station.organisation_id, stations=[station.public_id])
    keys = [row.pk for row in wanted]
    return list(StationSetting.objects.filter(pk__in=keys).order_by("name"))


def check_wish(name: str, value: str | None) -> None:
    """Refuse what no station could take. Raises ValidationError naming the setting."""
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise ValidationError({"name": f"must be 1 to {MAX_NAME} printable characters"})
    if is_secret(name):
        raise ValidationError({name: "is a secret: give the station a new password in its settings instead"})
    if value is not None and (len(value) > MAX_VALUE or not value.isprintable()):
        raise ValidationError({name: f"must be at most {MAX_VALUE} printable characters"})


def _want(
    row: StationSetting | None, station: ChargingStation, name: str, value: str | None, actor: Actor
) -> StationSetting:
    row = row or StationSetting(station=station, name=name.strip())
    want(row, value, actor, send=value is not None)
    row.save()
    return row


def want(row: StationSetting, value: str | None, actor: Actor, *, send: bool) -> None:
    """Put a wish into a row, to be sent or not; the caller saves it."""
    row.desired, row.desired_at = value, None if value is None else clock.now()
    row.desired_by = "" if value is None else actor.label[:160]
    row.answer = SettingAnswer.WAITING if send else SettingAnswer.NONE
    row.answered_at, row.answer_note = None, ""
    row.state = state_of(row)


def is_connected(station_id: int) -> bool:
    """Whether the station's socket is open."""
    open_sockets = StationConnection.objects.filter(pk=station_id, opened_at__isnull=False, closed_at=None)
    return open_sockets.exists()


@transaction.atomic
def settings_deliver(station: ChargingStation, actor: Actor) -> int:
    """Send what waits for this station if it is there; how many commands that took."""
    if not is_connected(station.pk):
        return 0
    waiting = StationSetting.objects.select_for_update().filter(
        station=station, answer=SettingAnswer.WAITING, desired__isnull=False
    )
    return sum(_send(station, row, actor) for row in waiting)


def _send(station: ChargingStation, row: StationSetting, actor: Actor) -> bool:
    try:
        wish = WriteSetting(row.name, row.desired or "")
        command_request(
            station, wish, actor, purpose=PURPOSE, reference=str(row.pk), expires_in_s=EXPIRES_IN_S
        )
    except InvalidCommand as error:
        _answered(row, SettingAnswer.REFUSED, f"cannot be sent: {error}")
        return False
    row.answer = SettingAnswer.SENT
    row.state = state_of(row)
    row.save(update_fields=["answer", "state"])
    return True


_NOTES: Final[dict[str, str]] = {
    CommandState.TIMED_OUT: "the station did not answer",
    CommandState.UNKNOWN: "the connection was lost before the answer",
    CommandState.CANCELLED: "the command was cancelled",
}


@follows(PURPOSE)
def setting_written(command: Command, reply: Reply) -> None:
    """The station answered, or never will. One that went away before it was asked is asked again when it is back."""
    row = StationSetting.objects.select_for_update().filter(pk=int(command.reference)).first()
    if row is None or row.answer != SettingAnswer.SENT:
        return
    if reply.state == CommandState.EXPIRED:
        row.answer = SettingAnswer.WAITING
        row.save(update_fields=["answer"])
        return
    answer, note = _meaning(reply)
    if answer == SettingAnswer.RESTART:
        row.restart_since = clock.now()
    _answered(row, answer, note)


def _meaning(reply: Reply) -> tuple[SettingAnswer, str]:
    word = reply.outcome.status if reply.outcome else ""
    if reply.state == CommandState.ACCEPTED:
        is_later = reply.outcome is not None and reply.outcome.pending
        return (SettingAnswer.RESTART if is_later else SettingAnswer.ACCEPTED), ""
    if reply.state == CommandState.REJECTED:
        return SettingAnswer.REFUSED, f"the station answered {word}" if word else reply.error_description
    return SettingAnswer.FAILED, _NOTES.get(reply.state, f"{reply.error_code} {reply.error_description}")


def _answered(row: StationSetting, answer: SettingAnswer, note: str) -> None:
    row.answer, row.answer_note, row.answered_at = answer, note.strip()[:255], clock.now()
    row.state = state_of(row)
    row.save(update_fields=["answer", "answer_note", "answered_at", "restart_since", "state"])
    results.setting_answered(row)


def settings_deliver_all(actor: Actor, limit: int = 200) -> int:
    """Send what waits for stations that are there now; how many commands that took."""
    waiting: dict[str, Any] = {
        "settings__answer": SettingAnswer.WAITING,
        "connection__opened_at__isnull": False,
        "connection__closed_at": None,
    }
    stations = ChargingStation.objects.filter(**waiting).distinct()[:limit]
    return sum(settings_deliver(station, actor) for station in stations)
