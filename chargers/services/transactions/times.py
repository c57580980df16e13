"""Which of the three times to believe: the station's, ours on receipt, the commit's."""

from datetime import datetime, timedelta
from typing import TypeGuard

OLDEST = timedelta(days=366)
AHEAD = timedelta(minutes=5)


def believable(at: datetime | None, received_at: datetime) -> TypeGuard[datetime]:
    """Whether a station's time can be true: at most a year before its receipt, at most five minutes after."""
    return at is not None and received_at - OLDEST <= at <= received_at + AHEAD


def instant(at: datetime | None, received_at: datetime) -> datetime:
    """The station's time where it can be believed, else the time of receipt."""
    return at if believable(at, received_at) else received_at


def past_instant(at: datetime | None, received_at: datetime) -> datetime:
    """The same for what is compared with later reports: whole seconds, never ahead of the receipt.

    A clock that runs ahead must not hide later reports, nor our fractions those of a clock that knows none.
    """
    return min(instant(at, received_at), received_at).replace(microsecond=0)
