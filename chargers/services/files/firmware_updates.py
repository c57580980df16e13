"""One firmware to one station: whether it may, how it is asked, what its answer means, taking it back."""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from chargers.choices import RUNNING_UPDATES, CommandState, FirmwareUpdateState, Transport
from chargers.domain import UpdateFirmware
from chargers.events import FirmwareUpdateEnded
from chargers.models import ChargingStation, Command, FirmwareFile, FirmwarePolicy, FirmwareUpdate
from cpms.core import audit, clock, live
from cpms.core.actors import Actor
from cpms.core.events import publish

from ..commands.follow_ups import follows
from ..commands.send import InvalidCommand, NotCancellable, command_cancel, command_request
from .firmware_files import firmware_file_judge, fits
from .links import STATION_LIFE, NoTransport, check_transport, link_for_update, links_revoke
from .storage import StorageAway, storage_check

if TYPE_CHECKING:
    from ..commands.end import Reply

PURPOSE = "firmware_update"
# So long without any sign of life, and the update counts as lost.
STALL = timedelta(hours=2)
# A station that is away gets so long to come back before its request expires.
PATIENCE_S = 3600
MAX_STEPS = 100
# Not yet in the station's hands: these can be taken back.
CANCELLABLE = (
    FirmwareUpdateState.PLANNED,
    FirmwareUpdateState.QUEUED,
    FirmwareUpdateState.SCHEDULED,
    FirmwareUpdateState.DOWNLOADING,
)
_UNKNOWN_TO_STATION = {"NotSupported", "NotImplemented"}


class CannotUpdate(Exception):
    """This firmware does not go to this station now; the text says why."""


def choose(file: FirmwareFile, station: ChargingStation) -> tuple[bool, str]:
    """Whether it is sent with its signature, and why so. Raises CannotUpdate."""
    if not file.can_be_sent:
        raise CannotUpdate(file.verdict or "the file itself has not been uploaded yet")
    if not fits(file, station):
        raise CannotUpdate(
            f"it is made for {file.vendor} {file.model}".rstrip()
            + f", this station says {station.vendor or 'nothing'} {station.model}".rstrip()
        )
    policy = FirmwarePolicy.objects.filter(station=station).first() or FirmwarePolicy(station=station)
    if file.is_verified and policy.signed_refused_at is None:
        return True, "Signed: we verified the signature, and the station checks it again."
    if policy.allows_unsigned:
        return False, f"Unsigned: this station is flagged for it ({policy.reason or 'no reason given'})."
    if file.is_verified:
        raise CannotUpdate(
            "the station does not know signed updates; flag it for unsigned ones if that is acceptable"
        )
    raise CannotUpdate("the file has no signature, and the station is not flagged for unsigned updates")


@transaction.atomic
def update_start(
    station: ChargingStation,
    file: FirmwareFile,
    actor: Actor,
    *,
    transport: str = Transport.HTTPS,
    retrieve_at: datetime | None = None,
    install_at: datetime | None = None,
    retries: int = 0,
) -> FirmwareUpdate:
    """Have a station fetch and install a firmware. Raises CannotUpdate, InvalidCommand, StorageAway, NoTransport."""
    if file.organisation_id != station.organisation_id:
        raise CannotUpdate("there is no such firmware")
    update = FirmwareUpdate(
        station=station, file=file, transport=transport, retrieve_at=retrieve_at, install_at=install_at,
        retries=retries, requested_by=f"{actor.source}: {actor.label}"[:160],
    )  # fmt: skip
    update_begin(update, actor)
    audit.record(
        actor, "firmware.update_started", organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity, firmware=str(file), update=update.public_id, signed=update.is_signed,
    )  # fmt: skip
    return update


def update_begin(update: FirmwareUpdate, actor: Actor) -> None:
    """Ask the station (call inside a transaction). Raises as `update_start` does; nothing was sent then."""
    check_transport(update.transport)
    storage_check()
    firmware_file_judge(update.file)
    update.is_signed, update.why_so = choose(update.file, update.station)
    update.why_so = update.why_so[:255]
    update.previous_version = update.station.firmware_version
    if FirmwareUpdate.objects.filter(station=update.station, state__in=RUNNING_UPDATES).exists():
        raise CannotUpdate("another update of this station is still under way")
    update.request_id = new_request_id()
    update.state = FirmwareUpdateState.QUEUED
    try:
        with transaction.atomic():
            update.save()
            _ask(update, actor)
    except IntegrityError:
        raise CannotUpdate("another update of this station was begun at the same moment") from None


def new_request_id() -> int:
    """A number that names a request on the wire, unlikely to have been used before."""
    return secrets.randbelow(2**31 - 1) + 1


def _ask(update: FirmwareUpdate, actor: Actor) -> None:
    moment = clock.now()
    begins = max(moment, update.retrieve_at or moment)
    ends = max(begins, update.install_at or begins)
    links_revoke(update=update)
    file = update.file
    wish = UpdateFirmware(
        request_id=update.request_id,
        location=link_for_update(update, begins + STATION_LIFE),
        retrieve_at=begins,
        install_at=update.install_at,
        signature=file.signature if update.is_signed else "",
        certificate=file.certificate if update.is_signed else "",
    )
    update.command = command_request(
        update.station, wish, actor, purpose=PURPOSE, reference=update.public_id, expires_in_s=PATIENCE_S
    )
    update.attempt += 1
    update.sent_at, update.deadline_at = moment, ends + STALL
    note_step(update, "Asked", f"Request {update.request_id}, attempt {update.attempt}.")
    update.save()
    tell(update)


