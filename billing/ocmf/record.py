"""An OCMF record: what was signed, byte by byte, and what it says (OCMF 1.2, "JSON based OCMF Format")."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from .errors import Unreadable
from .strict_json import end_of_object, read_object

HEADER = "OCMF|"
# Hundreds of readings fit; a charger sends some dozens at most.
MAX_CHARACTERS = 200_000
_BLANKS = " \t\r\n"
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Record:
    """`payload` are the signed bytes, exactly as received; `data` is what they say, numbers as `Decimal`.

    `algorithm` is None where the record leaves it to the default.
    """

    payload: bytes
    data: dict[str, Any]
    algorithm: str | None
    signature: bytes


def read_record(text: str) -> Record:
    """The record of a text, blanks around it aside. Raises `Unreadable`."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable("the record is too long")
    text = text.strip(_BLANKS)
    if not text.startswith(HEADER):
        raise Unreadable("the record does not begin with OCMF|")
    payload, after = _section(text, len(HEADER), "the payload")
    if text[after : after + 1] != "|":
        raise Unreadable("the record has no signature section")
    section, after = _section(text, after + 1, "the signature section")
    if after != len(text):
        raise Unreadable("the record has more after its signature section")
    data, signed = read_object(payload, "the payload"), read_object(section, "the signature section")
    return Record(_bytes(payload), data, _text(signed, "SA"), _signature(signed))


def _section(text: str, start: int, name: str) -> tuple[str, int]:
    """A section and the index after it. Blanks around its object belong to it: they were signed with it."""
    opening = start + len(text[start:]) - len(text[start:].lstrip(_BLANKS))
    if text[opening : opening + 1] != "{":
        raise Unreadable(f"{name} is not an object")
    end = end_of_object(text, opening, name)
    end += len(text[end:]) - len(text[end:].lstrip(_BLANKS))
    return text[start:end], end


def _bytes(payload: str) -> bytes:
    try:
        return payload.encode()
    except UnicodeEncodeError:
        raise Unreadable("the payload is not UTF-8") from None


def _text(section: dict[str, Any], key: str) -> str | None:
    found = section.get(key)
    if found is not None and not isinstance(found, str):
        raise Unreadable(f"the signature section: {key} is not a text")
    return found


def _signature(section: dict[str, Any]) -> bytes:
    """SD, decoded as SE says. SM has one value; raw r||s, seen in the field, comes without it."""
    if (_text(section, "SM") or "application/x-der").lower() != "application/x-der":
        raise Unreadable("the signature section: SM is not application/x-der")
    text, encoding = _text(section, "SD"), (_text(section, "SE") or "hex").lower()
    if not text:
        raise Unreadable("the signature section: SD is missing")
    if encoding not in ("hex", "base64"):
        raise Unreadable("the signature section: SE is neither hex nor base64")
    return _of_hex(text) if encoding == "hex" else _of_base64(text)


def _of_hex(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise Unreadable("the signature section: SD is not hex")
    return bytes.fromhex(text)


def _of_base64(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("the signature section: SD is not base64") from None
    # Spare bits must be zero, else one signature would have several writings.
    if base64.b64encode(found) != text.encode():
        raise Unreadable("the signature section: SD is not base64")
    return found
