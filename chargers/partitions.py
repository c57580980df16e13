"""The partitioned tables of this app: which months exist, which are dropped."""

from datetime import datetime, timedelta

from django.conf import settings

from cpms.core import clock, partitions

MESSAGES, METER_VALUES = "chargers_messageexchange", "chargers_metervalue"
AHEAD = timedelta(days=62)


def keep(now: datetime | None = None) -> list[str]:
    """Make the partitions of last month (late readings), this one and the next two; the new names."""
    now = now or clock.now()
    made = partitions.ensure(MESSAGES, now, now + AHEAD)
    return made + partitions.ensure(METER_VALUES, now - timedelta(days=31), now + AHEAD)


def retain(now: datetime | None = None) -> list[str]:
    """Drop what is older than the retention says; the dropped names."""
    now = now or clock.now()
    months = settings.RETENTION_MONTHS
    dropped = partitions.drop_before(MESSAGES, now - timedelta(days=31 * months["message_log"]))
    return dropped + partitions.drop_before(METER_VALUES, now - timedelta(days=31 * months["meter_values"]))
