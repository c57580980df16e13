"""Logs and diagnostics: asked for, brought over a link of their own, kept as they came, never opened by us."""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from chargers.choices import OPEN_LOG_REQUESTS, CommandState, LogKind, LogRequestState, Transport
from chargers.domain import LogAnnounced, LogProgress, RequestLog
from chargers.events import LogReceived
from chargers.models import ChargingStation, Command, LogRequest
from cpms.core import audit, clock, live
from cpms.core.actors import Actor
from cpms.core.events import publish

from ..commands.follow_ups import follows
from ..commands.send import command_request
from ..source import Source, check_epoch
from .firmware_progress import is_stray, stray_keep
from .firmware_updates import note_step
from .links import check_transport, link_for_log, links_revoke
from .storage import Stored, remove_stored, safe_name, storage_check

if TYPE_CHECKING:
    from ..commands.end import Reply

S = LogRequestState
PURPOSE = "log_request"
# From the wish to the file.
LIFE = timedelta(hours=2)
PATIENCE_S = 1800
_WORKING: Final = {"Uploading"}
_DONE: Final = {"Uploaded"}
_FAILURES: Final = {
    "UploadFailed": "The station could not upload it.",
    "UploadFailure": "The station could not upload it.",
    "BadMessage": "The station found the request malformed.",
    "NotSupportedOperation": "The station cannot do this.",
    "PermissionDenied": "The station was not let in at the address.",
    "AcceptedCanceled": "A newer request took its place.",
}


class CannotRequest(Exception):
    """This log cannot be asked for now; the text says why."""


@transaction.atomic
def log_request_start(
    station: ChargingStation,
    kind: LogKind,
    actor: Actor,
    *,
    transport: str = Transport.HTTPS,
    oldest_at: datetime | None = None,
    latest_at: datetime | None = None,
) -> LogRequest:
    """Ask a station for a log. Raises CannotRequest, InvalidCommand, StorageAway, NoTransport."""
    if oldest_at and latest_at and oldest_at >= latest_at:
        raise CannotRequest("the beginning of the time span lies behind its end")
    check_transport(transport)
    storage_check()
    deadline = clock.now() + LIFE
    request = LogRequest.objects.create(
        station=station, kind=kind, transport=transport, oldest_at=oldest_at, latest_at=latest_at,
        request_id=secrets.randbelow(2**31 - 1) + 1, deadline_at=deadline,
        requested_by=f"{actor.source}: {actor.label}"[:160],
    )  # fmt: skip
    wish = RequestLog(request.request_id, kind, link_for_log(request, deadline), oldest_at, latest_at)
    request.command = command_request(
        station, wish, actor, purpose=PURPOSE, reference=request.public_id, expires_in_s=PATIENCE_S
    )
    _step(request, "Asked", f"Request {request.request_id}.")
    audit.record(
        actor, "log.requested", organisation_id=station.organisation_id, subject=station.public_id,
        label=station.identity, kind=kind, log_request=request.public_id,
    )  # fmt: skip
    return request


@follows(PURPOSE)
def log_answered(command: Command, reply: "Reply") -> None:
    """What the end of the request means; called as the command is settled."""
    request = LogRequest.objects.select_for_update().filter(command=command).first()
    if request is None or request.state != S.QUEUED:
        return
    if reply.state == CommandState.ACCEPTED:
        request.state = S.ACCEPTED
        _step(request, "Agreed", reply.outcome.status if reply.outcome else "")
    elif reply.state in (CommandState.EXPIRED, CommandState.CANCELLED):
        _end(request, S.FAILED, "The request never reached the station.")
    elif reply.state in (CommandState.REJECTED, CommandState.CALLERROR):
        word = reply.outcome.status if reply.outcome else reply.error_code
        _end(request, S.REFUSED, f"The station declined: {word or 'no reason given'}.")
    else:
        _step(request, "No answer", "It may have understood all the same: waiting for the file.")


def log_announced(source: Source, report: LogAnnounced) -> None:
    """The answer named the file that will come; diagnostics without a name are none at all (OCPP 1.6 §6.22)."""
    request = _newest(source, report.request_id)
    if request is None:
        return
    if report.file_name:
        request.announced_name = report.file_name[:255]
        _step(request, "Announced", report.file_name)
    elif report.request_id is None and not request.is_here:
        _end(request, S.REFUSED, "The station says that it has no diagnostics.")


def log_report(source: Source, report: LogProgress) -> None:
    """How far an upload is, by the station's own word. One about a request we never made changes nothing."""
    check_epoch(source)
    request = _newest(source, report.request_id)
    if request is None and is_stray(source.station_id, report.request_id):
        stray_keep(source, "log", report.status, report.request_id)
        return
    ChargingStation.objects.filter(pk=source.station_id).update(diagnostics_status=report.status[:60])
    if request is not None:
        _apply(request, report.status, source.received_at)


