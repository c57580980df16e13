"""Pages of firmware and logs."""

import pytest
from django.test import Client

from chargers.choices import FirmwareUpdateState, LogKind
from chargers.models import FirmwareCampaign, FirmwareFile, FirmwareUpdate, LogRequest
from chargers.services.files.firmware_progress import stray_keep
from chargers.services.files.logs import log_request_start
from cpms.accounts.roles import Role
from cpms.core.actors import SYSTEM
from tests.firmware import firmware, of_this_make, signer
from tests.worlds import World

from .conftest import SignIn

CAMPAIGN = {
    "name": "Autumn",
    "wave_sizes": "1, 5",
    "retries": "0",
    "transport": "https",
    "max_failures": "1",
}


@pytest.fixture
def file(world: World) -> FirmwareFile:
    of_this_make(world.station)
    return firmware(world, by=signer())


def test_every_page_opens_and_shows_what_there_is(owner: Client, world: World, file: FirmwareFile) -> None:
    log = log_request_start(world.station, LogKind.SECURITY_LOG, SYSTEM)
    stray_keep(world.source, "log", "<b>Uploaded", 77)
    base = f"/stations/{world.station.public_id}/files/"
    for url, text in {
        "/maintenance/firmware/": "Signature verified",
        "/maintenance/firmware/new/": "Signing certificate",
        "/maintenance/firmware/roots/new/": "manufacturer root",
        f"/maintenance/firmware/{file.public_id}/": file.sha256,
        "/maintenance/campaigns/new/": "Waves",
        "/maintenance/logs/": "&lt;b&gt;Uploaded",
        base: "Security log",
    }.items():
        page = owner.get(url)
        assert (page.status_code, text in page.content.decode()) == (200, True), url
    assert log.state == "queued"
    assert "Request queued" in owner.get(base).content.decode()


def test_a_campaign_is_tried_out_before_it_begins(owner: Client, world: World, file: FirmwareFile) -> None:
    fields = CAMPAIGN | {"firmware": file.public_id}
    tried = owner.post("/maintenance/campaigns/new/", fields | {"try": "1"}).content.decode()
    assert "1 station would be updated" in tried
    assert not FirmwareCampaign.objects.filter(name="Autumn").exists()
    begun = owner.post("/maintenance/campaigns/new/", fields | {"begin": "1"})
    campaign = FirmwareCampaign.objects.get(name="Autumn")
    assert begun["Location"] == f"/maintenance/campaigns/{campaign.public_id}/"
    assert "1 waiting" in owner.get(begun["Location"]).content.decode()
    for act, state in (
        ("pause", "paused"),
        ("resume", "running"),
        ("abort", "aborted"),
        ("resume", "aborted"),
    ):
        owner.post(f"{begun['Location']}{act}/")
        campaign.refresh_from_db()
        assert campaign.state == state


def test_waves_that_are_no_numbers_are_refused_beside_the_field(owner: Client, file: FirmwareFile) -> None:
    fields = CAMPAIGN | {"firmware": file.public_id, "wave_sizes": "one, two", "begin": "1"}
    page = owner.post("/maintenance/campaigns/new/", fields)
    assert page.status_code == 422
    assert "Whole numbers" in page.content.decode()


def test_an_update_is_begun_and_taken_back_on_the_stations_page(
    owner: Client, world: World, file: FirmwareFile
) -> None:
    base = f"/stations/{world.station.public_id}/files/"
    owner.post(f"{base}update/", {"firmware": file.public_id, "retries": "0", "transport": "https"})
    update = FirmwareUpdate.objects.get(state="queued")
    assert "we verified the signature" in owner.get(base).content.decode()
    owner.post(f"/maintenance/updates/{update.public_id}/cancel/")
    update.refresh_from_db()
    assert update.state == FirmwareUpdateState.CANCELLED


def test_what_may_not_be_sent_says_why(owner: Client, world: World) -> None:
    of_this_make(world.station)
    unsigned = firmware(world)
    base = f"/stations/{world.station.public_id}/files/"
    fields = {"firmware": unsigned.public_id, "retries": "0", "transport": "https"}
    page = owner.post(f"{base}update/", fields, follow=True).content.decode()
    assert "not flagged for unsigned updates" in page
    owner.post(f"{base}policy/", {"allows_unsigned": "on", "reason": "old unit"})
    assert "old unit" in owner.post(f"{base}update/", fields, follow=True).content.decode()
    assert not FirmwareUpdate.objects.get(state="queued").is_signed


def test_a_viewer_looks_and_an_operator_asks(signed_in: SignIn, world: World, file: FirmwareFile) -> None:
    base = f"/stations/{world.station.public_id}/files/"
    viewer, operator = signed_in(Role.VIEWER), signed_in(Role.OPERATOR)
    assert viewer.get(base).status_code == 200
    asked = {"kind": "diagnostics", "transport": "https"}
    assert viewer.post(f"{base}log/", asked).status_code == 403
    assert not LogRequest.objects.exists()
    assert operator.post(f"{base}log/", asked).status_code == 302
    assert LogRequest.objects.exists()
    assert operator.post(f"{base}policy/", {"allows_unsigned": "on"}).status_code == 403
    assert operator.get("/maintenance/firmware/new/").status_code == 403


def test_ftp_is_not_offered_where_it_is_off(owner: Client, world: World) -> None:
    base = f"/stations/{world.station.public_id}/files/"
    assert "not encrypted" not in owner.get(base).content.decode()
    page = owner.post(f"{base}log/", {"kind": "diagnostics", "transport": "ftp"}, follow=True)
    assert "transport" in page.content.decode()
    assert LogRequest.objects.get() == world.log_request


def test_a_log_is_removed_from_the_page_by_who_may(owner: Client, world: World, signed_in: SignIn) -> None:
    log = log_request_start(world.station, LogKind.SECURITY_LOG, SYSTEM)
    path = f"/maintenance/logs/{log.public_id}/remove/"
    assert path not in owner.get("/maintenance/logs/").content.decode()
    assert "may still be on its way" in owner.post(path, follow=True).content.decode()
    LogRequest.objects.update(state="timed_out")
    assert path in owner.get("/maintenance/logs/").content.decode()
    operator = signed_in(Role.OPERATOR)
    assert path not in operator.get("/maintenance/logs/").content.decode()
    assert operator.post(path).status_code == 403
    assert "The log is removed" in owner.post(path, follow=True).content.decode()
    assert not LogRequest.objects.filter(pk=log.pk).exists()
