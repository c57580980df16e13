"""IANA time zones."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError

from . import clock


def check_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA zone such as Europe/Berlin."""
    if name not in available_timezones():
        raise ValidationError({"time_zone": f"{name!r} is not an IANA time zone, e.g. Europe/Berlin"})


def day_in(name: str, at: datetime) -> date:
    """The day it is at an instant in an IANA zone."""
    return at.astimezone(ZoneInfo(name)).date()


def today_in(name: str) -> date:
    """The day it is now in an IANA zone."""
    return day_in(name, clock.now())
