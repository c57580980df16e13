"""Updates, campaigns and logs: statuses in any order, proof by version, stop rules, unknown requests."""

from datetime import timedelta

import pytest
from django.conf import settings

from chargers.choices import CommandState, FirmwareUpdateState, LogKind
from chargers.domain import FirmwareProgress, LogAnnounced, LogProgress, Outcome
from chargers.models import (
    ChargingStation,
    Command,
    FirmwareCampaign,
    FirmwarePolicy,
    FirmwareUpdate,
    LogRequest,
    StrayFileReport,
    TransferLink,
)
from chargers.services.commands.end import Reply, finish
from chargers.services.files.firmware_campaigns import (
    campaign_create,
    campaign_plan,
    campaign_resume,
    campaigns_drive,
    wave_of,
)
from chargers.services.files.firmware_progress import firmware_report, updates_sweep
from chargers.services.files.firmware_updates import CannotUpdate, firmware_policy_set, update_start
from chargers.services.files.links import NoTransport
from chargers.services.files.logs import log_announced, log_report, log_request_start, logs_sweep
from chargers.services.files.storage import StorageAway
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.firmware import VERSION, firmware, of_this_make, signer
from tests.worlds import World

from .reports import source_of

ORDER = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"]


@pytest.fixture
def update(world: World) -> FirmwareUpdate:
    return update_start(of_this_make(world.station), firmware(world, by=signer()), SYSTEM)


def say(update: FirmwareUpdate, status: str, request_id: int | None = 0) -> FirmwareUpdate:
    number = update.request_id if request_id == 0 else request_id
    firmware_report(source_of(update.station), FirmwareProgress(status, number))
    update.refresh_from_db()
    return update


def answered(command: Command, state: CommandState, **more: object) -> None:
    finish(command, Reply(state, **more))  # type: ignore[arg-type]


def boots_with(station: ChargingStation, version: str) -> None:
    moment = clock.now() + timedelta(seconds=1)
    ChargingStation.objects.filter(pk=station.pk).update(firmware_version=version, last_boot_at=moment)


def test_a_signed_request_carries_what_the_station_needs(update: FirmwareUpdate) -> None:
    assert update.command is not None
    payload = update.command.payload
    assert (update.command.action, payload["requestId"]) == ("SignedUpdateFirmware", update.request_id)
    assert payload["firmware"]["signature"] == update.file.signature
    assert payload["firmware"]["location"].startswith(settings.TRANSFER_PUBLIC_URL)


@pytest.mark.parametrize("words", [ORDER, ORDER[::-1], ["Installed", "Downloading"]], ids=str)
def test_words_in_any_order_move_forward_only_and_the_version_decides(
    update: FirmwareUpdate, words: list[str]
) -> None:
    """Seen failing with `confirm` satisfied by the word Installed."""
    for word in words:
        say(update, word)
    assert update.state == FirmwareUpdateState.INSTALLED
    assert [step["word"] for step in update.steps[1:]] == words
    boots_with(update.station, VERSION)
    updates_sweep()
    updates_sweep()
    update.refresh_from_db()
    assert (update.state, update.reported_version) == ("done", VERSION)
    assert not TransferLink.objects.filter(update=update, revoked_at=None).exists()


def test_installed_with_the_old_version_is_a_failure(update: FirmwareUpdate) -> None:
    say(update, "Installed")
    assert Command.objects.filter(action="TriggerMessage").exists()
    FirmwareUpdate.objects.update(deadline_at=clock.now() - timedelta(seconds=1))
    updates_sweep()
    update.refresh_from_db()
    assert update.state == FirmwareUpdateState.FAILED
    assert "reports 4.2.0 instead of 5.0.0" in update.note


def test_silence_times_out_and_hindsight_puts_it_right(update: FirmwareUpdate) -> None:
    FirmwareUpdate.objects.update(deadline_at=clock.now() - timedelta(seconds=1))
    updates_sweep()
    update.refresh_from_db()
    assert update.state == FirmwareUpdateState.TIMED_OUT
    boots_with(update.station, VERSION)
    updates_sweep()
    update.refresh_from_db()
    assert update.state == FirmwareUpdateState.DONE


