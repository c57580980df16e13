"""Bulk commands go out in waves, so that a thousand restarts do not happen at once.

How many may have gone follows from the clock and the pace alone, and each item is written together with its
command: the sweep can run twice, late, or in two workers.
"""

import math
from datetime import datetime

from django.db import transaction

from chargers.choices import BulkItemState, BulkState
from chargers.models import BulkCommand, BulkItem
from cpms.core import clock
from cpms.core.actors import Actor

from ..commands.send import InvalidCommand, adapter_of, command_send
from .plan import Ask
from .run import PURPOSE, finish, tell

# The first wave is what the pace allows in so many seconds.
HEAD_START_S = 5
MOST_AT_ONCE = 200


def bulk_sweep() -> int:
    """Send the next wave of every running bulk command; how many stations."""
    running = BulkCommand.objects.filter(state=BulkState.RUNNING).order_by("pk")
    return sum(bulk_wave(key) for key in list(running.values_list("pk", flat=True)))


@transaction.atomic
def bulk_wave(key: int) -> int:
    """Send what the pace allows by now; how many stations. Nothing while another worker is at it."""
    rows = BulkCommand.objects.select_for_update(skip_locked=True)
    bulk = rows.filter(pk=key, state=BulkState.RUNNING).first()
    if bulk is None:
        return 0
    waiting = bulk.items.filter(state=BulkItemState.WAITING).order_by("pk")
    wave = list(waiting.select_related("station__connection")[: _allowed(bulk, clock.now())])
    for item in wave:
        _send(bulk, item)
    if not waiting.exists():
        finish(bulk, BulkState.DONE)
    elif wave:
        tell(bulk)
    return len(wave)


def _allowed(bulk: BulkCommand, now: datetime) -> int:
    seconds = (now - bulk.created_at).total_seconds() + HEAD_START_S
    gone = bulk.items.exclude(state__in=(BulkItemState.WAITING, BulkItemState.SKIPPED)).count()
    return min(MOST_AT_ONCE, max(0, math.ceil(bulk.per_minute * seconds / 60) - gone))


def _send(bulk: BulkCommand, item: BulkItem) -> None:
    """One station; what it would not understand any more is left out with the reason."""
    actor = Actor(bulk.actor_label, bulk.actor_user_id, bulk.actor_source)
    ask = Ask(bulk.wish, bulk.action, bulk.payload)
    try:
        with transaction.atomic():
            action, payload = ask.words(adapter_of(item.station))
            item.command = command_send(
                item.station, action, payload, actor,
                expires_in_s=bulk.wait_s, purpose=PURPOSE, reference=bulk.public_id,
            )  # fmt: skip
        item.state = BulkItemState.SENT
    except InvalidCommand as error:
        item.state, item.reason = BulkItemState.SKIPPED, str(error)[:255]
    item.save(update_fields=["state", "reason", "command"])
