"""Our Stripe code against a server none of us wrote: localstripe, in a process and an environment of its own.

It speaks Stripe's words over HTTP, but ignores idempotency keys, knows no increments, and tells a partial capture as a
whole one with a refund of the rest, as Stripe once did.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from billing.choices import BillingMode, CallKind, CallState, PaymentState, RefundState
from billing.models import ProviderEvent
from billing.payments.interface import BadSignature, HoldAsk, Refused
from billing.providers import provider
from billing.providers.stripe.provider import StripeProvider
from billing.services.books.ledger import wallet_minor
from billing.services.payments import calls
from billing.services.payments.events import event_receive
from billing.services.payments.methods import method_add
from billing.services.payments.opening import Means, PaymentRefused, top_up
from billing.services.payments.refunds import refund_open
from billing.services.payments.settling import session_settle
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.chargers.reports import report, start
from tests.stripe.foreign import CHALLENGED, DECLINED, GOOD, KEY, PATIENCE_S, SECRET, Stripe
from tests.stripe.front import Front
from tests.worlds import World

from .till import Till


@pytest.fixture
def stripe(stripe_front: Front) -> Stripe:
    return Stripe(stripe_front.url)


@pytest.fixture
def its(stripe: Stripe) -> StripeProvider:
    return StripeProvider(KEY, SECRET, stripe.url)


@pytest.fixture
def till(world: World, stripe: Stripe, settings: Settings) -> Iterator[Till]:
    settings.STRIPE = {"SECRET_KEY": KEY, "WEBHOOK_SECRET": SECRET, "API_URL": stripe.url}
    settings.PAYMENT_PROVIDER = "stripe"
    provider.cache_clear()
    with time_machine.travel(timezone.now(), tick=True) as moved:
        yield Till(world, moved)
    provider.cache_clear()


def net(intent: dict[str, Any]) -> int:
    """What the payer has paid in the end."""
    charge = intent["charges"]["data"][0]
    return int(charge["amount"] - charge["amount_refunded"]) if charge["captured"] else 0


@pytest.mark.django_db
def test_a_session_is_held_captured_and_partly_given_back(till: Till, stripe: Stripe) -> None:
    intent = till.pay(stripe.card(GOOD))
    till.end(till.begin(intent))
    session_settle(intent, 1234, "EUR")
    intent = till.go(intent, 3)
    assert intent.state == PaymentState.CAPTURED
    (there,) = stripe.payments_of(intent.public_id)
    assert net(there) == 1234
    assert till.balance_of("stripe") == 1234
    refund = refund_open(intent, 234, "too warm", SYSTEM)
    intent = till.go(intent, 3)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE
    assert net(stripe.payments_of(intent.public_id)[0]) == till.balance_of("stripe") == 1000


@pytest.mark.django_db
def test_a_declined_card_holds_nothing(till: Till, stripe: Stripe) -> None:
    intent = till.go(till.pay(stripe.card(DECLINED)), 3)
    assert (intent.state, intent.command) == (PaymentState.FAILED, None)
    assert "declined" in intent.failure


@pytest.mark.django_db
def test_a_challenge_is_waited_for_and_seen_when_it_is_met(till: Till, stripe: Stripe) -> None:
    intent = till.go(till.pay(stripe.card(CHALLENGED)), 3)
    assert (intent.state, intent.command) == (PaymentState.NEEDS_ACTION, None)
    secret = provider("stripe").read(intent.provider_ref).client_secret
    path = f"/v1/payment_intents/{intent.provider_ref}/_authenticate"
    stripe.ask(path, client_secret=secret, success="true", key="pk_test_12345")
    intent = till.go(intent, 30)
    assert intent.state == PaymentState.AUTHORISED
    assert intent.command is not None


@pytest.mark.django_db
def test_a_hold_that_is_not_needed_is_released(till: Till, stripe: Stripe) -> None:
    intent = till.pay(stripe.card(GOOD))
    till.end(till.begin(intent))
    session_settle(intent, 0, "EUR")
    assert till.go(intent, 3).state == PaymentState.CANCELLED
    assert [each["status"] for each in stripe.payments_of(intent.public_id)] == ["canceled"]


@pytest.mark.django_db
def test_a_hold_that_cannot_be_raised_is_captured_as_far_as_it_goes(till: Till, stripe: Stripe) -> None:
    intent = till.pay(stripe.card(GOOD))
    till.end(till.begin(intent))
    session_settle(intent, 6000, "EUR")
    intent = till.go(intent, 5, rounds=3)
    assert intent.calls.get(kind=CallKind.INCREMENT).state == CallState.REFUSED
    assert (intent.state, intent.captured_minor) == (PaymentState.CAPTURED, 5000)


@pytest.mark.django_db
def test_a_process_that_died_after_the_call_holds_once(till: Till, stripe: Stripe) -> None:
    """This server ignores the key: only the look before a repeat keeps a second hold away."""
    intent = till.pay(stripe.card(GOOD))
    till.time.shift(timedelta(seconds=1))
    work = calls._claim(intent.pk)
    assert work is not None
    calls._ask(work)
    intent = till.go(intent, 61)
    assert intent.state == PaymentState.AUTHORISED
    assert len(stripe.payments_of(intent.public_id)) == 1
    till.answer(intent)
    till.end(report(till.world.station, start(intent.uid, clock.now())).transaction)
    till.go(intent, 3)
    session_settle(intent, 700, "EUR")
    till.time.shift(timedelta(seconds=1))
    work = calls._claim(intent.pk)
    assert work is not None
    calls._ask(work)
    intent = till.go(intent, 61)
    assert net(stripe.payments_of(intent.public_id)[0]) == till.balance_of("stripe") == 700


@pytest.mark.django_db
def test_a_stored_card_tops_a_wallet_up_without_its_owner(till: Till, stripe: Stripe) -> None:
    account = till.account(BillingMode.PREPAID)
    method = method_add(account, stripe.card(GOOD), "driver@example.com", SYSTEM)
    assert (method.label, method.expires_on) == ("Visa •••• 4242", "2031-12")
    assert method_add(account, method.provider_ref, "driver@example.com", SYSTEM) == method
    intent = top_up(account, 2000, Means(method=method, off_session=True), SYSTEM)
    assert till.go(intent, 3).state == PaymentState.CAPTURED
    assert wallet_minor(account) == 2000
    with pytest.raises(PaymentRefused):
        method_add(account, "pm_none", "driver@example.com", SYSTEM)


def test_nonsense_is_refused_and_silence_is_unclear(its: StripeProvider) -> None:
    from billing.payments.interface import Unclear

    with pytest.raises(Refused):
        its.read("pi_none")
    with pytest.raises(Refused):
        its.authorise(HoldAsk("pay_1", 0, "EUR", method_ref="pm_none"), "key")
    with pytest.raises(Unclear):
        StripeProvider(KEY, SECRET, "http://127.0.0.1:9").read("pi_any")
    assert its.find("pay_none", timezone.now()) is None


class Ear(BaseHTTPRequestHandler):
    """Takes webhooks as they come over the wire."""

    heard: list[tuple[bytes, dict[str, str]]] = []

    def do_POST(self) -> None:
        self.heard.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.mark.django_db
def test_its_webhooks_are_verified_on_the_raw_body(till: Till, stripe: Stripe) -> None:
    Ear.heard.clear()
    server = HTTPServer(("127.0.0.1", 0), Ear)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        where = f"http://127.0.0.1:{server.server_port}/"
        stripe.ask("/_config/webhooks/test", url=where, secret=SECRET)
        intent = till.go(till.top_up(till.account(BillingMode.PREPAID), card=stripe.card(GOOD)), 1)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and not any(intent.provider_ref.encode() in raw for raw, _ in Ear.heard):
            time.sleep(0.1)
    finally:
        server.shutdown()
        server.server_close()
    raw, headers = next(each for each in Ear.heard if intent.provider_ref.encode() in each[0])
    with pytest.raises(BadSignature):
        event_receive("stripe", raw + b" ", headers)
    with pytest.raises(BadSignature):
        event_receive("stripe", raw, headers | {"Stripe-Signature": "t=1,v1=\u00e4"})
    event_receive("stripe", raw, headers)
    event_receive("stripe", raw, headers)
    event = ProviderEvent.objects.get()
    assert (event.provider_ref, event.deliveries) == (intent.provider_ref, 2)
    till.go(intent, 3)
    event.refresh_from_db()
    assert (event.intent, event.processed_at is not None) == (intent, True)
