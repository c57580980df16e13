"""The receipt of a session by mail, right after its price: written down once, sent once.

A row is there before anything is sent, one a session. Whoever sends claims it first, so that two workers never send the
same. A worker that dies between the mail server's yes and the commit leaves the one doubt there is: the mail goes again
after the claim, under the same Message-ID, by which mail programs know it.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

from django.db import IntegrityError
from django.db.models import F, Q, QuerySet

from billing.choices import BillingMode, MailState, RatingState
from billing.events import SessionRated
from billing.models import Rating, ReceiptMail, SessionCharge
from billing.services.event_reader import events_read
from billing.services.invoicing.run import NoIssuer, session_invoice
from billing.services.payments.settling import payment_of
from billing.services.refusals import BooksRefuse
from chargers.models import Transaction
from cpms.accounts.models import User
from cpms.core import clock
from cpms.core.models import OutboxEvent

from ..models import Profile
from .receipt_text import mail_of

logger = logging.getLogger(__name__)
READER: Final = "receipts"
AT_ONCE: Final = 100
# Prices that are older, such as those of an installation that is just being set up, are no news to anybody.
FRESH: Final = timedelta(days=2)
# What the outbox leads to at once is left to it.
SWEPT_AFTER: Final = timedelta(minutes=1)
LEASE: Final = timedelta(minutes=2)
BACK_OFF: Final = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))


def receipts_follow() -> int:
    """Invoice and write down a mail for each session that has its final price since; how many events were read."""
    return events_read(READER, events_apply, AT_ONCE)


def events_apply(events: Iterable[OutboxEvent]) -> None:
    """Do what events ask for, in any order and however often they come."""
    for event in events:
        if event.type == SessionRated.type and event.payload.get("state") == RatingState.FINAL:
            session = Transaction.objects.filter(public_id=event.subject).first()
            if session is not None:
                _try(session)


def receipts_sweep() -> int:
    """Write down what the outbox did not lead to, of the last two days; how many were looked at."""
    now = clock.now()
    paid = Q(transaction__payment__isnull=False) | Q(account__billing_mode=BillingMode.PREPAID)
    missed = Rating.objects.filter(
        paid, state=RatingState.FINAL, rated_at__gt=now - FRESH, rated_at__lt=now - SWEPT_AFTER,
        transaction__receipt_mail=None,
    )  # fmt: skip
    ratings = list(missed.select_related("transaction")[:AT_ONCE])
    for rating in ratings:
        _try(rating.transaction)
    return len(ratings)


def _try(session: Transaction) -> None:
    """One session without a receipt keeps nobody else's from being sent."""
    try:
        session_papers(session)
    except Exception:
        logger.exception("transaction %s got no receipt", session.public_id)


def session_papers(session: Transaction) -> ReceiptMail | None:
    """The invoice of a session whose payer gets one at once, and the mail to be sent; repeats change nothing."""
    rating = Rating.objects.filter(transaction=session, state=RatingState.FINAL).first()
    if rating is None or rating.rated_at < clock.now() - FRESH:
        return None
    charge = SessionCharge.objects.select_related("account__party").filter(transaction=session).first()
    if charge is not None:
        _invoice(charge)
    to, locale = recipient(session, charge)
    if not to:
        return None
    mail, _ = ReceiptMail.objects.get_or_create(
        transaction=session,
        defaults={
            "organisation_id": session.organisation_id, "to": to, "locale": locale, "next_attempt_at": clock.now(),
        },
    )  # fmt: skip
    return mail


def _invoice(charge: SessionCharge) -> None:
    """Without an invoice the receipt goes all the same."""
    try:
        session_invoice(charge)
    except NoIssuer:
        logger.info("charge %s has no invoice: nobody wrote down who sells", charge.public_id)
    except (BooksRefuse, IntegrityError):
        logger.exception("charge %s was not invoiced", charge.public_id)


def recipient(session: Transaction, charge: SessionCharge | None) -> tuple[str, str]:
    """Address and language: those of the guest, else of the holder of the wallet that paid; "" for nobody."""
    payment = payment_of(session)
    if payment is not None:
        return payment.email, payment.locale or "en"
    if charge is None or charge.account.billing_mode != BillingMode.PREPAID:
        return "", ""
    member, party = charge.member, charge.account.party
    return (member.email if member else party.email), _chosen(member) or party.locale


def _chosen(member: User | None) -> str:
    profile = Profile.objects.filter(user=member).first() if member else None
    return profile.locale if profile else ""


def receipts_send(most: int = AT_ONCE) -> int:
    """Send what is due, the earliest first; how many went out."""
    keys = list(_due(clock.now()).order_by("next_attempt_at", "id").values_list("pk", flat=True)[:most])
    return sum(receipt_send(key) for key in keys)


def _due(now: datetime) -> QuerySet[ReceiptMail]:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return ReceiptMail.objects.filter(free, state=MailState.WAITING, next_attempt_at__lte=now)


def receipt_send(key: int) -> bool:
    """Send one mail, unless somebody else sends it or it is done; whether it went out."""
    now = clock.now()
    claimed = _due(now).filter(pk=key).update(claimed_until=now + LEASE, attempts=F("attempts") + 1)
    if not claimed:
        return False
    mail = ReceiptMail.objects.select_related("transaction__station__site", "organisation").get(pk=key)
    try:
        mail_of(mail).send()
    except (SMTPException, OSError) as error:
        _again(mail, f"{type(error).__name__}: {error}")
        return False
    _done(mail, MailState.SENT, sent_at=clock.now())
    return True


def _again(mail: ReceiptMail, problem: str) -> None:
    logger.warning("receipt %s was not sent: %s", mail.public_id, problem)
    mail.problem = problem[:255]
    if mail.attempts > len(BACK_OFF):
        _done(mail, MailState.FAILED)
        return
    mail.claimed_until, mail.next_attempt_at = None, clock.now() + BACK_OFF[mail.attempts - 1]
    mail.save(update_fields=["problem", "claimed_until", "next_attempt_at"])


def _done(mail: ReceiptMail, state: MailState, sent_at: datetime | None = None) -> None:
    mail.state, mail.sent_at, mail.next_attempt_at, mail.claimed_until = state, sent_at, None, None
    mail.save(update_fields=["state", "sent_at", "next_attempt_at", "claimed_until", "problem"])