@pytest.mark.parametrize("word", ["DownloadFailed", "InstallationFailed", "InvalidSignature"])
def test_a_failure_ends_the_update_and_its_link(update: FirmwareUpdate, word: str) -> None:
    assert say(update, word).state == FirmwareUpdateState.FAILED
    assert not TransferLink.objects.filter(update=update, revoked_at=None).exists()


def test_a_failed_download_is_asked_for_again_as_often_as_wished(world: World) -> None:
    station, file = of_this_make(world.station), firmware(world, by=signer())
    update = update_start(station, file, SYSTEM, retries=1)
    first = update.request_id
    say(update, "DownloadFailed")
    assert (update.state, update.attempt) == ("queued", 2)
    assert update.request_id != first
    assert say(update, "DownloadFailed").state == FirmwareUpdateState.FAILED


def test_a_status_about_an_unknown_request_is_kept_aside_and_changes_nothing(update: FirmwareUpdate) -> None:
    """B99. Seen failing with `_update_of` falling back to the running update."""
    before = FirmwareUpdate.objects.values().get()
    say(update, "InstallationFailed", 999_999)
    assert FirmwareUpdate.objects.values().get() == before
    stray = StrayFileReport.objects.get()
    assert (stray.about, stray.status, stray.request_id) == ("firmware", "InstallationFailed", 999_999)
    assert ChargingStation.objects.get().firmware_status == ""


def test_idle_without_any_update_is_no_stray(world: World) -> None:
    firmware_report(source_of(world.station), FirmwareProgress("Idle"))
    assert not StrayFileReport.objects.exists()
    assert ChargingStation.objects.get().firmware_status == "Idle"


def test_a_station_without_signed_updates_gets_unsigned_ones_only_when_flagged(
    update: FirmwareUpdate,
) -> None:
    assert update.command is not None
    answered(update.command, CommandState.CALLERROR, error_code="NotSupported")
    update.refresh_from_db()
    assert update.state == FirmwareUpdateState.REFUSED
    assert FirmwarePolicy.objects.get().signed_refused_at
    with pytest.raises(CannotUpdate, match="flag it"):
        update_start(update.station, update.file, SYSTEM)
    firmware_policy_set(update.station, SYSTEM, allows_unsigned=True, reason="old unit")
    plain = update_start(update.station, update.file, SYSTEM)
    assert plain.command is not None
    assert (plain.command.action, plain.is_signed) == ("UpdateFirmware", False)
    assert "old unit" in plain.why_so


def test_firmware_for_another_make_is_refused(world: World) -> None:
    with pytest.raises(CannotUpdate, match="made for"):
        update_start(world.station, firmware(world, by=signer()), SYSTEM)


