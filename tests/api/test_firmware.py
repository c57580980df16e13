"""Firmware and logs over the API."""

from chargers.models import FirmwareFile, LogRequest, TransferLink
from chargers.services.files.firmware_files import firmware_file_received
from tests.firmware import BYTES, MODEL, VENDOR, VERSION, firmware, of_this_make, signer, stored
from tests.worlds import World

from .conftest import Api, refused


def test_a_firmware_is_described_then_brought_then_sent(api: Api, alpha: World) -> None:
    facts = {"vendor": VENDOR, "model": MODEL, "version": VERSION}
    signed = {"signature": signer().sign(BYTES), "certificate": signer().pem}
    made = api.post("/api/v1/firmware-files", facts | signed)
    assert (made.status_code, made.json()["state"]) == (201, "empty")
    path = f"/api/v1/firmware-files/{made.json()['id']}"
    url = api.post(f"{path}/upload-link").json()["url"]
    assert "/transfer/" in url
    refused(api.post(f"{path}/download-link"), 409)
    firmware_file_received(FirmwareFile.objects.get().pk, stored(), "f.bin")
    assert api.get(path).json()["state"] == "verified"
    refused(api.post(f"{path}/upload-link"), 409)
    of_this_make(alpha.station)
    update = api.post(
        f"/api/v1/stations/{alpha.station.identity}/firmware-updates", {"firmware": made.json()["id"]}
    )
    assert (update.status_code, update.json()["is_signed"], update.json()["state"]) == (202, True, "queued")
    refused(api.delete(path), 409)
    again = api.post(
        f"/api/v1/stations/{alpha.station.identity}/firmware-updates", {"firmware": made.json()["id"]}
    )
    assert "under way" in refused(again, 409)["detail"]
    assert api.delete(f"/api/v1/firmware-updates/{update.json()['id']}").json()["state"] == "cancelled"


def test_tokens_are_shown_nowhere_but_in_the_answer_itself(api: Api, alpha: World) -> None:
    of_this_make(alpha.station)
    body = {"firmware": firmware(alpha, by=signer()).public_id}
    update = api.post(f"/api/v1/stations/{alpha.station.identity}/firmware-updates", body).json()
    shown = api.get(f"/api/v1/commands/{update['command']}").content.decode()
    assert "/transfer/***" in shown
    assert TransferLink.objects.count() == 1


def test_unsigned_firmware_needs_a_flag(api: Api, alpha: World) -> None:
    of_this_make(alpha.station)
    path, body = f"/api/v1/stations/{alpha.station.identity}", {"firmware": firmware(alpha).public_id}
    assert "not flagged" in refused(api.post(f"{path}/firmware-updates", body), 409)["detail"]
    api.post(f"{path}/firmware-policy", {"allows_unsigned": True, "reason": "old"})
    assert api.post(f"{path}/firmware-updates", body).json()["is_signed"] is False


def test_a_campaign_can_be_tried_out(api: Api, alpha: World) -> None:
    of_this_make(alpha.station)
    body = {"name": "A", "firmware": firmware(alpha, by=signer()).public_id, "wave_sizes": [1]}
    plan = api.post("/api/v1/firmware-campaigns", body | {"dry_run": True}).json()["stations"]
    assert [(one["station_identity"], one["wave"]) for one in plan] == [(alpha.station.identity, 1)]
    assert api.get("/api/v1/firmware-campaigns").json()["results"] == []
    made = api.post("/api/v1/firmware-campaigns", body).json()
    assert made["counts"] == {"planned": 1}
    updates = api.get(f"/api/v1/firmware-campaigns/{made['id']}/updates").json()["results"]
    assert [one["state"] for one in updates] == ["planned"]
    assert api.post(f"/api/v1/firmware-campaigns/{made['id']}/pause").json()["state"] == "paused"
    refused(api.post(f"/api/v1/firmware-campaigns/{made['id']}/pause"), 409)
    refused(api.post("/api/v1/firmware-campaigns", body | {"wave_sizes": [0]}), 422)


def test_a_log_is_asked_for_and_read(api: Api, alpha: World) -> None:
    made = api.post(f"/api/v1/stations/{alpha.station.identity}/log-requests", {"kind": "security_log"})
    assert (made.status_code, made.json()["state"]) == (202, "queued")
    refused(api.post(f"/api/v1/log-requests/{made.json()['id']}/download-link"), 409)
    assert api.get("/api/v1/log-requests").json()["results"][0]["id"] == made.json()["id"]
    refused(
        api.post(f"/api/v1/stations/{alpha.station.identity}/log-requests", {"kind": "diary"}), 422, "kind"
    )


def test_what_belongs_to_others_is_not_there(api: Api, alpha: World, beta: World) -> None:
    theirs = firmware(beta, by=signer())
    of_this_make(alpha.station)
    refused(api.get(f"/api/v1/firmware-files/{theirs.public_id}"), 404)
    body = {"firmware": theirs.public_id}
    refused(api.post(f"/api/v1/stations/{alpha.station.identity}/firmware-updates", body), 404)


def test_a_log_is_removed_by_who_may_and_only_when_it_has_ended(api: Api, alpha: World) -> None:
    path = f"log-requests/{alpha.log_request.public_id}"
    refused(Api(alpha.key("stations.view", "commands.send")).delete(path), 403)
    assert "on its way" in refused(api.delete(path), 409)["detail"]
    LogRequest.objects.update(state="failed")
    assert api.delete(path).status_code == 204
    refused(api.get(path), 404)


def test_statuses_nobody_asked_for_are_listed_by_station(api: Api, alpha: World, beta: World) -> None:
    _ = (alpha.stray, beta.stray)
    (row,) = api.get("stray-file-reports").json()["results"]
    told = (row["station_identity"], row["about"], row["status"], row["request_id"])
    assert told == ("ALPHA-1", "firmware", "ALPHA done", None)
    assert len(api.get("stray-file-reports?station=ALPHA-1").json()["results"]) == 1
    assert api.get("stray-file-reports?station=OTHER").json()["results"] == []
    refused(api.get("stray-file-reports?colour=red"), 400, "colour")
