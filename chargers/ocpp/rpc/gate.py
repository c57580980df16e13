"""From the text of a WebSocket message to a JSON array, or a refusal.

The gate refuses what RFC 8259 leaves open and peers read differently: repeated keys, numbers beyond a
double, integers beyond 64 bits, NUL and lone surrogates; and everything that costs too much to look at.
orjson already refuses half of it. The other half is found by counting bytes, which costs a microsecond; only
a message that looks suspicious is decoded again by the exact and slower way.
"""

from __future__ import annotations

import json
import math
import re
from enum import Enum
from typing import Any, Final

import orjson

from chargers.ocpp.rpc.frames import CALL, MessageId

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 32
MAX_NODES: Final = 20_000
MAX_INTEGER: Final = 2**63 - 1
"""Stations without a number for a transaction send this one."""

MAX_INTEGER_DIGITS: Final = 19
MAX_MESSAGE_ID: Final = 255


class Refusal(Enum):
    """Why the gate refused a message; the value is the sentence for logs and CALLERRORs."""

    TOO_LARGE = "message is larger than 1 MiB"
    NOT_UTF8 = "message is not UTF-8"
    NOT_JSON = "message is not JSON"
    NOT_ARRAY = "message is not a JSON array"
    TOO_DEEP = "message is nested deeper than 32 levels"
    TOO_MANY_NODES = "message has more than 20,000 values"
    DUPLICATE_KEY = "an object has the same key twice"
    NUMBER = "a number is not finite or beyond 64 bits"
    CHARACTER = "a string has a NUL character or half a surrogate pair"


class GateError(ValueError):
    """A message did not pass the gate.

    `head` is message type and message id where the start of the message shows them although the rest was
    refused; `action` likewise what a CALL asks for, in letters and digits.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.head: tuple[int, MessageId] | None = None
        self.action: str | None = None


_BOM = b"\xef\xbb\xbf"
_EMPTY = re.compile(rb"\[\s*\]|\{\s*\}")
_HEAD = re.compile(
    rb'\s*\[\s*([0-9])\s*,\s*("[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9]{1,18})\s*(?:,\s*"([A-Za-z0-9]{1,60})"\s*)?[,\]]',
    re.DOTALL,
)
# An id of 255 characters, each as a 12-byte surrogate pair escape, an action, and the punctuation around them.
_HEAD_BYTES = 255 * 12 + 128
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG_NUMBER = b"0" * MAX_INTEGER_DIGITS
_BRACES = bytes.maketrans(b"{}", b"[]")
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def parse(message: str | bytes) -> list[Any]:
    """Decode one message; a leading byte order mark is tolerated.

    Raises GateError.
    """
    raw = _utf8(message)
    if len(raw) > MAX_BYTES:
        raise GateError(Refusal.TOO_LARGE)
    if raw.startswith(_BOM):
        raw = raw[len(_BOM) :]
    try:
        frame = _decode(raw)
    except GateError as refused:
        refused.head, refused.action = _head(raw)
        if refused.refusal is Refusal.NOT_JSON:
            refused.head = None
        raise
    if type(frame) is not list:
        raise GateError(Refusal.NOT_ARRAY)
    return frame


def _utf8(message: str | bytes) -> bytes:
    try:
        if isinstance(message, str):
            return message.encode()
        message.decode()
    except UnicodeEncodeError:
        raise GateError(Refusal.CHARACTER) from None
    except UnicodeDecodeError:
        raise GateError(Refusal.NOT_UTF8) from None
    return message


def _decode(raw: bytes) -> Any:
    _check_size_of_tree(raw)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _decode_exactly(raw)
    if _is_suspicious(raw, value):
        return _decode_exactly(raw)
    return value


def _is_suspicious(raw: bytes, value: Any) -> bool:
    """Whether orjson may have let something pass that the exact decoder refuses.

    A repeated key is lost in `value`, and its colon with it, so both texts have the same number of colons
    only if no key was lost; that needs every colon of `raw` to be written as one, not as an escape.
    """
    if b"\\" in raw and (b"\\u0000" in raw or b"\\u003" in raw):
        return True
    if _LONG_NUMBER in raw.translate(_DIGITS):
        return True
    return raw.count(b":") != orjson.dumps(value).count(b":")


def _check_size_of_tree(raw: bytes) -> None:
    """Refuse what is too deep or has too many values, before anything is built from it.

    Brackets and commas bound both from above, also those inside strings, so that most messages need no closer
    look.
    """
    openers = raw.count(b"[") + raw.count(b"{")
    if openers <= MAX_DEPTH and openers + raw.count(b",") < MAX_NODES:
        return
    structure = _without_strings(raw)
    openers = structure.count(b"[") + structure.count(b"{")
    commas = structure.count(b",")
    if openers > MAX_NODES or commas >= MAX_NODES:
        raise GateError(Refusal.TOO_MANY_NODES)
    if 1 + openers + commas - len(_EMPTY.findall(structure)) > MAX_NODES:
        raise GateError(Refusal.TOO_MANY_NODES)
    if _is_deeper(structure.translate(None, _ALL_BUT_BRACKETS).translate(_BRACES)):
        raise GateError(Refusal.TOO_DEEP)


def _without_strings(raw: bytes) -> bytes:
    """The JSON text with an `s` for every string.

    Raises GateError for more strings than allowed values and their keys could have.
    """
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    if raw.count(b'"') > 4 * MAX_NODES:
        raise GateError(Refusal.TOO_MANY_NODES)
    return b"s".join(raw.split(b'"')[::2])


def _is_deeper(brackets: bytes) -> bool:
    """Each pass removes the innermost pairs, so what is left after 32 passes is deeper than 32."""
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _decode_exactly(raw: bytes) -> Any:
    """The reference: the standard library's decoder with every rule spelled out."""
    try:
        value = _EXACT.decode(raw.decode())
    except GateError:
        raise
    except ValueError:
        raise GateError(Refusal.NOT_JSON) from None
    _check_characters(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise GateError(Refusal.DUPLICATE_KEY)
    return value


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > MAX_INTEGER_DIGITS or abs(int(text)) > MAX_INTEGER:
        raise GateError(Refusal.NUMBER)
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise GateError(Refusal.NUMBER)
    return value


def _constant(text: str) -> Any:
    raise GateError(Refusal.NUMBER)


_EXACT = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)


def _check_characters(value: Any) -> None:
    if isinstance(value, str):
        _check_string(value)
    elif isinstance(value, list):
        for item in value:
            _check_characters(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_string(key)
            _check_characters(item)


def _check_string(text: str) -> None:
    if "\x00" in text:
        raise GateError(Refusal.CHARACTER)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise GateError(Refusal.CHARACTER) from None


def _head(raw: bytes) -> tuple[tuple[int, MessageId] | None, str | None]:
    """Message type and id of a message that was refused, if its first bytes show good ones, and a CALL's action."""
    match = _HEAD.match(raw[:_HEAD_BYTES])
    if match is None:
        return None, None
    try:
        message_id = _decode_exactly(match[2])
    except GateError:
        return None, None
    if not is_message_id(message_id):
        return None, None
    message_type, action = int(match[1]), match[3]
    return (message_type, message_id), action.decode() if action and message_type == CALL else None


def is_message_id(value: object) -> bool:
    """Whether a value may identify a message: an integer, or text of 1 to 255 characters."""
    if type(value) is str:
        return 0 < len(value) <= MAX_MESSAGE_ID
    return type(value) is int
