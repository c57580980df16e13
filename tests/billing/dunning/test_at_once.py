"""Reminding while others do the same, and while somebody pays."""

import time as clock_of_the_machine
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction

from billing.choices import DunningLevel, DunningState
from billing.models import DunningStep, JournalEntry
from billing.services.books.checks import books_check
from billing.services.books.ledger import receivable_minor
from billing.services.dunning.cases import dunning_run
from billing.services.dunning.steps import step_due
from cpms.drivers.services.dunning import dunning_send
from tests.billing.books.shop import at_once, books_empty
from tests.billing.invoicing.office import Office
from tests.billing.ratings.story import Story, at
from tests.worlds import World

from .debts import Debts


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Debts]:
    """Reminded once; since today the second reminder, with a fee of 5.00, is due."""
    with time_machine.travel(at(-1440), tick=False):
        told = Story(World("ALPHA"))
        _ = (told.station, told.world.tag)
    try:
        with time_machine.travel(at(12 * 60), tick=False):
            told.tariff()
            made = Debts(Office(told))
        with time_machine.travel(made.due_at, tick=False) as made.time:
            made.after(8)
            made.time.shift(14 * 86_400)
            yield made
    finally:
        books_empty()


def test_clocks_that_run_at_once_remind_and_charge_once(committed: Debts) -> None:
    """Seen failing without the lock of the case."""
    made = at_once(*[partial(step_due, committed.case)] * 6)
    assert sorted(map(bool, made)) == [False] * 5 + [True], made
    assert [one for one in made if isinstance(one, Exception)] == []
    assert (committed.case.level, DunningStep.objects.count()) == (DunningLevel.SECOND, 2)
    assert JournalEntry.objects.filter(kind="dunning_fee").count() == 1
    assert (committed.fees, receivable_minor(committed.account)) == ([500], 1095)
    assert books_check() == []


def test_who_pays_while_the_clock_runs_is_not_reminded_and_pays_no_fee(committed: Debts) -> None:
    """The step waits for the payment that was there first. Seen failing without the lock of the account."""
    case = committed.case
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            committed.pay()
            step = pool.submit(lambda: at_once(partial(step_due, case)))
            until_it_waits(step)
        assert step.result() == [None]
    committed.run()
    assert (committed.case.state, committed.case.level) == (DunningState.ENDED, DunningLevel.REMINDER)
    assert (committed.fees, receivable_minor(committed.account), len(mail.outbox)) == ([], 0, 1)


def test_workers_that_send_at_once_send_each_reminder_once(committed: Debts) -> None:
    """Both have seen that it waits before one claims it. Seen failing with the answer to the claim not looked at."""
    dunning_run()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            DunningStep.objects.select_for_update().get(level=DunningLevel.SECOND)
            sent = pool.submit(lambda: at_once(*[dunning_send] * 2))
            until_it_waits(sent, 2)
        assert sorted(sent.result()) == [0, 1]
    assert len(mail.outbox) == 2, "the first reminder and this one"


def until_it_waits(call: Future[Any], waiting: int = 1) -> None:
    """Until so many other connections wait for a lock, or the call is done without one."""
    for _ in range(6_000):
        with connection.cursor() as cursor:
            # What others do is looked up once a transaction unless it is forgotten.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if call.done() or cursor.fetchone()[0] >= waiting:
                return
        clock_of_the_machine.sleep(0.01)
    raise AssertionError("it neither waits nor ends")
