"""The one place that asks for the time, so that tests and replays can say what time it is."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The server's time, aware, UTC."""
    return timezone.now()
