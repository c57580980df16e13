"""A new password or a higher profile for a station: asked for, proven by its next connection, or fallen back from.

Until it is proven or its window ends, the old way and the new one are both accepted, so that no station is locked
out by an answer that was lost.
"""

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from chargers.choices import OPEN_CHANGES, CommandState, SecurityChangeKind, SecurityChangeState
from chargers.domain import KeyTaken, ProfileTaken, Request, SetKey, SetSecurityProfile
from chargers.models import ChargingStation, Command, SecurityChange
from cpms.core import audit, bus, clock, live
from cpms.core.actors import Actor
from cpms.core.secrets import machine_key_hash

from ..commands.follow_ups import follows
from ..commands.send import command_request
from ..source import Source, check_epoch
from .events import CHANGE_FAILED, event_noticed
from .standing import Check, raise_checks

if TYPE_CHECKING:
    from ..commands.end import Reply

PURPOSE: Final = "security_change"
KEY_BYTES: Final = 20
# How long both ways hold: time enough for a station that reboots, or that is offline for the night.
DEFAULT_WINDOW_MIN, MAX_WINDOW_MIN = 60, 7 * 24 * 60
_GONE: Final = (CommandState.REJECTED, CommandState.CALLERROR, CommandState.EXPIRED, CommandState.CANCELLED)


class NotReady(Exception):
    """A higher profile rests on things that are not there; `missing` names them, in the order to do them."""

    def __init__(self, missing: list[Check]) -> None:
        super().__init__("; ".join(check.label for check in missing))
        self.missing = missing


def key_rotate(
    station: ChargingStation, actor: Actor, window_min: int = DEFAULT_WINDOW_MIN
) -> SecurityChange:
    """Give the station a new random password of 160 bits, which nobody sees. Raises InvalidCommand, ValidationError."""
    key = secrets.token_hex(KEY_BYTES)
    with transaction.atomic():
        _pending(station, key)
        return _begin(station, SecurityChangeKind.KEY_ROTATION, SetKey(key), actor, window_min)


def _pending(station: ChargingStation, key: str) -> None:
    station.pending_key_hash = machine_key_hash(station.identity, key.encode())
    ChargingStation.objects.filter(pk=station.pk).update(pending_key_hash=station.pending_key_hash)


def profile_raise(
    station: ChargingStation,
    actor: Actor,
    profile: int,
    window_min: int = DEFAULT_WINDOW_MIN,
    *,
    anyway: bool = False,
) -> SecurityChange:
    """Have the station come with a higher profile; `anyway` also where it could not come back with it.

    Raises NotReady, InvalidCommand, ValidationError.
    """
    if not station.security_profile_floor < profile <= 3:
        raise ValidationError({"profile": "a station itself only goes up from what it has to reach now"})
    missing = [check for check in raise_checks(station, profile) if not check.is_met]
    if missing and not anyway:
        raise NotReady(missing)
    with transaction.atomic():
        wish = SetSecurityProfile(profile)
        return _begin(station, SecurityChangeKind.PROFILE_RAISE, wish, actor, window_min, profile)


def _begin(
    station: ChargingStation,
    kind: SecurityChangeKind,
    wish: Request,
    actor: Actor,
    window_min: int,
    profile: int | None = None,
) -> SecurityChange:
    change = _open(station, kind, f"{actor.source}: {actor.label}", window_min, profile)
    change.command = command_request(
        station, wish, actor, purpose=PURPOSE, reference=change.public_id, expires_in_s=window_min * 60
    )
    change.save(update_fields=["command"])
    _record(actor, f"station.{kind}_asked", station, profile=profile)
    return change


def _open(
    station: ChargingStation, kind: SecurityChangeKind, label: str, window_min: int, profile: int | None
) -> SecurityChange:
    if not 1 <= window_min <= MAX_WINDOW_MIN:
        raise ValidationError({"window_min": f"from 1 to {MAX_WINDOW_MIN} minutes"})
    try:
        with transaction.atomic():
            return SecurityChange.objects.create(
                station=station, kind=kind, profile=profile, actor_label=label[:160],
                window_until=clock.now() + timedelta(minutes=window_min),
            )  # fmt: skip
    except IntegrityError:
        raise ValidationError("such a change is on its way already; let it end first") from None


@follows(PURPOSE)
def _answered(command: Command, reply: "Reply") -> None:
    """Refused: nothing changes. A lost answer leaves both ways open until the window ends."""
    change = SecurityChange.objects.filter(public_id=command.reference, state__in=OPEN_CHANGES).first()
    if change is not None and reply.state in _GONE:
        _end(
            change,
            SecurityChangeState.REFUSED,
            reply.error_description or str(CommandState(reply.state).label),
        )


