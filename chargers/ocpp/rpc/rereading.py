"""A second, lenient reading of a CALL the gate refused, for messages whose refusal would lose a charge.

A station repeats a transaction message until it is answered, and then gives it up. So NUL and half surrogate pairs
are stripped from texts, numbers nobody can hold are left out, and of two fields with one name the last one counts,
as most decoders have it. Size and depth stay the gate's; message type, id and action must be beyond doubt.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Final

from chargers.ocpp.rpc.frames import CALL, Payload
from chargers.ocpp.rpc.gate import MAX_INTEGER, MAX_INTEGER_DIGITS, GateError, Refusal, parse

_FORGIVEN: Final = frozenset({Refusal.NOT_JSON, Refusal.DUPLICATE_KEY, Refusal.NUMBER, Refusal.CHARACTER})
_UNUSABLE: Final = object()


@dataclass(frozen=True, slots=True)
class Reread:
    """The four elements of a CALL, and what had to be forgiven for them."""

    frame: list[Any]
    forgiven: tuple[Refusal, ...]


def reread(message: str | bytes, refused: GateError) -> Reread | None:
    """The CALL in a message that was `refused`; None when it has not just one reading."""
    if refused.refusal not in _FORGIVEN or refused.action is None:
        return None
    text = message if isinstance(message, str) else message.decode()
    reader = _Reader()
    try:
        frame = reader.read(text.removeprefix("\ufeff").rstrip("\0"))
    except (ValueError, RecursionError):
        return None
    if not _is_call(frame, refused.action):
        return None
    payload = reader.clean(frame[3])
    # What is left when JSON itself was refused: control characters that stand in a text as they are.
    return Reread([*frame[:3], payload], tuple(reader.forgiven) or (Refusal.CHARACTER,))


def read_call(message: str) -> list[Any]:
    """A CALL as it was read when it came, strictly or leniently. Raises GateError."""
    try:
        return parse(message)
    except GateError as refused:
        read = reread(message, refused)
        if read is None:
            raise
        return read.frame


def _is_call(frame: object, action: str) -> bool:
    if type(frame) is not list or len(frame) != 4:
        return False
    return type(frame[0]) is int and frame[0] == CALL and frame[2] == action and type(frame[3]) is dict


class _Reader:
    """A decoder that notes what it forgives."""

    def __init__(self) -> None:
        self.forgiven: dict[Refusal, None] = {}
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=self._integer, parse_float=self._float,
            parse_constant=self._constant, strict=False,
        )  # fmt: skip

    def read(self, text: str) -> Any:
        return self._decoder.decode(text)

    def _object(self, pairs: list[tuple[str, Any]]) -> Payload:
        value = dict(pairs)
        if len(value) != len(pairs):
            self.forgiven[Refusal.DUPLICATE_KEY] = None
        return value

    def _integer(self, text: str) -> Any:
        fits = len(text.lstrip("-")) <= MAX_INTEGER_DIGITS and abs(int(text)) <= MAX_INTEGER
        return int(text) if fits else self._constant(text)

    def _float(self, text: str) -> Any:
        value = float(text)
        return value if math.isfinite(value) else self._constant(text)

    def _constant(self, text: str) -> Any:
        self.forgiven[Refusal.NUMBER] = None
        return _UNUSABLE

    def clean(self, value: Any) -> Any:
        """A copy without unusable numbers and characters."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.clean(item) for item in value if item is not _UNUSABLE]
        if isinstance(value, dict):
            usable = [(key, item) for key, item in value.items() if item is not _UNUSABLE]
            return self._object([(self._text(key), self.clean(item)) for key, item in usable])
        return value

    def _text(self, text: str) -> str:
        clean = text.replace("\0", "").encode("utf-8", "ignore").decode()
        if clean != text:
            self.forgiven[Refusal.CHARACTER] = None
        return clean
