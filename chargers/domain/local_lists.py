"""The local authorisation list (OCPP 1.6 §5.10, §5.15, 2.0.1 D)."""

from dataclasses import dataclass

from .answers import TokenAnswer
from .reports import Report
from .requests import Request
from .values import Token


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One token of a list with what a station shall say to it; None takes it off the list."""

    token: Token
    answer: TokenAnswer | None


@dataclass(frozen=True, slots=True)
class SendList(Request):
    """Replace the list (`full`) or change these entries of it; afterwards it has this version."""

    version: int
    entries: tuple[ListEntry, ...]
    full: bool


@dataclass(frozen=True, slots=True)
class ReadListVersion(Request):
    """Ask for the version of the list the station has."""


@dataclass(frozen=True, slots=True)
class ListVersionReported(Report):
    """The version of the station's list: 0 is an empty list, -1 a station without any."""

    version: int
