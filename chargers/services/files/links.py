"""Transfer links: made for one station or person and one file, found by the hash of their token, ended early.

A download stays open for ranges until its update ends or the link expires; an upload ends its link. Tokens are
256 random bits, so a plain SHA-256 is kept of them.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db.models import F, Q

from chargers.choices import LinkPurpose, Transport
from chargers.models import FirmwareFile, FirmwareUpdate, LogRequest, TransferLink
from cpms.core import clock

from .storage import safe_name

# What a person has to begin a download or an upload.
PERSON_LIFE = timedelta(minutes=15)
# A station's own clock and retries need room behind the planned moment.
STATION_LIFE = timedelta(hours=24)


class NoTransport(Exception):
    """Files cannot travel this way here; the text says what is missing."""


def check_transport(transport: str) -> None:
    """Raise NoTransport when the installation does not offer it."""
    if transport == Transport.FTP and not settings.FTP_PUBLIC_URL:
        raise NoTransport("FTP is not offered here: run `manage.py ftpd` and set FTP_PUBLIC_URL")


def link_for_update(update: FirmwareUpdate, expires_at: datetime) -> str:
    """The address from which the station of an update fetches its firmware."""
    return _make(
        LinkPurpose.STATION_DOWNLOAD, expires_at, update.transport, update.file.file_name,
        organisation_id=update.station.organisation_id, station_id=update.station_id, update=update,
        firmware_file=update.file,
    )  # fmt: skip


def link_for_log(request: LogRequest, expires_at: datetime) -> str:
    """The address to which the station of a log request brings its file."""
    return _make(
        LinkPurpose.STATION_UPLOAD, expires_at, request.transport, "",
        organisation_id=request.station.organisation_id, station_id=request.station_id, log_request=request,
    )  # fmt: skip


def link_for_firmware_upload(file: FirmwareFile) -> str:
    """The address to which an operator brings the bytes of a firmware file."""
    return _for_person(LinkPurpose.FIRMWARE_UPLOAD, "", file.organisation_id, firmware_file=file)


def link_for_firmware_download(file: FirmwareFile) -> str:
    """The address from which an operator fetches a firmware file."""
    return _for_person(
        LinkPurpose.FIRMWARE_DOWNLOAD, file.file_name, file.organisation_id, firmware_file=file
    )


def link_for_log_download(request: LogRequest) -> str:
    """The address from which an operator fetches a log."""
    return _for_person(
        LinkPurpose.LOG_DOWNLOAD, request.file_name, request.station.organisation_id, log_request=request
    )


def _for_person(purpose: LinkPurpose, name: str, organisation_id: int, **what: Any) -> str:
    expires_at = clock.now() + PERSON_LIFE
    return _make(purpose, expires_at, Transport.HTTPS, name, organisation_id=organisation_id, **what)


def _make(purpose: LinkPurpose, expires_at: datetime, transport: str, name: str, **fields: Any) -> str:
    token = secrets.token_urlsafe(32)
    link = TransferLink.objects.create(
        purpose=purpose, transport=transport, expires_at=expires_at, token_hash=hashed(token), **fields
    )
    if transport == Transport.FTP:
        return _ftp_address(link, token, name)
    return f"{settings.TRANSFER_PUBLIC_URL}/{token}/{quote(name)}"


def _ftp_address(link: TransferLink, token: str, name: str) -> str:
    """Name and password inside the address, the only way OCPP 1.6 knows to give a station both."""
    server = urlsplit(settings.FTP_PUBLIC_URL)
    path = quote(name) if name else ""
    return f"ftp://{link.public_id}:{token}@{server.netloc}/{path}"


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_find(token: str, transport: str) -> TransferLink | None:
    """The usable link of a token; None when it is unknown, over, revoked, used up, or for another transport."""
    usable = TransferLink.objects.filter(
        token_hash=hashed(token), transport=transport, revoked_at=None, used_at=None,
        expires_at__gt=clock.now(),
    )  # fmt: skip
    return usable.select_related("firmware_file", "log_request__station", "update", "station").first()


def link_is_over(token: str) -> bool:
    """Whether there once was a link of this token."""
    return TransferLink.objects.filter(token_hash=hashed(token)).exists()


def link_still_open(link: TransferLink) -> bool:
    """Whether a link in use has not ended meanwhile."""
    return bool(_row(link).filter(revoked_at=None, expires_at__gt=clock.now()).exists())


def link_asked(link: TransferLink) -> None:
    """Count a request."""
    _row(link).update(requests=F("requests") + 1, last_request_at=clock.now())


def link_moved(link: TransferLink, size_bytes: int) -> None:
    """Count bytes that went through."""
    _row(link).update(bytes_moved=F("bytes_moved") + size_bytes)


def link_use_up(link: TransferLink) -> bool:
    """End an upload link, once: False when another upload was faster, or the link has ended meanwhile."""
    return bool(_row(link).filter(used_at=None, revoked_at=None).update(used_at=clock.now()))


def links_revoke(**whose: Any) -> None:
    """End all links of an update or a log request: `links_revoke(update=update)`."""
    TransferLink.objects.filter(revoked_at=None, **whose).update(revoked_at=clock.now())


def links_forget(before: datetime) -> int:
    """Delete links that have been over since `before`; how many."""
    return TransferLink.objects.filter(Q(expires_at__lt=before)).delete()[0]


def _row(link: TransferLink) -> Any:
    return TransferLink.objects.filter(pk=link.pk)


def name_for(link: TransferLink) -> str:
    """The name a downloaded file is offered under."""
    if link.log_request is not None:
        return safe_name(link.log_request.file_name, "log.bin")
    file_name = link.firmware_file.file_name if link.firmware_file else ""
    return safe_name(file_name, "firmware.bin")
