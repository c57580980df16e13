"""Monthly RANGE partitions of big tables: made ahead, dropped by retention.

A partition `<table>_y2026m11` holds one month in UTC; `<table>_rest` holds whatever has no month.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from django.db import connection
from psycopg import sql


def month_start(moment: date | datetime) -> date:
    """The first day of the month of `moment`."""
    return date(moment.year, moment.month, 1)


def next_month(first: date) -> date:
    """The first day of the following month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def months(start: date | datetime, end: date | datetime) -> Iterator[date]:
    """First days of all months that touch `start`..`end`, in order."""
    month = month_start(start)
    while month <= month_start(end):
        yield month
        month = next_month(month)


def ensure(table: str, start: date | datetime, end: date | datetime) -> list[str]:
    """Make the missing monthly partitions of `table` between two moments; the new names."""
    existing = set(names(table))
    wanted = [(_name(table, month), month) for month in months(start, end)]
    missing = [(name, month) for name, month in wanted if name not in existing]
    for name, month in missing:
        _create(table, name, month)
    return [name for name, _ in missing]


def names(table: str) -> list[str]:
    """The partitions `table` has now."""
    query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1"
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return [name for (name,) in cursor.fetchall()]


def drop_before(table: str, moment: date | datetime) -> list[str]:
    """Drop partitions whose whole month lies before the month of `moment`; their names."""
    limit = _name(table, month_start(moment))
    old = [name for name in names(table) if name.startswith(f"{table}_y") and name < limit]
    for name in old:
        _execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
    return old


def _name(table: str, month: date) -> str:
    return f"{table}_y{month:%Y}m{month:%m}"


def _create(table: str, name: str, month: date) -> None:
    bounds = [datetime(m.year, m.month, 1, tzinfo=UTC) for m in (month, next_month(month))]
    _execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
            sql.Identifier(name), sql.Identifier(table), *(sql.Literal(b.isoformat()) for b in bounds)
        )
    )


def _execute(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
