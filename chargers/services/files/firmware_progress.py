"""What stations tell of firmware updates, in any order, and whether the new version really runs."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from chargers.choices import FAILED_UPDATES, RUNNING_UPDATES, FirmwareUpdateState
from chargers.domain import FirmwareProgress, Trigger
from chargers.models import ChargingStation, Command, FirmwareUpdate, StrayFileReport
from cpms.core import clock
from cpms.core.actors import SYSTEM

from ..commands.send import InvalidCommand, command_request
from ..source import Source, check_epoch
from .firmware_updates import STALL, note_step, tell, update_again, update_end

S = FirmwareUpdateState
# Words of FirmwareStatusNotification (OCPP 1.6 §7.25), the security whitepaper and 2.0.1, with what they mean.
_STATES: Final = {
    "DownloadScheduled": S.SCHEDULED,
    "Downloading": S.DOWNLOADING,
    "DownloadPaused": S.DOWNLOADING,
    "Downloaded": S.DOWNLOADED,
    "SignatureVerified": S.VERIFIED,
    "InstallScheduled": S.DOWNLOADED,
    "Installing": S.INSTALLING,
    "InstallRebooting": S.INSTALLING,
    "Installed": S.INSTALLED,
}
_FAILURES: Final = {
    "DownloadFailed": "The station could not download the file.",
    "InstallationFailed": "The station could not install it.",
    "InstallVerificationFailed": "The station found the installed firmware damaged.",
    "InvalidSignature": "The station found the signature wrong.",
    "InvalidChecksum": "The station found the file damaged.",
}
# Asking again would end the same way.
_HOPELESS: Final = {"InvalidSignature"}
# A reboot into the new version takes a while; then it is asked what it runs, then it is given up.
CONFIRM_WITHIN = timedelta(minutes=15)
# A version seen so long after the end still proves an update right.
HINDSIGHT = timedelta(days=1)
MAX_STRAYS = 200
# Without a number, a status can still belong to an update that ended so recently.
NUMBERLESS = timedelta(hours=2)


def firmware_report(source: Source, report: FirmwareProgress) -> None:
    """A firmware status of a station. One about a request we never made is kept aside and changes nothing."""
    check_epoch(source)
    update = _update_of(source, report)
    if update is None and is_stray(source.station_id, report.request_id):
        stray_keep(source, "firmware", report.status, report.request_id)
        return
    ChargingStation.objects.filter(pk=source.station_id).update(firmware_status=report.status[:60])
    if update is not None:
        _apply(update, report.status)


def _update_of(source: Source, report: FirmwareProgress) -> FirmwareUpdate | None:
    updates = _locked().filter(station_id=source.station_id)
    if report.request_id is not None:
        return updates.filter(request_id=report.request_id).first()
    fresh = Q(finished_at__gte=source.received_at - NUMBERLESS)
    running = updates.filter(state__in=RUNNING_UPDATES).first()
    return running or updates.filter(fresh, attempt__gt=0).order_by("-finished_at").first()


def _locked() -> QuerySet[FirmwareUpdate]:
    return FirmwareUpdate.objects.select_for_update(of=("self",)).select_related("station", "file")


def is_stray(station_id: int, request_id: int | None) -> bool:
    """Whether a status names a request nobody made. Somebody may have sent the command by hand."""
    if request_id is None:
        return False
    return not Command.objects.filter(station_id=station_id, payload__requestId=request_id).exists()


def stray_keep(source: Source, about: str, status: str, request_id: int | None) -> None:
    """Keep a status aside for people to see; the oldest make room."""
    strays = StrayFileReport.objects.filter(station_id=source.station_id)
    StrayFileReport.objects.create(
        station_id=source.station_id, about=about, status=status[:40], request_id=request_id,
        received_at=source.received_at,
    )  # fmt: skip
    old = strays.order_by("-id").values_list("pk", flat=True)[MAX_STRAYS:]
    strays.filter(pk__in=list(old)).delete()


def _apply(update: FirmwareUpdate, status: str) -> None:
    """Only forward: a word that comes late is written down and moves nothing back."""
    note_step(update, status)
    if update.state not in RUNNING_UPDATES:
        update.save(update_fields=["steps"])
    elif status in _FAILURES:
        _failed(update, status)
    else:
        _advance(update, _STATES.get(status))


def _failed(update: FirmwareUpdate, status: str) -> None:
    if status in _HOPELESS or not update_again(update, _FAILURES[status]):
        update_end(update, S.FAILED, _FAILURES[status])


def _advance(update: FirmwareUpdate, state: FirmwareUpdateState | None) -> None:
    order = RUNNING_UPDATES
    if state is not None and order.index(state) > order.index(S(update.state)):
        update.state = state
        if state == S.INSTALLED:
            _installed(update)
    moment = clock.now()
    planned = max(moment, update.retrieve_at or moment, update.install_at or moment)
    if update.state != S.INSTALLED:
        update.deadline_at = planned + STALL
    update.save()
    tell(update)
    confirm(update)


def _installed(update: FirmwareUpdate) -> None:
    """It says so; now its version has to say so, too."""
    update.deadline_at = clock.now() + CONFIRM_WITHIN
    if not runs_wanted(update):
        try:
            command_request(update.station, Trigger("BootNotification"), SYSTEM)
        except InvalidCommand:
            return


def runs_wanted(update: FirmwareUpdate) -> bool:
    """Whether the station booted with the wanted version after it was asked to update."""
    station = update.station
    has_booted = bool(station.last_boot_at and update.sent_at and station.last_boot_at > update.sent_at)
    return has_booted and same_version(station.firmware_version, update.file.version)


def same_version(one: str, other: str) -> bool:
    """Whether two texts name the same version; upper and lower case and blanks around do not count."""
    return one.strip().casefold() == other.strip().casefold() != ""


def confirm(update: FirmwareUpdate) -> None:
    """Settle an update whose version was seen. One that only re-installs also needs the station's word."""
    again = same_version(update.previous_version, update.file.version)
    if runs_wanted(update) and (not again or update.state == S.INSTALLED):
        update.reported_version = update.station.firmware_version
        update_end(update, S.DONE, f"It booted with version {update.reported_version}.")


