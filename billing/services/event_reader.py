"""Reading the outbox for the work it leads to, each reader from its own place."""

from collections.abc import Callable, Sequence

from cpms.accounts.models import Organisation
from cpms.core import outbox
from cpms.core.models import OutboxEvent
from cpms.core.outbox import Cursor

from ..models import EventCursor


def events_read(reader: str, apply: Callable[[Sequence[OutboxEvent]], None], most: int) -> int:
    """Give `apply` the next `most` events behind this reader's place; how many there were.

    The place moves on only after `apply` came back, so an event is met at least once, and again after a crash.
    """
    organisations = list(Organisation.objects.values_list("pk", flat=True))
    stored, _ = EventCursor.objects.get_or_create(name=reader, defaults={"place": str(Cursor())})
    events = outbox.after(organisations, Cursor.parse(stored.place), most)
    apply(events)
    if events:
        place = str(Cursor(events[-1].xid, events[-1].id))
        EventCursor.objects.filter(name=reader, place=stored.place).update(place=place)
    return len(events)
