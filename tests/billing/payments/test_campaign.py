"""The short form of `make payments`, and two workers at one payment."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier

import pytest
import time_machine
from django.db import IntegrityError
from django.utils import timezone
from pytest_django import Settings

from billing.choices import CallKind, CallState, PaymentState
from billing.models import JournalEntry, PaymentCall, PaymentIntent
from billing.providers import provider
from billing.services.payments.calls import payment_drive
from billing.services.payments.events import event_receive
from billing.services.payments.settling import session_settle
from cpms.core import clock
from tests.billing.books.campaign import Run
from tests.billing.books.shop import at_once, books_empty
from tests.worlds import World

from .campaign import database_url, payment_campaign, provider_at
from .till import Till

SEED = 20261121


@pytest.fixture
def committed(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Real commits, for several connections at once."""
    settings.FAKE_PAYMENTS = ""
    provider_at(tmp_path / "provider.sqlite3")
    yield
    books_empty()
    provider.cache_clear()


@pytest.mark.fault
def test_payments_with_crashes_repeats_and_disorder_are_charged_exactly_once(
    committed: None, tmp_path: Path
) -> None:
    run = Run(tmp_path, database_url(), SEED, kills=3, pace_s=(1.0, 2.0), limit_s=240)
    outcome = payment_campaign(run, 24, workers=2)
    print(outcome)
    assert not outcome.wrong, str(outcome)
    assert outcome.killed.total() > 0


@pytest.fixture
def real_till(committed: None) -> Iterator[Till]:
    with time_machine.travel(timezone.now(), tick=True) as time:
        yield Till(World("OURS"), time)


def test_two_workers_capture_once(real_till: Till) -> None:
    """Seen failing without the lock in `_claim`."""
    intents = [real_till.pay() for _ in range(6)]
    for intent in intents:
        real_till.end(real_till.begin(intent))
        session_settle(intent, 1000 + intent.pk % 7, "EUR")
    keys = [intent.pk for intent in intents]
    gate = Barrier(4)

    def work() -> int:
        gate.wait()
        return sum(payment_drive(key) for key in keys)

    assert not [error for error in at_once(*[work] * 4) if isinstance(error, Exception)]
    for intent in intents:
        done = real_till.now(intent)
        assert (done.state, done.captured_minor) == (PaymentState.CAPTURED, 1000 + intent.pk % 7)
        assert intent.calls.filter(kind=CallKind.CAPTURE).count() == 1
    assert JournalEntry.objects.filter(kind="capture").count() == len(intents)
    assert real_till.calls_there("capture") == len(intents)


def test_one_event_delivered_by_several_at_once_is_one_row(real_till: Till) -> None:
    from billing.providers.fake import acts
    from billing.providers.fake.provider import SIGNATURE, sign

    real_till.go(real_till.pay())
    (body,) = acts.hooks_take(real_till.its.bank)
    at = int(clock.now().timestamp())
    headers = {SIGNATURE: f"t={at},v1={sign(acts.secret_of(real_till.its), body, at)}"}
    events = at_once(*[lambda: event_receive("fake", body, headers)] * 4)
    assert len({getattr(event, "pk", event) for event in events}) == 1


def test_a_second_capture_is_refused_by_the_database(real_till: Till) -> None:
    """Seen failing with the unique constraint dropped."""
    intent = real_till.pay()
    real_till.end(real_till.begin(intent))
    session_settle(intent, 900, "EUR")
    real_till.go(intent)
    call = PaymentCall.objects.get(intent=intent, kind=CallKind.CAPTURE)
    assert call.state == CallState.DONE
    call.pk, call.key = None, "another"
    with pytest.raises(IntegrityError, match="payment_captured_once"):
        call.save(force_insert=True)
    assert PaymentIntent.objects.get().captured_minor == 900
