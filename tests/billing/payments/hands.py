"""Everybody around the payments of a campaign: payers, stations, late webhooks, programs that repeat themselves."""

import random
from datetime import timedelta

import time_machine
from django.db.models import Max
from django.test import Client

from billing.choices import PaymentState, PaymentWish
from billing.models import Account, PaymentIntent
from billing.providers import provider
from billing.providers.fake import acts
from billing.providers.fake.cards import Mishap
from billing.providers.fake.provider import FakeProvider
from billing.services.books.charges import session_charge
from billing.services.payments.opening import HoldAmount, Means, session_pay, top_up
from billing.services.payments.settling import session_settle
from billing.services.payments.sweep import payments_sweep
from chargers.choices import CommandEffect, CommandState, TransactionState
from chargers.models import ChargingStation, Command, Transaction
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.billing.books.shop import german

from .plan import HOLD_MINOR, Trial
from .till import PATH

_KINDS = ("authorise", "capture", "cancel", "refund", "increment", "read", "any")
_MOST_ROUNDS = 150


class Hands:
    """Plays trials to their end; begins again where another was killed."""

    def __init__(self, station: ChargingStation, wallet: Account, key: str, seed: str) -> None:
        self.station, self.wallet = station, wallet
        self.api = Client(headers={"Authorization": f"Bearer {key}"}, SERVER_NAME="localhost")
        self.rng = random.Random(seed)
        self.late_hooks: list[bytes] = []
        its = provider("fake")
        assert isinstance(its, FakeProvider)
        self.its = its

    def play(self, batch: list[Trial], time: time_machine.Traveller) -> None:
        """All of a batch at once. AssertionError when one does not come to its end."""
        self._catch_up(time)
        for _ in range(_MOST_ROUNDS):
            open_ones = [trial for trial in batch if not self._turn(trial)]
            if not open_ones:
                return
            self._trouble()
            payments_sweep()
            self._deliver()
            time.shift(timedelta(seconds=self.rng.choice((0.5, 3, 25, 65))))
        raise AssertionError(f"no end of {open_ones[0]}: {vars(self._payment(open_ones[0]) or open_ones[0])}")

    def _catch_up(self, time: time_machine.Traveller) -> None:
        """No clock stays far behind the others', nor behind itself after a crash."""
        latest = PaymentIntent.objects.aggregate(at=Max("created_at"))["at"]
        if latest is not None and latest > clock.now():
            time.move_to(latest)

    def _payment(self, trial: Trial) -> PaymentIntent | None:
        return PaymentIntent.objects.filter(email=trial.email).first()

    def _turn(self, trial: Trial) -> bool:
        """What happens next around a payment; True when nothing will any more."""
        intent = self._payment(trial)
        if intent is None:
            self._open(trial)
        elif intent.state == PaymentState.NEEDS_ACTION and intent.provider_ref:
            self._confirm(trial, intent)
        elif intent.state == PaymentState.AUTHORISED and intent.wish == PaymentWish.HOLD:
            self._charge(trial, intent)
        elif intent.captured_minor and trial.refunded_minor and not intent.refunds.exists():
            self._refund(trial, intent)
        else:
            return intent.next_attempt_at is None
        return False

    def _open(self, trial: Trial) -> None:
        means = Means(method_ref=trial.card, email=trial.email)
        if trial.kind == "top-up":
            top_up(self.wallet, trial.minor, means, SYSTEM)
        else:
            session_pay(self.station, 1, means, SYSTEM, amount=HoldAmount(HOLD_MINOR, "EUR"))

    def _confirm(self, trial: Trial, intent: PaymentIntent) -> None:
        try:
            acts.payer_confirms(self.its, intent.provider_ref, trial.agrees)
        except ValueError:
            # It was confirmed before, and nobody told us yet.
            return

    def _charge(self, trial: Trial, intent: PaymentIntent) -> None:
        """The station refuses, or charges and ends; the final price is told one to five times."""
        yes = trial.kind == "session"
        Command.objects.filter(pk=intent.command_id).update(
            state=CommandState.ACCEPTED if yes else CommandState.REJECTED, effect=CommandEffect.PENDING,
            sent_at=clock.now(), finished_at=clock.now(),
        )  # fmt: skip
        if not yes or self.rng.random() < 0.3:
            return
        session = self._session(intent)
        assert intent.account is not None
        if trial.minor:
            session_charge(session, intent.account, german(trial.minor), session.started_at)
        for _ in range(self.rng.randint(1, 5)):
            session_settle(intent, trial.minor, "EUR")

    def _session(self, intent: PaymentIntent) -> Transaction:
        now = max(clock.now(), intent.authorised_at or clock.now())
        times = {"started_at": now, "start_received_at": now, "ended_at": now}
        facts = {"organisation_id": intent.organisation_id, "uid": intent.uid, "reference": intent.uid}
        session, _ = Transaction.objects.get_or_create(
            station=self.station, natural_key=intent.uid,
            defaults=times | facts | {"state": TransactionState.ENDED, "energy_wh": 1000},
        )  # fmt: skip
        return session

    def _refund(self, trial: Trial, intent: PaymentIntent) -> None:
        """A program sends its request one to five times, always with the same key; 503 says that it was not taken."""
        for _ in range(self.rng.randint(1, 5)):
            answer = self.api.post(
                f"/api/v1/payments/{intent.public_id}/refunds",
                {"amount_minor": trial.refunded_minor, "reason": "campaign"},
                content_type="application/json",
                headers={"Idempotency-Key": trial.email},
            )
            assert answer.status_code in (201, 503), answer.content

    def _trouble(self) -> None:
        """Some of the next calls go wrong."""
        for _ in range(self.rng.choice((0, 1, 1, 2, 4))):
            acts.mishaps(self.its.bank, self.rng.choice(_KINDS), self.rng.choice((None, *Mishap)))

    def _deliver(self) -> None:
        """Webhooks come one to five times, in any order; some much later, some never."""
        new = [body for body in acts.hooks_take(self.its.bank) for _ in range(self.rng.randint(1, 5))]
        bodies = [*new, *self.late_hooks]
        self.rng.shuffle(bodies)
        cut = len(bodies) * 2 // 3
        now, self.late_hooks = bodies[:cut], bodies[cut:][:200]
        client = Client(SERVER_NAME="localhost")

        def post(body: bytes, headers: dict[str, str]) -> int:
            return client.post(PATH, body, content_type="application/json", headers=headers).status_code

        acts.hooks_send(self.its, now, post)
