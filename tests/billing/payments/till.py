"""A charger that can be paid for: its payments, its fake provider, and the hands of everybody around it."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import time_machine
from django.test import Client

from billing.books.chart import Purpose
from billing.choices import BillingMode, PartyKind
from billing.models import Account, PaymentIntent
from billing.providers import provider
from billing.providers.fake import acts
from billing.providers.fake.bank import Payment
from billing.providers.fake.provider import FakeProvider
from billing.services.accounts.parties import account_open, party_create
from billing.services.books.ledger import balance_minor
from billing.services.payments.opening import HoldAmount, Means, session_pay, top_up
from billing.services.payments.sweep import payments_sweep
from chargers.choices import CommandState
from chargers.domain import Outcome
from chargers.models import Command, Transaction
from chargers.ocpp.adapters import by_subprotocol
from chargers.services.commands.end import Reply
from chargers.services.commands.life import command_answered
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.chargers.reports import report, source_of, start, stop
from tests.worlds import World

ADAPTER = by_subprotocol("ocpp1.6")
YES = Reply(CommandState.ACCEPTED, Outcome(True, "Accepted"), {"status": "Accepted"})
NO = Reply(CommandState.REJECTED, Outcome(False, "Rejected"), {"status": "Rejected"})
FIFTY = HoldAmount(5000, "EUR")
PATH = "/payments/webhooks/fake"


class Till:
    """One world's payments; `time` may be shifted."""

    def __init__(self, world: World, time: time_machine.Traveller) -> None:
        self.world = world
        self.time = time

    @cached_property
    def its(self) -> FakeProvider:
        made = provider("fake")
        assert isinstance(made, FakeProvider)
        return made

    def pay(self, card: str = "fake_visa", amount: HoldAmount = FIFTY, **facts: Any) -> PaymentIntent:
        """A guest wants to charge at outlet 1."""
        means = Means(method_ref=card, **facts)
        return session_pay(self.world.station, 1, means, SYSTEM, amount=amount)

    def account(self, mode: BillingMode, overshoot_minor: int = 0) -> Account:
        facts = {"legal_name": f"{self.world.mark} {mode}", "country": "DE"}
        party = party_create(self.world.organisation, SYSTEM, kind=PartyKind.DRIVER, **facts)
        return account_open(
            party, SYSTEM, name=str(mode), billing_mode=mode, currency="EUR", overshoot_minor=overshoot_minor
        )

    def top_up(self, account: Account, minor: int = 2000, card: str = "fake_visa") -> PaymentIntent:
        return top_up(account, minor, Means(method_ref=card), SYSTEM)

    def go(self, intent: PaymentIntent, seconds: float = 0.01, rounds: int = 2) -> PaymentIntent:
        """Let time pass and everything unfinished go on."""
        for _ in range(rounds):
            self.time.shift(timedelta(seconds=seconds))
            payments_sweep()
        return self.now(intent)

    @staticmethod
    def now(intent: PaymentIntent) -> PaymentIntent:
        return PaymentIntent.objects.get(pk=intent.pk)

    def there(self, intent: PaymentIntent) -> Payment:
        """The payment in the provider's own books."""
        with self.its.bank.store.open() as books:
            found = books.payment_of(intent.public_id)
        assert found is not None
        return found

    def payments_there(self) -> list[Payment]:
        with self.its.bank.store.open() as books:
            return list(books.payments())

    def calls_there(self, kind: str) -> int:
        """How often the provider was asked for something."""
        with self.its.bank.store.open() as books:
            found = books.rows.execute("SELECT count(*) FROM calls WHERE kind = ?", (kind,)).fetchone()
        return int(found[0])

    def answer(self, intent: PaymentIntent, reply: Reply = YES) -> Command:
        """The station is sent the remote start, and answers it."""
        intent = self.now(intent)
        assert intent.command is not None
        Command.objects.filter(pk=intent.command.pk).update(
            state=CommandState.SENT, epoch=1, sent_at=clock.now(), claimed_at=clock.now()
        )
        command = Command.objects.get(pk=intent.command.pk)
        command_answered(source_of(self.world.station), command, reply, ADAPTER)
        command.refresh_from_db()
        return command

    def begin(self, intent: PaymentIntent) -> Transaction:
        """Hold, remote start, and the session it leads to."""
        intent = self.go(intent)
        self.answer(intent)
        session = report(self.world.station, start(intent.uid, clock.now())).transaction
        assert self.go(intent, 3).transaction == session
        return session

    def end(self, session: Transaction, at: datetime | None = None) -> Transaction:
        report(self.world.station, stop(session.reference, at or clock.now(), 11_000))
        session.refresh_from_db()
        return session

    def deliver(self, bodies: list[bytes] | None = None) -> int:
        """The provider's webhooks arrive; by default all that wait, once, in order."""
        client = Client()

        def post(body: bytes, headers: dict[str, str]) -> int:
            return client.post(PATH, body, content_type="application/json", headers=headers).status_code

        return acts.hooks_send(self.its, acts.hooks_take(self.its.bank) if bodies is None else bodies, post)

    def balance(self, purpose: Purpose, owner: str = "") -> int:
        code = f"{purpose}/{owner}" if owner else str(purpose)
        return balance_minor(self.world.organisation.pk, code, "EUR")

    def balance_of(self, name: str) -> int:
        """What a provider owes us by our books."""
        return self.balance(Purpose.CLEARING, name)

    @property
    def clearing(self) -> int:
        """What the fake provider owes us by our books."""
        return self.balance_of("fake")
