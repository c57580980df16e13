"""Firmware Management profile and its secure successors, by the features that drive them: files really travel."""

import pytest

from tests.firmware import BYTES, root, signer

from .stage import Json, Stage, at

MAKE: Json = {"chargePointVendor": "Vendor", "chargePointModel": "Model"}
LOG = b"2026-11-21T10:00:00Z everything is fine\n" * 50


def _firmware(stage: Stage, **more: str) -> str:
    """A firmware 2.0 for this make of charge point, with its bytes; its id."""
    facts = {"vendor": "Vendor", "version": "2.0"} | more
    file = stage.post("firmware-files", facts, 201)["id"]
    url = stage.post(f"firmware-files/{file}/upload-link", {}, 201)["url"]
    stage.transfer("PUT", url, BYTES)
    state = stage.get(f"firmware-files/{file}")["state"]
    assert state == ("verified" if "signature" in more else "unsigned")
    return str(file)


def _begun(stage: Stage, file: str) -> str:
    """The operator has the station updated: the address of the update."""
    made = stage.post(f"stations/{stage.identity}/firmware-updates", {"firmware": file}, 202)
    assert made["state"] == "queued"
    return f"firmware-updates/{made['id']}"


def _update(stage: Stage) -> str:
    """UpdateFirmware sent and taken: the address of the update."""
    stage.post(f"stations/{stage.identity}/firmware-policy", {"allows_unsigned": True, "reason": "old"}, 200)
    update = _begun(stage, _firmware(stage))
    frame = stage.charger.expect("UpdateFirmware")
    assert sorted(frame[3]) == ["location", "retrieveDate"]
    stage.charger.answer(frame, {})
    stage.shows(lambda: stage.get(update), state="scheduled")
    assert stage.transfer("GET", frame[3]["location"]) == BYTES
    return update


def _progress(stage: Stage, update: str, *steps: tuple[str, str]) -> None:
    """Each status is acknowledged, shown with the station, and moves the update as said."""
    for status, state in steps:
        assert stage.charger.call("FirmwareStatusNotification", {"status": status}) == {}
        assert stage.station()["product"]["firmware_status"] == status
        assert stage.get(update)["state"] == state


DOWNLOADING, DOWNLOADED = ("Downloading", "downloading"), ("Downloaded", "downloaded")
INSTALLING = ("Installing", "installing")


def test_tc_044_1_firmware_update_installed(stage: Stage) -> None:
    """UpdateFirmware sent with a location that gives the file, and a retrieve date; every status from Downloading to
    Installed acknowledged and shown, a restart in between served; the update is done when the new version is seen."""
    update = _update(stage)
    _progress(stage, update, DOWNLOADING, DOWNLOADED, INSTALLING)
    charger = stage.reboot()
    assert charger.call("BootNotification", MAKE | {"firmwareVersion": "2.0"})["status"] == "Accepted"
    assert charger.call("FirmwareStatusNotification", {"status": "Installed"}) == {}
    stage.work()
    shown = stage.get(update)
    assert (shown["state"], shown["reported_version"]) == ("done", "2.0")
    product = stage.station()["product"]
    assert (product["firmware_version"], product["firmware_status"]) == ("2.0", "Installed")


def _fails(stage: Stage, update: str, status: str, note: str) -> None:
    """The update has failed for this reason, and whoever listens is told."""
    _progress(stage, update, (status, "failed"))
    assert stage.get(update)["note"] == note
    assert [event["payload"]["state"] for event in stage.events("firmware.update_ended")] == ["failed"]


def test_tc_044_2_firmware_update_download_failed(stage: Stage) -> None:
    """UpdateFirmware sent; Downloading and DownloadFailed acknowledged and shown, the update failed with its reason."""
    update = _update(stage)
    _progress(stage, update, DOWNLOADING)
    _fails(stage, update, "DownloadFailed", "The station could not download the file.")