def updates_sweep() -> None:
    """Prove, time out, or put right in hindsight; can run twice at once without harm."""
    moment = clock.now()
    recent = Q(state__in=FAILED_UPDATES, finished_at__gte=moment - HINDSIGHT, attempt__gt=0)
    keys = FirmwareUpdate.objects.filter(Q(state__in=RUNNING_UPDATES) | recent).values_list("pk", flat=True)
    for pk in list(keys):
        with transaction.atomic():
            update = _locked_or_none(pk)
            if update is not None:
                _look(update, moment)


def _locked_or_none(pk: int) -> FirmwareUpdate | None:
    rows = FirmwareUpdate.objects.select_for_update(of=("self",), skip_locked=True)
    return rows.select_related("station", "file").filter(pk=pk).first()


def _look(update: FirmwareUpdate, moment: datetime) -> None:
    if update.state in RUNNING_UPDATES or not same_version(update.previous_version, update.file.version):
        confirm(update)
    is_over = update.deadline_at is not None and update.deadline_at < moment
    if update.state in RUNNING_UPDATES and is_over:
        _give_up(update)


def _give_up(update: FirmwareUpdate) -> None:
    update.reported_version = update.station.firmware_version
    if update.state == S.INSTALLED:
        runs = update.reported_version or "no version"
        update_end(
            update, S.FAILED, f"It says installed, but reports {runs} instead of {update.file.version}."
        )
    else:
        update_end(update, S.TIMED_OUT, f"No sign of life since {S(update.state).label.lower()}.")
