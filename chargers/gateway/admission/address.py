"""What a station's URL and headers say, read with care."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from chargers.models.station import IDENTITY_PATTERN
from chargers.services.stations.unknown import Knock

_PREFIX = "ocpp"
_IDENTITY = re.compile(rf"{IDENTITY_PATTERN}\Z")
# Proxies and clients resolve these instead of passing them on.
_RELATIVE = {".", ".."}
MAX_CREDENTIALS = 512


class BadHandshake(Exception):
    """A handshake that cannot be served. `status` is the HTTP status, `reason` ours, for the log.

    `knock` is what a station nobody knows has shown; `event` a security event of a station we know: its key, the kind
    and a text.
    """

    def __init__(
        self, status: int, reason: str, knock: Knock | None = None, event: tuple[int, str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.knock = knock
        self.event = event


@dataclass(frozen=True, slots=True)
class Credentials:
    """User name and password of a Basic header; the password is bytes (OCPP 1.6 keys need not be text)."""

    user: str
    key: bytes


def identity_of(raw_path: bytes) -> str:
    """The identity in `/ocpp/<identity>`: duplicate slashes collapsed, one trailing dropped, decoded once.

    Raises BadHandshake(404) for anything but 1 to 48 characters of the allow-list.
    """
    parts = [part for part in raw_path.split(b"/") if part]
    if len(parts) != 2 or parts[0] != _PREFIX.encode():
        raise BadHandshake(404, "no such path")
    identity = unquote_to_bytes(parts[1]).decode("utf-8", errors="replace")
    if not _IDENTITY.match(identity) or identity in _RELATIVE:
        raise BadHandshake(404, "malformed identity")
    return identity


def is_plain(raw_path: bytes, identity: str) -> bool:
    """Whether the address is spelled as we spell it: no doubled or trailing slash, no percent sign."""
    return raw_path == f"/{_PREFIX}/{identity}".encode()


def header(scope: dict[str, Any], name: bytes) -> list[bytes]:
    """All values of a header."""
    return [value for key, value in scope["headers"] if key.lower() == name]


def credentials_of(scope: dict[str, Any]) -> Credentials | None:
    """The Basic credentials, or None when none are offered or they cannot be read.

    Raises BadHandshake(400) for two Authorization headers: two readers could choose differently.
    """
    values = header(scope, b"authorization")
    if len(values) > 1:
        raise BadHandshake(400, "two Authorization headers")
    if not values or len(values[0]) > MAX_CREDENTIALS:
        return None
    kind, _, encoded = values[0].partition(b" ")
    if kind.lower() != b"basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    user, colon, key = decoded.partition(b":")
    return Credentials(user.decode("utf-8", errors="replace"), key) if colon else None


def other_forms(key: bytes) -> list[bytes]:
    """The same key as hexadecimal text in either case, and what it says if it is such text itself.

    OCPP 1.6 keys are 16 to 20 bytes typed in as hexadecimal text, and chargers send the one or the other.
    Always as many forms: what a refusal costs must not depend on the key.
    """
    try:
        raw = bytes.fromhex(key.decode("ascii"))
    except ValueError:
        raw = key
    return [raw, *(form for one in (key, raw) for form in (one.hex().encode(), one.hex().upper().encode()))]


def printable(values: list[bytes], limit: int) -> str:
    """Header values as one safe line for people, cut to `limit`."""
    text = ", ".join(value.decode("latin-1") for value in values)
    return "".join(c if c.isprintable() else "?" for c in text)[:limit]