def _newest(source: Source, request_id: int | None) -> LogRequest | None:
    """The request with this number; without one the newest that asked for diagnostics."""
    requests: QuerySet[LogRequest] = LogRequest.objects.select_for_update(of=("self",)).select_related(
        "station"
    )
    requests = requests.filter(station_id=source.station_id)
    if request_id is not None:
        return requests.filter(request_id=request_id).first()
    return requests.filter(kind=LogKind.DIAGNOSTICS).order_by("-id").first()


def _apply(request: LogRequest, status: str, at: datetime) -> None:
    request.reported_status, request.reported_at = status[:40], at
    if request.state == S.EXPIRED:
        _step(request, status)
    elif status in _FAILURES and not request.is_here:
        _end(request, S.FAILED, _FAILURES[status])
    elif status in _DONE and request.state != S.UPLOADED:
        note = "" if request.is_here else "The station says so; the file is not here."
        _end(request, S.UPLOADED, note, revoke=request.is_here)
    elif status in _WORKING and request.state in OPEN_LOG_REQUESTS:
        request.state = S.UPLOADING
        _step(request, status)
    else:
        _step(request, status)


@transaction.atomic
def log_received(pk: int, stored: Stored, name: str) -> LogRequest:
    """The file is here. Raises ValidationError when one came before."""
    rows = LogRequest.objects.select_for_update(of=("self",)).select_related("station")
    request = rows.get(pk=pk)
    if request.received_at is not None:
        raise ValidationError("this log was brought already")
    request.file_name = safe_name(name or request.announced_name, f"{request.public_id}.bin")
    request.storage_name, request.size_bytes, request.sha256 = stored.name, stored.size_bytes, stored.sha256
    request.received_at = clock.now()
    publish(
        LogReceived(
            organisation_id=request.station.organisation_id, subject=request.public_id,
            occurred_at=request.received_at, station=request.station.public_id, size_bytes=stored.size_bytes,
        )
    )  # fmt: skip
    _end(request, S.UPLOADED, "")
    return request


def _end(request: LogRequest, state: LogRequestState, note: str, *, revoke: bool = True) -> None:
    request.state, request.note = state, note[:255]
    request.finished_at = request.finished_at or clock.now()
    if revoke:
        links_revoke(log_request=request)
    _step(request, "File received" if request.is_here and state == S.UPLOADED else state.label, note)


def _step(request: LogRequest, word: str, note: str = "") -> None:
    note_step(request, word, note)
    request.save()
    live.send_on_commit(request.station.organisation_id, stations=[request.station.public_id])


@transaction.atomic
def log_remove(request: LogRequest, actor: Actor) -> None:
    """Remove a log and its file. Raises ValidationError while it may still come."""
    if request.state in OPEN_LOG_REQUESTS:
        raise ValidationError("the log may still be on its way")
    audit.record(
        actor, "log.removed", organisation_id=request.station.organisation_id,
        subject=request.station.public_id, label=request.station.identity, log_request=request.public_id,
    )  # fmt: skip
    _delete_file(request)
    request.delete()


def _delete_file(request: LogRequest) -> None:
    """Once it is sure that no row names it any more."""
    name = request.storage_name
    transaction.on_commit(lambda: remove_stored(name), robust=True)


def logs_expire(keep: timedelta) -> int:
    """Delete files that have been kept for so long; their requests stay, marked. How many there were.

    Can run twice at once without harm.
    """
    old = LogRequest.objects.filter(received_at__lt=clock.now() - keep).exclude(storage_name="")
    return sum(_expire(pk, keep) for pk in list(old.values_list("pk", flat=True)))


@transaction.atomic
def _expire(pk: int, keep: timedelta) -> bool:
    rows = LogRequest.objects.select_for_update(skip_locked=True, of=("self",)).exclude(storage_name="")
    request = rows.select_related("station").filter(pk=pk).first()
    if request is None:
        return False
    _delete_file(request)
    request.storage_name = ""
    _end(request, S.EXPIRED, f"The file was deleted after {keep.days} days.")
    return True


def logs_sweep() -> None:
    """Give up requests whose time is over; can run twice at once without harm."""
    late = LogRequest.objects.filter(state__in=OPEN_LOG_REQUESTS, deadline_at__lt=clock.now())
    for pk in list(late.values_list("pk", flat=True)):
        with transaction.atomic():
            rows = LogRequest.objects.select_for_update(skip_locked=True, of=("self",))
            request = rows.select_related("station").filter(pk=pk, state__in=OPEN_LOG_REQUESTS).first()
            if request is not None:
                _end(request, S.TIMED_OUT, "The file did not come in time.")