def update_again(update: FirmwareUpdate, why: str) -> bool:
    """Ask once more, under a new number, if there are retries left (call inside a transaction)."""
    if update.attempt > update.retries:
        return False
    before = update.request_id, update.state
    update.request_id, update.state, update.note = new_request_id(), FirmwareUpdateState.QUEUED, why[:255]
    try:
        with transaction.atomic():
            storage_check()
            _ask(update, Actor("retry of a firmware update"))
    except (InvalidCommand, StorageAway, NoTransport):
        update.request_id, update.state = before
        return False
    return True


@follows(PURPOSE)
def update_answered(command: Command, reply: "Reply") -> None:
    """What the end of the request means for the update; called as the command is settled."""
    update = FirmwareUpdate.objects.select_for_update().filter(command=command).first()
    if update is None or update.state != FirmwareUpdateState.QUEUED:
        return
    if reply.state == CommandState.ACCEPTED:
        update.state = FirmwareUpdateState.SCHEDULED
        note_step(update, "Agreed", "The station will fetch the firmware.")
        update.save()
        tell(update)
    elif reply.state in (CommandState.EXPIRED, CommandState.CANCELLED):
        _not_sent(update)
    elif reply.state in (CommandState.REJECTED, CommandState.CALLERROR):
        _declined(update, reply)
    else:
        note_step(update, "No answer", "It may have understood all the same: waiting for signs of life.")
        update.save()
        tell(update)


def _not_sent(update: FirmwareUpdate) -> None:
    why = "The station was not connected in time."
    if not update_again(update, why):
        update_end(update, FirmwareUpdateState.FAILED, why)


def _declined(update: FirmwareUpdate, reply: "Reply") -> None:
    word = reply.outcome.status if reply.outcome else reply.error_code
    note = f"The station declined: {word or 'no reason given'}."
    if update.is_signed and reply.error_code in _UNKNOWN_TO_STATION:
        FirmwarePolicy.objects.update_or_create(
            station_id=update.station_id, defaults={"signed_refused_at": clock.now()}
        )
        note = "The station does not know signed updates. Flag it for unsigned ones if that is acceptable."
    update_end(update, FirmwareUpdateState.REFUSED, note)


@transaction.atomic
def update_cancel(update: FirmwareUpdate, actor: Actor) -> FirmwareUpdate:
    """Take it back: its link ends at once. Raises CannotUpdate when the station has the file already."""
    update = FirmwareUpdate.objects.select_for_update().get(pk=update.pk)
    if update.state not in CANCELLABLE:
        raise CannotUpdate("the station has the file already, or the update has ended")
    update_end(update, FirmwareUpdateState.CANCELLED, f"Cancelled by {actor.label}.")
    _cancel_command(update, actor)
    audit.record(
        actor, "firmware.update_cancelled", organisation_id=update.station.organisation_id,
        subject=update.station.public_id, label=update.station.identity, update=update.public_id,
    )  # fmt: skip
    return update


def _cancel_command(update: FirmwareUpdate, actor: Actor) -> None:
    if update.command is not None and update.command.state == CommandState.QUEUED:
        try:
            command_cancel(update.command, actor)
        except NotCancellable:
            return


def update_end(update: FirmwareUpdate, state: FirmwareUpdateState, note: str) -> None:
    """Settle an update (call inside a transaction): its link ends, and whoever listens is told."""
    update.state, update.note, update.finished_at = state, note[:255], clock.now()
    note_step(update, state.label, note)
    links_revoke(update=update)
    update.save()
    publish(
        FirmwareUpdateEnded(
            organisation_id=update.station.organisation_id, subject=update.public_id,
            occurred_at=update.finished_at, station=update.station.public_id, state=state,
            version=update.file.version,
        )
    )  # fmt: skip
    tell(update)


def note_step(row: Any, word: str, note: str = "") -> None:
    """Add a line to the history of an update or log request; the caller saves."""
    step = {"at": clock.now().isoformat(), "word": word[:60], "note": note[:255]}
    row.steps = [*row.steps, step][-MAX_STEPS:]


def tell(update: FirmwareUpdate) -> None:
    """Have open pages read it anew."""
    station = update.station
    live.send_on_commit(station.organisation_id, stations=[station.public_id])


@transaction.atomic
def firmware_policy_set(
    station: ChargingStation, actor: Actor, *, allows_unsigned: bool, reason: str = ""
) -> FirmwarePolicy:
    """Flag a station for unsigned updates, or no longer; a new word also lets signed ones be tried again."""
    policy, _ = FirmwarePolicy.objects.update_or_create(
        station=station,
        defaults={
            "allows_unsigned": allows_unsigned,
            "reason": reason[:255],
            "set_by": f"{actor.source}: {actor.label}"[:160],
            "set_at": clock.now(),
            **({} if allows_unsigned else {"signed_refused_at": None}),
        },
    )
    audit.record(
        actor, "firmware.policy_changed", organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity, allows_unsigned=allows_unsigned, reason=reason,
    )  # fmt: skip
    return policy
