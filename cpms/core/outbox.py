"""Reading the outbox in an order that never changes.

Ids are given out before the commit, so plain `id > cursor` would skip a row whose transaction commits
late. The order is `(xid, id)`, and only rows of transactions older than every running one are shown.
"""

import re
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.expressions import RawSQL

from .models import OutboxEvent

_CURSOR = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_MAX = 2**63 - 1
# Rows of transactions that may still be running, or that started later, are not settled yet.
_OLDEST_RUNNING = RawSQL("pg_snapshot_xmin(pg_current_snapshot())", ())


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the stream; as text `xid-id`. `Cursor(0, 0)` is the beginning."""

    xid: int = 0
    id: int = 0

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read `xid-id`. Raises ValueError with the text that could not be read."""
        parts = _CURSOR.fullmatch(text)
        cursor = cls(int(parts[1]), int(parts[2])) if parts else None
        if cursor is None or max(cursor.xid, cursor.id) > _MAX:
            raise ValueError(f"not an event cursor: {text[:60]!r}")
        return cursor

    def __str__(self) -> str:
        return f"{self.xid}-{self.id}"


def after(organisation_ids: list[int], cursor: Cursor, limit: int = 100) -> list[OutboxEvent]:
    """The next `limit` settled events of these organisations behind `cursor`, in stable order."""
    seen = RawSQL("%s::text::xid8", [str(cursor.xid)])
    rows = OutboxEvent.objects.filter(organisation_id__in=organisation_ids, xid__lt=_OLDEST_RUNNING)
    later = rows.filter(Q(xid__gt=seen) | Q(xid=seen, id__gt=cursor.id))
    return list(later.order_by("xid", "id")[:limit])
