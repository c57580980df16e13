"""Figures and names as sentences use them."""

import contextlib
import re
from datetime import datetime, timedelta

from django.utils import timezone

from chargers.choices import AuthorizationStatus, ConnectorStatus

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d+)?[+-]\d{2}:\d{2}")
_VERDICTS = {
    AuthorizationStatus.ACCEPTED: "accepted",
    AuthorizationStatus.BLOCKED: "refused because it is blocked",
    AuthorizationStatus.EXPIRED: "refused because it has expired",
    AuthorizationStatus.INVALID: "refused because it is not known here",
    AuthorizationStatus.CONCURRENT_TX: "refused because it is charging elsewhere",
}
_STATUS = {
    ConnectorStatus.AVAILABLE: "free: nothing is plugged in",
    ConnectorStatus.PREPARING: "getting ready: a car was plugged in or a card held up",
    ConnectorStatus.CHARGING: "charging",
    ConnectorStatus.SUSPENDED_EVSE: "paused by the station",
    ConnectorStatus.SUSPENDED_EV: "paused by the car",
    ConnectorStatus.FINISHING: "finished: the car is still plugged in",
    ConnectorStatus.OCCUPIED: "occupied",
    ConnectorStatus.RESERVED: "reserved",
    ConnectorStatus.UNAVAILABLE: "out of service",
    ConnectorStatus.FAULTED: "faulted",
    ConnectorStatus.UNKNOWN: "in a state it has no standard word for",
}


def wh(value: int | None) -> str:
    """12345 as `12,345 Wh`."""
    return "an unknown figure" if value is None else f"{value:,} Wh"


def kwh(value: int) -> str:
    """12345 as `12.35 kWh`."""
    return f"{value / 1000:,.2f} kWh"


def card(uid: str, may_see: bool = True) -> str:
    """A card by its number, as everywhere on the page, for those who may see ID tags; for others "a card"."""
    return f"card {uid}" if uid and may_see else "a card"


def capitalised(text: str) -> str:
    """The text as the beginning of a sentence; what follows (card numbers) stays as it is."""
    return text[:1].upper() + text[1:]


def moment(at: datetime) -> str:
    """A time in the zone of whoever reads, the zone named."""
    # A clock may stand at the first or last day there is.
    with contextlib.suppress(OverflowError):
        at = timezone.localtime(at)
    return f"{at.replace(tzinfo=None).isoformat(' ', 'seconds')} {at.tzname()}"


def moments(text: str) -> str:
    """A text whose ISO 8601 times are written in the zone of whoever reads."""
    return _ISO.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    try:
        return moment(datetime.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def span(length: timedelta) -> str:
    """`42 s`, `12 min`, `4 h 12 min`, `3 days`."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours = seconds // 60, seconds // 3600
    if hours < 1:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{hours // 24} days"


def verdict(status: str) -> str:
    """What became of a card: `accepted`, `refused because it is blocked`."""
    known = AuthorizationStatus(status) if status in AuthorizationStatus.values else None
    return _VERDICTS[known] if known else f"answered with {status}"


def status(value: ConnectorStatus) -> str:
    """A connector's state as people say it."""
    return _STATUS[value]


def place(evse_no: int | None) -> str:
    """`connector 1`, or that it is not known."""
    return f"connector {evse_no}" if evse_no else "an unknown connector"


def times(number: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def counted(number: int, one: str, many: str) -> str:
    """`one repeated stop`, `3 repeated stops`."""
    return f"one {one}" if number == 1 else f"{number} {many}"


def listed(parts: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