def test_tc_044_3_firmware_update_installation_failed(stage: Stage) -> None:
    """UpdateFirmware sent; Downloading, Downloaded, Installing and InstallationFailed acknowledged and shown, the
    update failed with its reason."""
    update = _update(stage)
    _progress(stage, update, DOWNLOADING, DOWNLOADED, INSTALLING)
    _fails(stage, update, "InstallationFailed", "The station could not install it.")


def _log(stage: Stage, action: str, answer: Json, **body: str) -> tuple[str, Json]:
    """The operator asks for a log, the station agrees: the address of the request, and what was sent."""
    made = stage.post(f"stations/{stage.identity}/log-requests", body, 202)
    frame = stage.charger.expect(action)
    stage.charger.answer(frame, answer)
    request = f"log-requests/{made['id']}"
    stage.shows(lambda: stage.get(request), state="accepted", announced_name="station.log")
    return request, dict(frame[3])


def _kept(stage: Stage, request: str) -> None:
    """The file is here, whole, and given back; whoever listens is told."""
    shown = stage.get(request)
    assert (shown["state"], shown["size_bytes"], shown["file_name"]) == ("uploaded", len(LOG), "station.log")
    url = stage.post(f"{request}/download-link", {}, 201)["url"]
    assert stage.transfer("GET", url) == LOG
    assert len(stage.events("log.received")) == 1


def test_tc_045_1_get_diagnostics(stage: Stage) -> None:
    """GetDiagnostics sent with a location that takes the file; the file name shown, Uploading and Uploaded
    acknowledged and shown, the file kept and given back whole."""
    window = {"oldest_at": at(days=1), "latest_at": at()}
    answer = {"fileName": "station.log"}
    request, sent = _log(stage, "GetDiagnostics", answer, kind="diagnostics", **window)
    assert (sent["startTime"], sent["stopTime"]) == tuple(window.values())
    for status in ("Uploading", "Uploaded"):
        if status == "Uploaded":
            stage.transfer("PUT", sent["location"] + "station.log", LOG)
        assert stage.charger.call("DiagnosticsStatusNotification", {"status": status}) == {}
        assert stage.station()["product"]["diagnostics_status"] == status
    _kept(stage, request)


def test_tc_045_2_get_diagnostics_upload_failed(stage: Stage) -> None:
    """GetDiagnostics sent; Uploading and UploadFailed acknowledged and shown, the request failed with its reason."""
    request, _ = _log(stage, "GetDiagnostics", {"fileName": "station.log"}, kind="diagnostics")
    for status, state in (("Uploading", "uploading"), ("UploadFailed", "failed")):
        assert stage.charger.call("DiagnosticsStatusNotification", {"status": status}) == {}
        assert stage.get(request)["state"] == state
    assert stage.get(request)["note"] == "The station could not upload it."
    assert stage.station()["product"]["diagnostics_status"] == "UploadFailed"


def test_tc_079_security_log(stage: Stage) -> None:
    """GetLog for the SecurityLog sent with a request id and a location that takes the file; the file name shown,
    Uploading and Uploaded with that id acknowledged, the file kept and given back whole."""
    answer = {"status": "Accepted", "filename": "station.log"}
    request, sent = _log(stage, "GetLog", answer, kind="security_log")
    assert (sent["logType"], sent["requestId"]) == ("SecurityLog", stage.get(request)["request_id"])
    for status in ("Uploading", "Uploaded"):
        if status == "Uploaded":
            stage.transfer("PUT", sent["log"]["remoteLocation"] + "station.log", LOG)
        told = {"status": status, "requestId": sent["requestId"]}
        assert stage.charger.call("LogStatusNotification", told) == {}
        assert stage.get(request)["reported_status"] == status
    _kept(stage, request)


def _signed(stage: Stage) -> str:
    """A firmware whose signature was verified up to the manufacturer's root; its id."""
    stage.post("manufacturer-roots", {"vendor": "Vendor", "certificate": root().pem}, 201)
    return _firmware(stage, signature=signer().sign(BYTES), certificate=signer().pem)


