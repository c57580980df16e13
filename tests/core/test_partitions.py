"""Monthly partitions."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from chargers import partitions as stations
from chargers.models import MeterValue
from chargers.tasks import keep_partitions
from cpms.core import partitions
from tests.worlds import World

TABLE = "chargers_metervalue"
pytestmark = pytest.mark.django_db


def test_months_cross_the_year() -> None:
    assert list(partitions.months(date(2026, 11, 30), datetime(2027, 1, 1, tzinfo=UTC))) == [
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1),
    ]  # fmt: skip


def test_missing_months_are_made_once() -> None:
    span = (date(2031, 11, 5), date(2032, 1, 5))
    made = partitions.ensure(TABLE, *span)
    assert made == [f"{TABLE}_y2031m11", f"{TABLE}_y2031m12", f"{TABLE}_y2032m01"]
    assert partitions.ensure(TABLE, *span) == []
    assert set(made) < set(partitions.names(TABLE))


def test_a_row_lies_in_the_partition_of_its_month(world: World) -> None:
    partitions.ensure(TABLE, date(2031, 11, 1), date(2031, 11, 1))
    for taken_at in (datetime(2031, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2011, 1, 1, tzinfo=UTC)):
        MeterValue.objects.create(
            station=world.station, evse_no=1, taken_at=taken_at, received_at=taken_at, digest=1
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text FROM {TABLE} ORDER BY taken_at")
        assert [name for (name,) in cursor.fetchall()] == [f"{TABLE}_rest", f"{TABLE}_y2031m11"]


def test_only_whole_months_before_the_limit_are_dropped() -> None:
    partitions.ensure(TABLE, date(2001, 11, 1), date(2002, 2, 1))
    dropped = partitions.drop_before(TABLE, datetime(2002, 1, 20, tzinfo=UTC))
    assert dropped == [f"{TABLE}_y2001m11", f"{TABLE}_y2001m12"]
    assert f"{TABLE}_y2002m01" in partitions.names(TABLE)
    assert f"{TABLE}_rest" in partitions.names(TABLE)


def test_the_beat_job_keeps_the_months_that_are_needed() -> None:
    keep_partitions()
    assert stations.keep() == []
    late = datetime(2040, 1, 31, tzinfo=UTC)
    made = stations.keep(late)
    assert f"{TABLE}_y2040m03" in made
    assert f"{TABLE}_y2039m12" in made


def test_messages_are_kept_shorter_than_meter_values() -> None:
    now = datetime(2051, 6, 15, tzinfo=UTC)
    for table in (stations.MESSAGES, stations.METER_VALUES):
        partitions.ensure(table, date(2051, 1, 1), date(2051, 6, 1))
    dropped = [name for name in stations.retain(now) if "y2051" in name]
    assert dropped
    assert all(name.startswith(stations.MESSAGES) for name in dropped)


def test_a_month_whose_rows_came_before_its_partition_gets_it_all_the_same(world: World) -> None:
    """Seen failing: the default partition held rows of the month, so the hourly job failed for ever."""
    taken_at = datetime(2033, 5, 5, tzinfo=UTC)
    MeterValue.objects.create(
        station=world.station,
        evse_no=1,
        taken_at=taken_at,
        received_at=taken_at,
        digest=1,
        samples=[{"a": 1}],
    )
    assert partitions.ensure(TABLE, taken_at, taken_at) == [f"{TABLE}_y2033m05"]
    assert MeterValue.objects.get(taken_at=taken_at).samples == [{"a": 1}]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}_rest")
        assert cursor.fetchone() == (0,)
