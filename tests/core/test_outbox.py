"""Events: stored with what made them true, told after the commit, read in an order that never changes."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import psycopg
import pytest
from django.db import connection, transaction

from cpms.core import clock
from cpms.core import events as core_events
from cpms.core.events import Event, publish, subscribe
from cpms.core.models import OutboxEvent
from cpms.core.outbox import Cursor, after
from tests.gateway.process import eventually


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Event):
    type: ClassVar[str] = "test.happened"
    number: int


def happened(number: int, organisation_id: int = 1) -> Happened:
    return Happened(organisation_id=organisation_id, subject="x", occurred_at=clock.now(), number=number)


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """Numbers of the events that subscribers were told."""
    before = {kind: list(handlers) for kind, handlers in core_events._subscribers.items()}
    numbers: list[int] = []
    subscribe(Happened)(lambda event: numbers.append(event.number))
    yield numbers
    core_events._subscribers.clear()
    core_events._subscribers.update(before)


BEGINNING = Cursor()


def seen(cursor: Cursor = BEGINNING) -> list[int]:
    return [row.payload["number"] for row in after([1], cursor)]


@pytest.mark.django_db(transaction=True)
def test_subscribers_are_told_after_the_commit(heard: list[int]) -> None:
    """Seen failing with `deliver` called at once."""
    with transaction.atomic():
        publish(happened(1))
        assert heard == []
    assert heard == [1]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_did_not_happen(heard: list[int]) -> None:
    with transaction.atomic():
        publish(happened(1))
        transaction.set_rollback(True)
    assert heard == []
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_subscriber_that_fails_keeps_the_event_from_nobody(heard: list[int]) -> None:
    subscribe(Event)(lambda event: 1 / 0)
    publish(happened(1))
    assert heard == [1]
    assert OutboxEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_whose_transaction_commits_late_is_not_skipped() -> None:
    """Seen failing with rows of transactions that may still run shown too (`id > cursor`)."""
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            publish(happened(1))
            begun.set()
            go_on.wait(5)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(5)
    publish(happened(2))
    assert seen() == [], "2 waits for 1, which was written first"
    go_on.set()
    thread.join(5)
    publish(happened(3))
    rows = eventually(lambda: len(found := after([1], BEGINNING)) == 3 and found)
    assert [row.payload["number"] for row in rows] == [1, 2, 3]
    assert seen(Cursor(rows[0].xid, rows[0].id)) == [2, 3]


@pytest.mark.django_db(transaction=True)
def test_a_reader_sees_each_event_once_whatever_runs_beside_it() -> None:
    cursor, read = Cursor(), []

    def writer(first: int) -> None:
        for number in range(first, first + 20):
            with transaction.atomic():
                publish(happened(number))
        connection.close()

    threads = [threading.Thread(target=writer, args=[first]) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 20
    while len(read) < 60 and time.monotonic() < end:
        for row in after([1], cursor, limit=7):
            read.append(row.payload["number"])
            cursor = Cursor(row.xid, row.id)
    assert sorted(read) == sorted([*range(20), *range(100, 120), *range(200, 220)])
    assert len(read) == len(set(read))


@pytest.mark.django_db(transaction=True)
def test_what_runs_in_another_database_of_the_server_holds_nothing_back() -> None:
    """Seen failing with PostgreSQL's own horizon, `pg_snapshot_xmin`."""
    elsewhere = connection.get_connection_params() | {"dbname": "postgres"}
    with psycopg.connect(
        **{key: elsewhere[key] for key in ("host", "port", "user", "password", "dbname")}
    ) as other:
        other.execute("SELECT pg_current_xact_id()")
        publish(happened(1))
        assert seen() == [1]


@pytest.mark.django_db(transaction=True)
def test_a_reader_in_a_transaction_of_its_own_looks_anew_each_time() -> None:
    """Seen failing without `pg_stat_clear_snapshot`: 2 was read before 1, which was then never read."""
    with transaction.atomic():
        assert seen() == []
        begun, go_on = threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic():
                publish(happened(1))
                begun.set()
                go_on.wait(5)
            connection.close()

        thread = threading.Thread(target=slow)
        thread.start()
        begun.wait(5)
        quick = threading.Thread(target=lambda: (publish(happened(2)), connection.close()))
        quick.start()
        quick.join(5)
        assert seen() == []
        go_on.set()
        thread.join(5)
        assert seen() == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_reader_sees_its_own_organisations_only() -> None:
    publish(happened(1, organisation_id=1))
    publish(happened(2, organisation_id=2))
    assert eventually(seen) == [1]
    assert len(after([1, 2], BEGINNING)) == 2
    assert after([], Cursor()) == []


@pytest.mark.parametrize(
    "text", ["", "5", "-", "a-b", "1-2-3", "1--2", " 1-2", "9" * 40 + "-1", "9" * 19 + "-1", "1-²"]
)
def test_a_cursor_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an event cursor"):
        Cursor.parse(text)


def test_a_cursor_reads_back_what_it_wrote() -> None:
    assert Cursor.parse(str(Cursor(12, 34))) == Cursor(12, 34)
