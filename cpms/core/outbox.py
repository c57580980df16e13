"""Reading the outbox in an order that never changes.

Ids are given out before the commit, so plain `id > cursor` would skip a row whose transaction commits
late. The order is `(xid, id)`, and only rows of transactions older than every running one of this database are
shown. PostgreSQL's own horizon (`pg_snapshot_xmin`) counts those of every database of the server: a long import next
door would hold back our receipts.
"""

import re
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from .models import OutboxEvent

_CURSOR = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_MAX = 2**63 - 1
# The snapshot of the statement comes first and what runs is looked at after it: a transaction older than the snapshot
# that runs no more has committed, and the next statement sees it. `backend_xid` has lost its epoch, which comes back by
# the distance to the snapshot. Of other roles' sessions only those with pg_read_all_stats see anything: then the
# horizon of the server has to do.
_SETTLED_BEFORE = """
    SELECT CASE
        WHEN bool_or(query = '<insufficient privilege>') THEN min(oldest)
        ELSE least(min(next), min(next + ((xid - next + 2147483648) & 4294967295) - 2147483648))
    END
    FROM (
        SELECT query, backend_xid::text::bigint AS xid,
               pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
               pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next
        FROM pg_stat_activity WHERE datname = current_database()
    ) AS running
"""


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
    seen, horizon = _xid(cursor.xid), _xid(_settled_before())
    rows = OutboxEvent.objects.filter(organisation_id__in=organisation_ids, xid__lt=horizon)
    later = rows.filter(Q(xid__gt=seen) | Q(xid=seen, id__gt=cursor.id))
    return list(later.order_by("xid", "id")[:limit])


def _settled_before() -> int:
    """Transactions older than this one have ended, and the next statement sees what they wrote."""
    with connection.cursor() as sql:
        # Within a transaction, what runs is looked at once and remembered.
        sql.execute("SELECT pg_stat_clear_snapshot()")
        sql.execute(_SETTLED_BEFORE)
        return int(sql.fetchone()[0])


def _xid(number: int) -> RawSQL:
    return RawSQL("%s::text::xid8", [str(number)])
