"""What of the meters' words is kept for how long: two days of readings, a good year of minutes."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from .judging import OLDEST

# A little longer than the oldest reading that is still taken, or a repeat of it would be taken for a new one.
READINGS_FOR: Final = OLDEST + timedelta(hours=1)
MINUTES_FOR: Final = timedelta(days=400)
_BATCH: Final = 20_000
_FORGET = {
    "smartcharging_loadreading": "received_at",
    "smartcharging_loadminute": "minute",
}


def readings_thin(now: datetime) -> int:
    """Forget what is older, in batches; how many rows that were."""
    return _forget("smartcharging_loadreading", now - READINGS_FOR) + _forget(
        "smartcharging_loadminute", now - MINUTES_FOR
    )


def _forget(table: str, before: datetime) -> int:
    key, forgotten = _FORGET[table], 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {key} < %s LIMIT %s)",  # noqa: S608
                [before, _BATCH],
            )
            forgotten += cursor.rowcount
            if cursor.rowcount < _BATCH:
                return forgotten