def _signed_taken(stage: Stage, file: str, update: str) -> int:
    """SignedUpdateFirmware sent and taken: its number on the wire."""
    frame = stage.charger.expect("SignedUpdateFirmware")
    firmware = frame[3]["firmware"]
    assert firmware["signingCertificate"].strip() == signer().pem.strip()
    assert firmware["signature"] == stage.get(f"firmware-files/{file}")["signature"]
    assert firmware["retrieveDateTime"]
    stage.charger.answer(frame, {"status": "Accepted"})
    stage.shows(lambda: stage.get(update), state="scheduled", is_signed=True)
    assert stage.transfer("GET", firmware["location"]) == BYTES
    return int(frame[3]["requestId"])


def _signed_progress(stage: Stage, update: str, number: int, *steps: tuple[str, str]) -> None:
    for status, state in steps:
        told = {"status": status, "requestId": number}
        assert stage.charger.call("SignedFirmwareStatusNotification", told) == {}
        assert stage.get(update)["state"] == state


def test_tc_080_secure_firmware_update(stage: Stage) -> None:
    """By a campaign SignedUpdateFirmware sent with signature and signing certificate, both checked before; each
    SignedFirmwareStatusNotification, from Downloading over SignatureVerified and InstallRebooting to Installed,
    acknowledged and shown; update and campaign are done when the new version is seen."""
    file = _signed(stage)
    wish = {"name": "Everybody", "firmware": file, "wave_sizes": [1]}
    campaign = f"firmware-campaigns/{stage.post('firmware-campaigns', wish, 201)['id']}"
    stage.work()
    update = f"firmware-updates/{stage.rows(f'{campaign}/updates')[0]['id']}"
    number = _signed_taken(stage, file, update)
    verified, rebooting = ("SignatureVerified", "verified"), ("InstallRebooting", "installing")
    _signed_progress(stage, update, number, DOWNLOADING, DOWNLOADED, verified, INSTALLING, rebooting)
    charger = stage.reboot()
    charger.call("BootNotification", MAKE | {"firmwareVersion": "2.0"})
    told = {"status": "Installed", "requestId": number}
    assert charger.call("SignedFirmwareStatusNotification", told) == {}
    stage.work()
    assert stage.get(update)["state"] == "done"
    shown = stage.get(campaign)
    assert (shown["state"], shown["counts"]) == ("finished", {"done": 1})


def test_tc_081_secure_firmware_update_invalid_signature(stage: Stage) -> None:
    """SignedUpdateFirmware sent; InvalidSignature acknowledged, the update failed with its reason; the security event
    that comes with it acknowledged, listed as critical and told as an alert."""
    file = _signed(stage)
    update = _begun(stage, file)
    number = _signed_taken(stage, file, update)
    _signed_progress(stage, update, number, DOWNLOADING, DOWNLOADED, ("InvalidSignature", "failed"))
    assert stage.get(update)["note"] == "The station found the signature wrong."
    stage.alarmed_by("InvalidFirmwareSignature")


FIRMWARE: Json = {
    "location": "https://files.example.com/one.bin",
    "retrieveDateTime": at(),
    "signingCertificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "signature": "c2lnbmF0dXJl",
}
ELSEWHERE: Json = {"location": "https://files.example.com/one.bin", "retries": 2, "retryInterval": 30}


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("UpdateFirmware", ELSEWHERE | {"retrieveDate": at()}, {}),
        ("GetDiagnostics", ELSEWHERE | {"startTime": at(days=1)}, {"fileName": "diagnostics.zip"}),
        ("SignedUpdateFirmware", {"requestId": 7, "firmware": FIRMWARE}, {"status": "Accepted"}),
        (
            "GetLog",
            {
                "logType": "SecurityLog",
                "requestId": 12,
                "log": {"remoteLocation": "ftp://files.example.com/"},
            },
            {"status": "Accepted", "filename": "security.log"},
        ),
    ],
)
def test_files_can_be_sent_elsewhere_by_hand_too(
    stage: Stage, action: str, payload: Json, answer: Json
) -> None:
    """Any schema-valid payload of these goes out as it is, and the raw answer is shown."""
    command = stage.order(action, payload, answer)
    assert (command["state"], command["result"]) == ("accepted", answer)
