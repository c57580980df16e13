"""The local limits of ID tags: a transaction that reaches one is stopped, once."""

from datetime import datetime, timedelta

from django.db.models import Q

from chargers.choices import OPEN_STATES
from chargers.domain import RemoteStop
from chargers.models import Transaction
from chargers.selectors import latest_readings
from cpms.core import clock
from cpms.core.actors import Actor

from . import transaction_facts
from .commands import InvalidCommand, command_request

_LIMITED = Q(id_tag__max_energy_wh__isnull=False) | Q(id_tag__max_minutes__isnull=False)
_LIMITS = Actor("limit of the ID tag")


def limits_enforce(now: datetime | None = None) -> int:
    """Ask the stations to stop transactions over their tag's energy or time; how many were asked."""
    now = now or clock.now()
    running = Transaction.objects.filter(_LIMITED, state__in=OPEN_STATES).select_related("id_tag", "station")
    candidates = [t for t in running if "limit_reached" not in t.flags]
    readings = latest_readings(candidates)
    return sum(
        _stop_if_over(t, readings[t.pk].energy_wh if t.pk in readings else None, now) for t in candidates
    )


def _stop_if_over(transaction: Transaction, register_wh: int | None, now: datetime) -> bool:
    why = _reached(transaction, register_wh, now)
    if why is None:
        return False
    try:
        command_request(transaction.station, RemoteStop(transaction.reference), _LIMITS)
    except InvalidCommand as error:
        why = f"{why}, but the station cannot be asked: {error}"
    transaction_facts.flag(transaction, "limit_reached", why)
    transaction.save(update_fields=["flags"])
    return True


def _reached(transaction: Transaction, register_wh: int | None, now: datetime) -> str | None:
    tag = transaction.id_tag
    assert tag is not None
    if tag.max_minutes and now - transaction.started_at >= timedelta(minutes=tag.max_minutes):
        return f"{tag.max_minutes} minutes"
    used_wh = (
        register_wh - transaction.meter_start_wh
        if register_wh and transaction.meter_start_wh is not None
        else 0
    )
    if tag.max_energy_wh and used_wh >= tag.max_energy_wh:
        return f"{tag.max_energy_wh} Wh"
    return None
