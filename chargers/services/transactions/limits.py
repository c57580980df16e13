"""The local limits of ID tags: a transaction that reaches one is stopped, once."""

from datetime import datetime, timedelta

from django.db import transaction as database
from django.db.models import Q

from chargers.choices import OPEN_STATES
from chargers.domain import RemoteStop
from chargers.models import Transaction
from chargers.selectors.transactions import latest_readings
from cpms.core import clock
from cpms.core.actors import Actor

from ..commands.send import InvalidCommand, command_request
from . import facts

_LIMITED = Q(id_tag__max_energy_wh__isnull=False) | Q(id_tag__max_minutes__isnull=False)
# A station that is away is asked when it is back: a command would expire unsent.
_REACHABLE = Q(station__connection__opened_at__isnull=False, station__connection__closed_at=None)
_ASKED = "limit_reached"
_LIMITS = Actor("limit of the ID tag")


def limits_enforce(now: datetime | None = None) -> int:
    """Ask the stations to stop transactions over their tag's energy or time, each once; how many were asked."""
    now = now or clock.now()
    running = Transaction.objects.filter(_LIMITED, _REACHABLE, state__in=OPEN_STATES)
    candidates = list(running.exclude(flags__has_key=_ASKED).select_related("id_tag"))
    readings = latest_readings(candidates)
    asked = 0
    for transaction in candidates:
        reading = readings.get(transaction.pk)
        why = _reached(transaction, reading.energy_wh if reading else None, now)
        asked += why is not None and _stop(transaction.pk, why)
    return asked


@database.atomic
def _stop(key: int, why: str) -> bool:
    """Ask once, also when two of us look at the same moment."""
    running = Transaction.objects.select_for_update(of=("self",), skip_locked=True).select_related("station")
    transaction = running.filter(pk=key, state__in=OPEN_STATES).exclude(flags__has_key=_ASKED).first()
    if transaction is None:
        return False
    try:
        command_request(transaction.station, RemoteStop(transaction.reference), _LIMITS)
    except InvalidCommand as error:
        why = f"{why}, but the station cannot be asked: {error}"
    facts.flag(transaction, _ASKED, why)
    transaction.save(update_fields=["flags"])
    return True


def _reached(transaction: Transaction, register_wh: int | None, now: datetime) -> str | None:
    tag = transaction.id_tag
    assert tag is not None
    if tag.max_minutes and now - transaction.started_at >= timedelta(minutes=tag.max_minutes):
        return f"{tag.max_minutes} minutes"
    if tag.max_energy_wh and _used_wh(transaction, register_wh) >= tag.max_energy_wh:
        return f"{tag.max_energy_wh} Wh"
    return None


def _used_wh(transaction: Transaction, register_wh: int | None) -> int:
    if register_wh is None or transaction.meter_start_wh is None:
        return 0
    return register_wh - transaction.meter_start_wh
