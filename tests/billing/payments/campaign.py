"""Payments told one to five times in any order, by several processes that are killed; then the proof."""

import random
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from billing.books.chart import Purpose, code
from billing.choices import BillingMode, PartyKind
from billing.models import PaymentIntent
from billing.providers import provider
from billing.providers.fake.provider import FakeProvider
from billing.services.accounts.parties import account_open, party_create
from billing.services.books.checks import books_check
from billing.services.books.ledger import balance_minor
from cpms.core.actors import SYSTEM
from tests.billing.books.campaign import Outcome, Run
from tests.billing.books.crew import Crew
from tests.worlds import World

from .plan import Trial, trials


class Payers(Crew):
    """Processes that play payments."""

    module = "tests.billing.payments.worker"


def payment_campaign(run: Run, number: int, workers: int, batch: int = 20) -> Outcome:
    """Play so many payments, `batch` of them at once in each process, and prove that none was charged twice or lost."""
    begun = time.monotonic()
    world = World("TRIALS")
    party = party_create(world.organisation, SYSTEM, kind=PartyKind.DRIVER, legal_name="Payer", country="DE")
    wallet = account_open(party, SYSTEM, name="Wallet", billing_mode=BillingMode.PREPAID, currency="EUR")
    # Wallets are emptied by refunds only, so each is possible whatever came before.
    job = {
        "seed": run.seed, "trials": number, "workers": workers, "station": world.station.pk, "wallet": wallet.pk,
        "key": world.key("billing.view", "billing.edit"), "provider": settings.FAKE_PAYMENTS, "batch": batch,
    }  # fmt: skip
    crew = Payers(run.home, run.database_url, job, workers)
    crew.run(run.kills, run.pace_s, random.Random(run.seed), run.limit_s)
    plan = trials(run.seed, number)
    captured = sum(trial.captured_minor > 0 for trial in plan)
    figures = {"captured": captured, "refunded": sum(trial.refunded_minor > 0 for trial in plan)}
    outcome = Outcome(f"{number:,} payments, seed {run.seed}", crew.killed, crew.outcomes(), figures)
    outcome.wrong = wrong_with(plan, world.organisation.pk)
    outcome.took_s = time.monotonic() - begun
    return outcome


def wrong_with(plan: list[Trial], organisation: int) -> list[str]:
    """All that does not agree, as sentences."""
    there = _there()
    ours = {row.email: row for row in PaymentIntent.objects.filter(organisation_id=organisation)}
    wrong = [words for trial in plan for words in _wrong_trial(trial, ours.get(trial.email), there)]
    wrong += [str(finding) for finding in books_check()]
    due = sum(trial.captured_minor - trial.refunded_minor for trial in plan)
    booked = balance_minor(organisation, code(Purpose.CLEARING, "fake"), "EUR")
    if booked != due:
        wrong.append(f"the provider owes {due}, the books say {booked}")
    if len(ours) != len(plan):
        wrong.append(f"{len(plan)} payments were wanted, there are {len(ours)}")
    return wrong


def _there() -> dict[str, list[dict[str, Any]]]:
    """The provider's own books, by our ids."""
    its = provider("fake")
    assert isinstance(its, FakeProvider)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with its.bank.store.open() as books:
        for payment in books.payments():
            found[payment["ours"]].append(payment)
    return found


def _wrong_trial(
    trial: Trial, intent: PaymentIntent | None, there: dict[str, list[dict[str, Any]]]
) -> list[str]:
    if intent is None:
        return [f"{trial}: no payment"]
    its = there[intent.public_id]
    taken = sum(each["captured"] for each in its)
    back = sum(r["minor"] for each in its for r in each["refunds"] if r["state"] == "done")
    held = sum(each["state"] in ("authorised", "needs_action") for each in its)
    found = {
        "captured there": (taken, trial.captured_minor), "captured here": (intent.captured_minor, trial.captured_minor),
        "booked": (intent.posted_minor, trial.captured_minor), "given back there": (back, trial.refunded_minor),
        "given back here": (intent.refunded_minor, trial.refunded_minor), "still held": (held, 0),
        "payments there": (len(its), 1),
    }  # fmt: skip
    return [f"{trial}: {what} {is_}, not {due}" for what, (is_, due) in found.items() if is_ != due]


def database_url() -> str:
    """The database this process works on."""
    its = connection.settings_dict
    return f"postgresql://{its['USER']}:{its['PASSWORD']}@{its['HOST']}:{its['PORT']}/{its['NAME']}"


def provider_at(path: Path) -> None:
    """From now on the fake provider's books are this file."""
    settings.FAKE_PAYMENTS = str(path)
    provider.cache_clear()
