"""States of firmware files, updates, campaigns, log requests and transfer links."""

from .tones import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class FirmwareFileState(ToneChoices):
    """What we know of a firmware file; only unsigned and verified ones may go to stations."""

    EMPTY = "empty", WAITING, "Waiting for the file"
    UNSIGNED = "unsigned", WAITING, "Unsigned"
    VERIFIED = "verified", AVAILABLE, "Signature verified"
    REFUSED = "refused", FAULT, "Refused"


class FirmwareUpdateState(ToneChoices):
    """The life of one update of one station. `done` is proven: the station booted with the wanted version."""

    PLANNED = "planned", OFFLINE, "Waiting for its wave"
    QUEUED = "queued", WAITING, "Request queued"
    SCHEDULED = "scheduled", WAITING, "Agreed"
    DOWNLOADING = "downloading", CHARGING, "Downloading"
    DOWNLOADED = "downloaded", CHARGING, "Downloaded"
    VERIFIED = "verified", CHARGING, "Signature verified"
    INSTALLING = "installing", CHARGING, "Installing"
    INSTALLED = "installed", CHARGING, "Installed, version not yet seen"
    DONE = "done", AVAILABLE, "Done"
    FAILED = "failed", FAULT, "Failed"
    REFUSED = "refused", FAULT, "Refused"
    TIMED_OUT = "timed_out", FAULT, "Timed out"
    CANCELLED = "cancelled", OFFLINE, "Cancelled"


RUNNING_UPDATES = (
    FirmwareUpdateState.QUEUED,
    FirmwareUpdateState.SCHEDULED,
    FirmwareUpdateState.DOWNLOADING,
    FirmwareUpdateState.DOWNLOADED,
    FirmwareUpdateState.VERIFIED,
    FirmwareUpdateState.INSTALLING,
    FirmwareUpdateState.INSTALLED,
)
OPEN_UPDATES = (FirmwareUpdateState.PLANNED, *RUNNING_UPDATES)
FAILED_UPDATES = (
    FirmwareUpdateState.FAILED,
    FirmwareUpdateState.REFUSED,
    FirmwareUpdateState.TIMED_OUT,
)


class CampaignState(ToneChoices):
    """The life of a firmware campaign; a stopped one hit its stop rule and may be resumed."""

    RUNNING = "running", CHARGING, "Running"
    PAUSED = "paused", WAITING, "Paused"
    STOPPED = "stopped", FAULT, "Stopped by its rule"
    ABORTED = "aborted", OFFLINE, "Aborted"
    FINISHED = "finished", AVAILABLE, "Finished"


OPEN_CAMPAIGNS = (CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.STOPPED)


class LogKind(ToneChoices):
    """Which log is asked for; the last two need the security extension of OCPP 1.6."""

    DIAGNOSTICS = "diagnostics", AVAILABLE, "Diagnostics"
    DIAGNOSTICS_LOG = "diagnostics_log", AVAILABLE, "Diagnostics log"
    SECURITY_LOG = "security_log", AVAILABLE, "Security log"


class LogRequestState(ToneChoices):
    """The life of a log request. `uploaded` without a file here is what the station says, no more.

    Of an `expired` one the file was here and was deleted when it had been kept long enough.
    """

    QUEUED = "queued", WAITING, "Request queued"
    ACCEPTED = "accepted", WAITING, "Agreed"
    UPLOADING = "uploading", CHARGING, "Uploading"
    UPLOADED = "uploaded", AVAILABLE, "Uploaded"
    FAILED = "failed", FAULT, "Failed"
    REFUSED = "refused", FAULT, "Refused"
    TIMED_OUT = "timed_out", FAULT, "Timed out"
    EXPIRED = "expired", OFFLINE, "Expired, file deleted"


OPEN_LOG_REQUESTS = (LogRequestState.QUEUED, LogRequestState.ACCEPTED, LogRequestState.UPLOADING)


class Transport(ToneChoices):
    """How a station fetches or brings a file."""

    HTTPS = "https", AVAILABLE, "HTTPS"
    FTP = "ftp", WAITING, "FTP (not encrypted)"


class LinkPurpose(ToneChoices):
    """What a transfer link is for."""

    STATION_DOWNLOAD = "station_download", AVAILABLE, "Firmware for a station"
    STATION_UPLOAD = "station_upload", AVAILABLE, "Log from a station"
    FIRMWARE_UPLOAD = "firmware_upload", AVAILABLE, "Firmware from an operator"
    FIRMWARE_DOWNLOAD = "firmware_download", AVAILABLE, "Firmware for an operator"
    LOG_DOWNLOAD = "log_download", AVAILABLE, "Log for an operator"
