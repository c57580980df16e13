"""The nightly look at every station's settings.

Each station has its own minute of the night, so that a fleet does not answer at once. One that is away then is
read when it comes back; one that was never read, some minutes after its first connection.
"""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from chargers.models import ChargingStation
from cpms.core import clock
from cpms.core.actors import Actor

from ..commands.send import InvalidCommand
from .read import settings_read

NIGHT_BEGINS: Final = time(1)
NIGHT_LASTS_MIN: Final = 240
SETTLED: Final = timedelta(minutes=10)
JUST_READ: Final = timedelta(hours=2)
# A prime that is no divisor of the night: neighbours in the register do not come one after the other.
_STRIDE: Final = 97
_CHECK: Final = Actor("nightly check")


def settings_check(now: datetime | None = None, most: int = 25) -> int:
    """Begin to read the stations whose turn it is, at most so many at once; how many."""
    now = now or clock.now()
    begun = 0
    for station in _settled(now):
        if begun >= most:
            break
        if is_due(station, now):
            begun += _begin(station)
    return begun


def _settled(now: datetime) -> QuerySet[ChargingStation]:
    """Stations that have been there for a while and are not just being read."""
    there = ChargingStation.objects.filter(
        connection__opened_at__lt=now - SETTLED, connection__closed_at=None
    ).exclude(configuration__reading_since__isnull=False)
    # One that was read a moment ago has had its turn, save after a restart.
    old = Q(configuration__checked_at=None) | Q(configuration__checked_at__lt=now - JUST_READ)
    restarted = Q(settings__restart_since__lt=F("last_boot_at"))
    rows = there.filter(old | restarted).select_related("configuration", "organisation").distinct()
    rows = rows.only("identity", "organisation__time_zone", "configuration__checked_at")
    return rows.order_by(F("configuration__checked_at").asc(nulls_first=True), "pk")


def is_due(station: ChargingStation, now: datetime) -> bool:
    """Whether the station was not read since its latest turn, or has restarted for a value to hold."""
    configuration = getattr(station, "configuration", None)
    if configuration is None or configuration.checked_at is None:
        return True
    return configuration.checked_at < _turn(station, now) or _is_restarted(station)


def _turn(station: ChargingStation, now: datetime) -> datetime:
    """The station's latest minute of the night, in its organisation's time zone."""
    zone = ZoneInfo(station.organisation.time_zone)
    minutes = station.pk * _STRIDE % NIGHT_LASTS_MIN
    today = datetime.combine(now.astimezone(zone).date(), NIGHT_BEGINS, zone) + timedelta(minutes=minutes)
    return today if today <= now else today - timedelta(days=1)


def _is_restarted(station: ChargingStation) -> bool:
    return station.settings.filter(restart_since__lt=F("station__last_boot_at")).exists()


def _begin(station: ChargingStation) -> bool:
    try:
        return settings_read(station, _CHECK)
    except InvalidCommand:
        return False
