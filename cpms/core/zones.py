"""IANA time zones."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError


def check_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA zone such as Europe/Berlin."""
    if name not in available_timezones():
        raise ValidationError({"time_zone": f"{name!r} is not an IANA time zone, e.g. Europe/Berlin"})
