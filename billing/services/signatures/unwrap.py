"""The signed texts in a sampled value, out of whatever they were wrapped in on the way.

OCPP 1.6 has no field of its own: stations send the record itself, the record in hex or base64, the container of the
transparency software, or the JSON of OCPP 2.x's SignedMeterValueType (OCA, "Signed Meter Values in OCPP", 2022).
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from billing.ocmf import Unreadable, read_key, safe
from billing.ocmf.record import HEADER
from chargers.ocpp.measurands import SIGNED

OCMF: Final = "OCMF"
_MOST_IN_ONE: Final = 50


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed text, its format ("" for one we do not know), and the key that came with it: to be shown only."""

    text: str
    format: str = ""
    offered_key: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode(errors="surrogatepass")).hexdigest()


def signed_in(sample: dict[str, Any]) -> list[Signed]:
    """The signed texts of one sample of a meter value; none of an ordinary one."""
    inner = sample.get("signed")
    if isinstance(inner, dict):
        return _wrapped(inner)
    if sample.get("format") == SIGNED and isinstance(sample.get("value"), str):
        return list(_opened(sample["value"]))[:_MOST_IN_ONE]
    return []


def key_offered(raw: Any) -> str:
    """The key that came beside a record as hex, base64 or PEM; "" where it is none that can be read.

    In base64 there may be a text inside, such as `oca:base16:asn1:3059...`.
    """
    if not isinstance(raw, str):
        return ""
    for text in (_text_of(_base64(raw.strip())), raw.strip()):
        if text.startswith("oca:"):
            text = text.rpartition(":")[2]
        if text and _is_key(text):
            return text
    return ""


def _is_key(text: str) -> bool:
    try:
        # The shortest curve has points of 25 bytes; less is a text that happens to be base64.
        return len(read_key(text).material) >= 25
    except Unreadable:
        return False


def _wrapped(inner: dict[str, Any]) -> list[Signed]:
    data = inner.get("signedMeterData")
    key = key_offered(inner.get("publicKey"))
    if not isinstance(data, str) or not data:
        return []
    return [Signed(one.text, one.format, one.offered_key or key) for one in _opened(data)][:_MOST_IN_ONE]


def _opened(data: str) -> Iterator[Signed]:
    begin = data.lstrip()[:5]
    if begin == HEADER:
        yield Signed(data, OCMF)
    elif begin.startswith("<"):
        yield from _container(data)
    elif begin.startswith("{"):
        yield from _json(data)
    else:
        yield from _encoded(data)


def _encoded(data: str) -> Iterator[Signed]:
    for decode in (_hex, _base64):
        text = _text_of(decode(data.strip()))
        if text.lstrip().startswith((HEADER, "<")):
            yield from _opened(text)
            return
    yield Signed(data)


def _container(data: str) -> Iterator[Signed]:
    try:
        for value in safe.read(data.encode()):
            known = OCMF if value.record.lstrip().startswith(HEADER) else ""
            yield Signed(value.record, known, key_offered(value.public_key))
    except (Unreadable, UnicodeEncodeError):
        yield Signed(data)


def _json(data: str) -> Iterator[Signed]:
    try:
        inner = json.loads(data)
    except (ValueError, RecursionError):
        inner = None
    yield from (_wrapped(inner) if isinstance(inner, dict) else []) or [Signed(data)]


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _text_of(data: bytes) -> str:
    """As text; "" for what is none, or none that the database can hold."""
    try:
        return data.decode() if b"\0" not in data else ""
    except UnicodeDecodeError:
        return ""