def test_a_broken_storage_refuses_before_anything_is_sent(
    world: World, settings: object, tmp_path: object
) -> None:
    """F46: with a file where the folder should be."""
    file = firmware(world, by=signer())
    station = of_this_make(world.station)
    blocked = f"{tmp_path}/blocked"
    open(blocked, "w").close()
    options = {"location": blocked}
    settings.STORAGES = settings.STORAGES | {  # type: ignore[attr-defined]
        "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    }
    with pytest.raises(StorageAway):
        log_request_start(station, LogKind.DIAGNOSTICS, SYSTEM)
    with pytest.raises(StorageAway):
        update_start(station, file, SYSTEM)
    assert not Command.objects.exists()


def test_ftp_is_refused_where_it_is_off(world: World) -> None:
    with pytest.raises(NoTransport):
        log_request_start(world.station, LogKind.DIAGNOSTICS, SYSTEM, transport="ftp")


def test_waves_are_counted_and_the_last_size_repeats() -> None:
    assert [wave_of(place, [1, 2]) for place in range(7)] == [1, 2, 2, 3, 3, 4, 4]


def campaign(world: World, count: int = 4, **fields: object) -> FirmwareCampaign:
    stations = [of_this_make(world.connected_station(f"C-{n}")) for n in range(count)]
    file = firmware(world, by=signer())
    return campaign_create(
        world.organisation, SYSTEM, file, stations, **{"name": "A", "wave_sizes": [1, 2]} | fields
    )


def states(campaign: FirmwareCampaign) -> list[str]:
    return list(campaign.updates.order_by("id").values_list("state", flat=True))


def test_a_wave_begins_when_the_one_before_has_ended_however_often_it_is_driven(world: World) -> None:
    """Seen failing (three requests) without the look at running updates."""
    made = campaign(world)
    for _ in range(3):
        campaigns_drive()
    assert states(made) == ["queued", "planned", "planned", "planned"]
    assert Command.objects.count() == 1
    first = made.updates.order_by("id")[0]
    say(first, "Installed")
    boots_with(first.station, VERSION)
    updates_sweep()
    campaigns_drive()
    assert states(made) == ["done", "queued", "queued", "planned"]


def test_too_many_failures_stop_it_and_a_resume_forgives_them(world: World) -> None:
    made = campaign(world, max_failures=0)
    campaigns_drive()
    say(made.updates.order_by("id")[0], "InstallationFailed")
    campaigns_drive()
    made.refresh_from_db()
    assert (made.state, made.note) == ("stopped", "1 failed; at most 0 may.")
    assert states(made)[1:] == ["planned"] * 3
    campaign_resume(made, SYSTEM)
    campaigns_drive()
    assert states(made)[1:] == ["queued", "queued", "planned"]


def test_a_share_of_failures_stops_it_as_well(world: World) -> None:
    made = campaign(world, max_failed_percent=50)
    campaigns_drive()
    say(made.updates.order_by("id")[0], "DownloadFailed")
    campaigns_drive()
    made.refresh_from_db()
    assert made.note == "1 of 1 failed; at most 50 % may."


def test_a_dry_run_says_who_is_left_out_and_why(world: World) -> None:
    file = firmware(world, by=signer())
    has_it = of_this_make(world.connected_station("HAS-IT"), VERSION)
    plan = campaign_plan(file, [has_it, world.station, of_this_make(world.connected_station("OK"))], [1])
    assert [one.wave for one in plan] == [0, 0, 1]
    assert "already" in plan[0].why
    assert "made for" in plan[1].why
    assert not FirmwareUpdate.objects.exists()


def request_of(world: World, kind: LogKind = LogKind.DIAGNOSTICS) -> LogRequest:
    return log_request_start(world.station, kind, SYSTEM)


def test_what_the_station_says_and_what_is_here_are_two_facts(world: World) -> None:
    request = request_of(world)
    source = source_of(world.station)
    log_announced(source, LogAnnounced("diag.zip"))
    for status in ("Uploading", "Uploaded"):
        log_report(source, LogProgress(status))
    request.refresh_from_db()
    assert (request.state, request.reported_status, request.is_here) == ("uploaded", "Uploaded", False)
    assert "not here" in request.note
    assert TransferLink.objects.filter(log_request=request, revoked_at=None).exists()


def test_a_station_without_diagnostics_says_so_by_naming_no_file(world: World) -> None:
    request = request_of(world)
    log_announced(source_of(world.station), LogAnnounced(""))
    request.refresh_from_db()
    assert (request.state, request.note) == ("refused", "The station says that it has no diagnostics.")


def test_a_log_that_was_declined_or_failed_or_never_came(world: World) -> None:
    declined, failed, silent = (request_of(world, LogKind.SECURITY_LOG) for _ in range(3))
    assert declined.command is not None
    answered(declined.command, CommandState.REJECTED, outcome=Outcome(False, "Rejected"))
    log_report(source_of(world.station), LogProgress("UploadFailure", failed.request_id))
    LogRequest.objects.filter(pk=silent.pk).update(deadline_at=clock.now() - timedelta(seconds=1))
    logs_sweep()
    found = [LogRequest.objects.get(pk=one.pk).state for one in (declined, failed, silent)]
    assert found == ["refused", "failed", "timed_out"]


def test_a_log_status_about_an_unknown_request_changes_nothing(world: World) -> None:
    """B100."""
    request = request_of(world, LogKind.SECURITY_LOG)
    log_report(source_of(world.station), LogProgress("Uploaded", 424_242))
    assert LogRequest.objects.get(pk=request.pk).state == "queued"
    assert StrayFileReport.objects.get().about == "log"
