"""Monthly RANGE partitions of big tables: made ahead, dropped by retention.

A partition `<table>_y2026m11` holds one month in UTC; `<table>_rest` holds whatever has no month.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from django.db import connection, transaction
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


@transaction.atomic
def _create(table: str, name: str, month: date) -> None:
    """Make one month; rows of it that came before move over, because the rest may hold none of them."""
    names = {
        "table": sql.Identifier(table),
        "month": sql.Identifier(name),
        "rest": sql.Identifier(f"{table}_rest"),
    }
    bounds = [datetime(m.year, m.month, 1, tzinfo=UTC).isoformat() for m in (month, next_month(month))]
    values = {
        "key": sql.Identifier(_key(table)),
        "start": sql.Literal(bounds[0]),
        "end": sql.Literal(bounds[1]),
    }
    for statement in _STATEMENTS:
        _execute(sql.SQL(statement).format(**names, **values))


_STATEMENTS = (
    "CREATE TABLE {month} (LIKE {table} INCLUDING DEFAULTS)",
    "WITH early AS (DELETE FROM {rest} WHERE {key} >= {start} AND {key} < {end} RETURNING *)"
    " INSERT INTO {month} SELECT * FROM early",
    "ALTER TABLE {table} ATTACH PARTITION {month} FOR VALUES FROM ({start}) TO ({end})",
)


def _key(table: str) -> str:
    """The column the table is partitioned by."""
    query = (
        "SELECT attname FROM pg_partitioned_table JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]"
        " WHERE partrelid = %s::regclass"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return str(cursor.fetchone()[0])


def _execute(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
