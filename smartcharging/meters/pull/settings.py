"""A meter that answers HTTP with JSON: where, and under which paths."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..jsonpath import Found, found, path_of
from ..reading_settings import address_of, known_only, text, values


@dataclass(frozen=True, slots=True)
class Settings:
    """`user` empty: the secret is a bearer token, else the password of that user."""

    values: Mapping[str, Found]
    time: tuple[str | int, ...] | None
    user: str


def check(address: str, settings: Mapping[str, Any], lines: int) -> Settings:
    """`{"values": {"l1_a": {"path": "phases[0].current", "scale": 1}}, "time": "at", "user": ""}`, address
    `http://host/path` or `https://`. Raises BadSettings.
    """
    address_of(address, {"http": 80, "https": 443})
    known_only(settings, {"values", "time", "user"})
    time = path_of(text(settings, "time"), "settings.time") if "time" in settings else None
    return Settings(values(settings, lines, found), time, text(settings, "user", default=""))
