"""The receipt of a session by mail, right after its price: written down once, sent once.

A row is there before anything is sent, one a session; `mailing` sends it.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import IntegrityError
from django.db.models import Q

from billing.choices import BillingMode, RatingState
from billing.events import SessionRated
from billing.models import Rating, ReceiptMail, SessionCharge
from billing.services.books.refusals import BooksRefuse
from billing.services.event_reader import events_read
from billing.services.invoicing.run import NoIssuer, session_invoice
from billing.services.payments.settling import payment_of
from chargers.models import Transaction
from cpms.accounts.models import User
from cpms.core import clock
from cpms.core.models import OutboxEvent

from ..models import Profile
from .mailing import mails_send
from .receipt_text import mail_of

logger = logging.getLogger(__name__)
READER: Final = "receipts"
AT_ONCE: Final = 100
# Prices that are older, such as those of an installation that is just being set up, are no news to anybody.
FRESH: Final = timedelta(days=2)
# What the outbox leads to at once is left to it.
SWEPT_AFTER: Final = timedelta(minutes=1)


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
    return mails_send(ReceiptMail, mail_of, most)
