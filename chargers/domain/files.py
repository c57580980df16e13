"""Wishes and reports about files: firmware to a station, logs from a station."""

from dataclasses import dataclass
from datetime import datetime

from chargers.choices import LogKind

from .reports import Report
from .requests import Request


@dataclass(frozen=True, slots=True)
class UpdateFirmware(Request):
    """Fetch and install a firmware. With `signature` (base64) and `certificate` (PEM) the station checks it too.

    `retrieve_at` is when to fetch, `install_at` when to install; None for the latter is at once.
    """

    request_id: int
    location: str
    retrieve_at: datetime
    install_at: datetime | None = None
    signature: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class RequestLog(Request):
    """Bring a log to `location`."""

    request_id: int
    kind: LogKind
    location: str
    oldest_at: datetime | None = None
    latest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogAnnounced(Report):
    """The answer to a request for a log: the name of the file that will come; "" when there is none."""

    file_name: str
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class LogProgress(Report):
    """DiagnosticsStatusNotification (OCPP 1.6 §4.4) and LogStatusNotification (1.6 security, 2.0.1 N01).

    `request_id` is None where the message carries none; statuses are the station's own words.
    """

    status: str
    request_id: int | None = None