@transaction.atomic
def key_taken(source: Source, report: KeyTaken) -> None:
    """The station agreed to a password; one that somebody sent by hand is followed in the same way."""
    check_epoch(source)
    station = ChargingStation.objects.select_for_update().get(pk=source.station_id)
    change = _current(station, SecurityChangeKind.KEY_ROTATION)
    if change is None or machine_key_hash(station.identity, report.key.encode()) != station.pending_key_hash:
        _pending(station, report.key)
    _await_return(station, change, SecurityChangeKind.KEY_ROTATION, None)


@transaction.atomic
def profile_taken(source: Source, report: ProfileTaken) -> None:
    """The station agreed to a security profile; one that somebody sent by hand is followed in the same way."""
    check_epoch(source)
    station = ChargingStation.objects.select_for_update().get(pk=source.station_id)
    if report.profile > station.security_profile_floor:
        change = _current(station, SecurityChangeKind.PROFILE_RAISE)
        _await_return(station, change, SecurityChangeKind.PROFILE_RAISE, report.profile)


def _current(station: ChargingStation, kind: SecurityChangeKind) -> SecurityChange | None:
    return SecurityChange.objects.filter(station=station, kind=kind, state__in=OPEN_CHANGES).first()


def _await_return(
    station: ChargingStation,
    change: SecurityChange | None,
    kind: SecurityChangeKind,
    profile: int | None,
) -> None:
    change = change or _open(station, kind, "command by hand", DEFAULT_WINDOW_MIN, profile)
    change.state, change.profile = SecurityChangeState.WAITING, profile
    change.save(update_fields=["state", "profile"])
    # A key holds from the next connection on; for a profile the station itself comes back.
    if kind == SecurityChangeKind.KEY_ROTATION:
        reconnect(station)
    _told(station)


def reconnect(station: ChargingStation) -> None:
    """Have whoever holds the station's socket close it; sockets opened later are left alone."""
    ChargingStation.objects.filter(pk=station.pk).update(reconnect_wanted_at=clock.now())
    pk = station.pk
    transaction.on_commit(lambda: bus.forget_station(pk), robust=True)


@transaction.atomic
def proven(station_id: int, profile: int, *, with_pending_key: bool) -> str | None:
    """The station came in with this profile, and maybe with the new key: what it proves holds from now on.

    Returns the hash of the key that is now its only one when that changed.
    """
    station = ChargingStation.objects.select_for_update().get(pk=station_id)
    if with_pending_key and station.pending_key_hash:
        _key_proven(station)
    change = _current(station, SecurityChangeKind.PROFILE_RAISE)
    if change is not None and change.profile is not None and profile >= change.profile:
        station.security_profile_floor = change.profile
        station.save(update_fields=["security_profile_floor"])
        _end(change, SecurityChangeState.DONE)
    return station.key_hash if with_pending_key else None


def _key_proven(station: ChargingStation) -> None:
    station.former_key_hash, station.key_hash = station.key_hash, station.pending_key_hash
    station.pending_key_hash, station.key_changed_at = "", clock.now()
    station.save(update_fields=["former_key_hash", "key_hash", "pending_key_hash", "key_changed_at"])
    change = _current(station, SecurityChangeKind.KEY_ROTATION)
    if change is not None:
        _end(change, SecurityChangeState.DONE)


def changes_sweep() -> int:
    """Fall back from changes whose window has ended; how many."""
    late = SecurityChange.objects.filter(state__in=OPEN_CHANGES, window_until__lt=clock.now())
    rows = list(late.select_related("station"))
    for change in rows:
        with transaction.atomic():
            _end(change, SecurityChangeState.FELL_BACK, "it did not come back the new way in time")
            event_noticed(change.station_id, CHANGE_FAILED, SecurityChangeKind(change.kind).label)
    return len(rows)


def _end(change: SecurityChange, state: SecurityChangeState, note: str = "") -> None:
    change.state, change.finished_at, change.note = state, clock.now(), note[:255]
    change.save(update_fields=["state", "finished_at", "note"])
    if change.kind == SecurityChangeKind.KEY_ROTATION and state != SecurityChangeState.DONE:
        ChargingStation.objects.filter(pk=change.station_id).update(pending_key_hash="")
    _told(change.station)


@transaction.atomic
def profile_floor_set(station: ChargingStation, actor: Actor, profile: int) -> ChargingStation:
    """Say by hand what the station must reach at least; who may lower it is for the caller to see.

    Raises ValidationError for a value no station can be set to.
    """
    if profile not in (1, 2, 3):
        raise ValidationError({"profile": "1, 2 or 3; without a password only for a while, see open_until"})
    before = station.security_profile_floor
    station.security_profile_floor = profile
    ChargingStation.objects.filter(pk=station.pk).update(security_profile_floor=profile)
    _record(actor, "station.security_profile_set", station, before=before, after=profile)
    if profile > before:
        reconnect(station)
    _told(station)
    return station


def _record(actor: Actor, action: str, station: ChargingStation, **detail: object) -> None:
    audit.record(
        actor, action, organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity, **detail,
    )  # fmt: skip


def _told(station: ChargingStation) -> None:
    live.send_on_commit(station.organisation_id, stations=[station.public_id])
