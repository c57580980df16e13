"""What a reader of a rating should know, by code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """`code` is for programs, `text` for people; `period` is the index of the period it is about."""

    code: str
    text: str
    period: int | None = None
