"""Transactions of which a reboot leaves nobody sure: open in the books, and the station says nothing of them."""

from datetime import datetime

from django.db import transaction as database

from chargers.choices import OPEN_STATES
from chargers.models import Transaction

from . import facts

UNCERTAIN = "uncertain"


@database.atomic
def transactions_uncertain(station_id: int, booted_at: datetime) -> int:
    """Mark what was open when the station booted; how many. A stop, a new start or a free connector settles them."""
    running = Transaction.objects.select_for_update().filter(
        station_id=station_id, state__in=OPEN_STATES, started_at__lt=booted_at
    )
    doubtful = list(running)
    for transaction in doubtful:
        facts.flag(transaction, UNCERTAIN, f"the station booted at {booted_at:%Y-%m-%d %H:%M:%S} UTC")
        transaction.save(update_fields=["flags"])
    return len(doubtful)
