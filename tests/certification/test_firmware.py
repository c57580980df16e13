"""Firmware Management profile and its secure successors."""

from .stage import Json, Stage, at

LOCATION = "https://files.example.com/firmware/one.bin"


def _update(stage: Stage) -> Json:
    wish = {"location": LOCATION, "retries": 2, "retrieveDate": at(), "retryInterval": 30}
    command = stage.order("UpdateFirmware", wish, {})
    assert (command["state"], command["result"]) == ("accepted", {})
    return command


def _progress(stage: Stage, *statuses: str) -> None:
    """Each status is acknowledged and shown."""
    for status in statuses:
        assert stage.charger.call("FirmwareStatusNotification", {"status": status}) == {}
        assert stage.station()["product"]["firmware_status"] == status


def test_tc_044_1_firmware_update_installed(stage: Stage) -> None:
    """UpdateFirmware sent with location and retrieve date; every status from Downloading to Installed acknowledged
    and shown, a restart in between served, the new version shown."""
    _update(stage)
    _progress(stage, "Downloading", "Downloaded", "Installing")
    charger = stage.reboot()
    boot = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "2.0"}
    assert charger.call("BootNotification", boot)["status"] == "Accepted"
    _progress(stage, "Installed")
    assert stage.station()["product"]["firmware_version"] == "2.0"


def test_tc_044_2_firmware_update_download_failed(stage: Stage) -> None:
    """UpdateFirmware sent; Downloading and DownloadFailed acknowledged and shown."""
    _update(stage)
    _progress(stage, "Downloading", "DownloadFailed")


def test_tc_044_3_firmware_update_installation_failed(stage: Stage) -> None:
    """UpdateFirmware sent; Downloading, Downloaded, Installing and InstallationFailed acknowledged and shown."""
    _update(stage)
    _progress(stage, "Downloading", "Downloaded", "Installing", "InstallationFailed")


def _diagnostics(stage: Stage, *statuses: str) -> None:
    wish = {"location": "ftp://files.example.com/logs", "startTime": at(days=1), "stopTime": at()}
    answer = {"fileName": "diagnostics.zip"}
    command = stage.order("GetDiagnostics", wish, answer)
    assert (command["state"], command["result"]) == ("accepted", answer)
    for status in statuses:
        assert stage.charger.call("DiagnosticsStatusNotification", {"status": status}) == {}
        assert stage.station()["product"]["diagnostics_status"] == status


def test_tc_045_1_get_diagnostics(stage: Stage) -> None:
    """GetDiagnostics sent with a location; the file name shown, Uploading and Uploaded acknowledged and shown."""
    _diagnostics(stage, "Uploading", "Uploaded")


def test_tc_045_2_get_diagnostics_upload_failed(stage: Stage) -> None:
    """GetDiagnostics sent; Uploading and UploadFailed acknowledged and shown."""
    _diagnostics(stage, "Uploading", "UploadFailed")


def test_tc_079_security_log(stage: Stage) -> None:
    """GetLog for the SecurityLog sent with a request id; the file name shown, Uploading and Uploaded with that id
    acknowledged."""
    log = {"remoteLocation": "ftp://files.example.com/logs", "latestTimestamp": at()}
    wish = {"log": log, "logType": "SecurityLog", "requestId": 12}
    stage.accepted("GetLog", wish, {"status": "Accepted", "filename": "security.log"})
    for status in ("Uploading", "Uploaded"):
        assert stage.charger.call("LogStatusNotification", {"status": status, "requestId": 12}) == {}
    assert [m["outcome"] for m in stage.messages("LogStatusNotification")] == ["result", "result"]


def _signed_update(stage: Stage, *statuses: str) -> None:
    firmware = {
        "location": LOCATION,
        "retrieveDateTime": at(),
        "signingCertificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "signature": "c2lnbmF0dXJl",
    }
    stage.accepted("SignedUpdateFirmware", {"requestId": 7, "firmware": firmware})
    for status in statuses:
        payload = {"status": status, "requestId": 7}
        assert stage.charger.call("SignedFirmwareStatusNotification", payload) == {}
    assert len(stage.messages("SignedFirmwareStatusNotification")) == len(statuses)


def test_tc_080_secure_firmware_update(stage: Stage) -> None:
    """SignedUpdateFirmware sent with signature and signing certificate; each SignedFirmwareStatusNotification, from
    Downloading over SignatureVerified and InstallRebooting to Installed, acknowledged."""
    _signed_update(
        stage, "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"
    )


def test_tc_081_secure_firmware_update_invalid_signature(stage: Stage) -> None:
    """SignedUpdateFirmware sent; InvalidSignature acknowledged, and the security event that comes with it."""
    _signed_update(stage, "Downloading", "Downloaded", "InvalidSignature")
    event = {"type": "InvalidFirmwareSignature", "timestamp": at()}
    assert stage.charger.call("SecurityEventNotification", event) == {}
