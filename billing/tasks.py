"""What Celery does for money. Each task can run twice or late without harm."""

import logging

from celery import shared_task

from cpms.core import audit, clock
from cpms.core.actors import SYSTEM
from cpms.core.events import publish

from .events import BooksAlarm
from .providers.fake.send import hooks_deliver
from .services.books.checks import Finding, books_check
from .services.dunning.cases import dunning_run
from .services.home.making import reimbursements_run
from .services.invoicing.corrections import credits_run
from .services.invoicing.fees import fees_run
from .services.invoicing.run import invoices_run
from .services.payments.sweep import payments_sweep
from .services.ratings import follow, running
from .services.settlements.making import settlements_run
from .services.subscriptions.periods import subscriptions_charge

logger = logging.getLogger(__name__)


@shared_task
def check_books() -> None:
    """Prove the books every night; each thing that does not agree raises an alarm."""
    for finding in books_check():
        _alarm(finding)


def _alarm(finding: Finding) -> None:
    logger.critical("books: %s: %s %s", finding.check, finding.subject, finding.detail)
    audit.record(
        SYSTEM, "books.alarm", organisation_id=finding.organisation_id, subject=finding.subject,
        label=finding.check, detail=finding.detail,
    )  # fmt: skip
    publish(
        BooksAlarm(
            organisation_id=finding.organisation_id, subject=finding.subject, occurred_at=clock.now(),
            check=finding.check, detail=finding.detail,
        )
    )  # fmt: skip


@shared_task
def follow_sessions() -> None:
    """Agree, rate and correct as the outbox tells."""
    while follow.events_follow() == follow.AT_ONCE:
        continue


@shared_task
def sweep_sessions() -> None:
    """Rate what the outbox did not lead to."""
    follow.sessions_sweep()


@shared_task
def refresh_estimates() -> None:
    """Give running sessions their cost so far."""
    running.estimates_refresh()


@shared_task
def sweep_payments() -> None:
    """Take every payment that is not done further."""
    payments_sweep()


@shared_task
def send_fake_webhooks() -> None:
    """Let the fake provider, where there is one, tell what happened there."""
    hooks_deliver()


@shared_task
def run_invoices() -> None:
    """Invoice what is due, and credit what the books took back since."""
    invoices_run()
    credits_run()


@shared_task
def charge_subscriptions() -> None:
    """Charge and invoice every month of a subscription that has begun."""
    subscriptions_charge()
    fees_run()


@shared_task
def run_settlements() -> None:
    """Tell site hosts of every month that is over."""
    settlements_run()


@shared_task
def run_reimbursements() -> None:
    """Tell employers what employees charged at home in every month that is over."""
    reimbursements_run()


@shared_task
def run_dunning() -> None:
    """Remind of invoices that are not paid, and stop where they are."""
    dunning_run()
