"""Finding a number in a JSON document by a path such as `meters[0].current`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from .errors import BadSettings, MeterError
from .reading_settings import number, text
from .sample import Sample

_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d{1,4})\]")
_WHOLE: Final = re.compile(r"(?:[^.\[\]]+|\[\d{1,4}\])(?:\.[^.\[\]]+|\[\d{1,4}\])*")


@dataclass(frozen=True, slots=True)
class Found:
    """Where a number stands and what it is multiplied with to be A or W."""

    path: tuple[str | int, ...]
    scale: float = 1.0


def path_of(written: str, place: str) -> tuple[str | int, ...]:
    """The steps of a path. Raises BadSettings."""
    if not _WHOLE.fullmatch(written):
        raise BadSettings(place, "is written like meters[0].current")
    return tuple(name if name else int(index) for name, index in _STEP.findall(written))


def found(one: Mapping[str, Any], place: str) -> Found:
    """`{"path": "...", "scale": 1}`. Raises BadSettings."""
    for name in one:
        if name not in {"path", "scale"}:
            raise BadSettings(f"{place}.{str(name)[:60]}", "is not known here; known: path, scale")
    return Found(path_of(text(one, "path", place), f"{place}.path"), number(one, "scale", place))


def sample(body: bytes, values: Mapping[str, Found], time: tuple[str | int, ...] | None) -> Sample:
    """The sample in a document. Raises MeterError naming the path that leads nowhere."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MeterError("it answers something that is no JSON") from None
    taken = {name: _number(document, one.path) * one.scale for name, one in values.items()}
    return Sample(taken, None if time is None else _time(document, time))


def shown(path: tuple[str | int, ...]) -> str:
    """A path as it is written."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".")


def _at(document: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            raise MeterError(f"there is nothing at {shown(path)} in its answer") from None
    return document


def _number(document: Any, path: tuple[str | int, ...]) -> float:
    value = _at(document, path)
    try:
        # Some meters write numbers as texts; what is none (true, null, "n/a") stays none.
        if isinstance(value, bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise MeterError(f"{shown(path)} in its answer is no number") from None


def _time(document: Any, path: tuple[str | int, ...]) -> datetime:
    value = _at(document, path)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError, OverflowError, OSError):
        raise MeterError(f"{shown(path)} in its answer is no time") from None
    if moment.tzinfo is None:
        raise MeterError(f"the time at {shown(path)} has no time zone")
    return moment.astimezone(UTC)
