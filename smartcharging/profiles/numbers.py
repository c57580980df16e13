"""The ids of our profiles on the wire: fixed by place and purpose, so that the newest replaces the one before."""

from typing import Final

# Above what people choose by hand, and within the 31 bits every station keeps.
FIRST: Final = 770_000_000
_A_PLACE: Final = 10


def default_number(evse_no: int) -> int:
    """The id of the permanent fail-safe limit of an EVSE."""
    return FIRST + evse_no * _A_PLACE


def transaction_number(evse_no: int) -> int:
    """The id of the controlling profile of an EVSE."""
    return FIRST + evse_no * _A_PLACE + 1


def is_ours(number: int) -> bool:
    """Whether we gave out this id."""
    return number >= FIRST
