"""The final price of a session: charged once, corrected by mirror and new entry, refunded at most once over."""

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from billing.books.chart import Purpose
from billing.books.facts import amount_of
from billing.books.lines import Amount
from billing.books.postings import FinalRating, Impossible, Refund
from billing.choices import BillingMode
from billing.models import Account, JournalEntry, SessionCharge
from chargers.models import Transaction
from cpms.accounts.models import User

from .ledger import Heading, entry_post, mirror_post
from .postings import Told
from .refusals import KeyConflict, NotReversible, OverCredited, refusals


def session_charge(
    session: Transaction, account: Account, price: Amount, ended_at: datetime, *,
    attempt: int = 1, member: User | None = None, booked_on: date | None = None,
) -> SessionCharge:  # fmt: skip
    """Charge a session its final price; a repeat returns the charge there is, corrected since or not.

    A wallet pays as far as it goes (and its overshoot), the rest is a claim. Raises `KeyConflict` when the session was
    charged otherwise before (`session_correct` changes a price), `PeriodClosed`, `Impossible` for a price on a free
    account. `booked_on` is the day in whose month it counts; by default that of `ended_at`.
    """
    _check(session, account, price)
    with refusals(), transaction.atomic():
        # The session's row is the lock: whoever comes second finds the charge.
        Transaction.objects.select_for_update(no_key=True).only("pk").get(pk=session.pk)
        charge = SessionCharge.objects.select_related("entry").filter(transaction=session).first()
        if charge is not None:
            return _repeated(charge, account, price, attempt)
        charge = SessionCharge(
            organisation_id=session.organisation_id, transaction=session, account=account, member=member,
            ended_at=ended_at, currency=account.currency,
        )  # fmt: skip
        _price(charge, price, attempt, Told(ended_at, session.public_id, booked_on=booked_on))
        charge.save()
        return charge


def _check(session: Transaction, account: Account, price: Amount) -> None:
    if session.organisation_id != account.organisation_id:
        raise Impossible(f"account: {account.public_id} belongs to another organisation than the session")
    if account.billing_mode == BillingMode.FREE and price.gross_minor:
        raise Impossible(f"price: {account.public_id} is free of charge, got {price.gross_minor}")


def _repeated(charge: SessionCharge, account: Account, price: Amount, attempt: int) -> SessionCharge:
    corrected_since = attempt < charge.attempt
    if charge.account_id != account.pk or not (corrected_since or amount_of(charge.amount) == price):
        raise KeyConflict(f"the session is charged already: {charge.public_id}, attempt {charge.attempt}")
    return charge


def _price(charge: SessionCharge, price: Amount, attempt: int, told: Told) -> None:
    """Post the price of an attempt and let the charge stand for it."""
    charge.attempt, charge.amount, charge.gross_minor = attempt, asdict(price), price.gross_minor
    charge.entry = None
    if price.gross_minor or any(part.net_minor for part in price.parts):
        account = charge.account
        posting = FinalRating(account.public_id, price, None if account.has_wallet else 0)
        key = f"final:{charge.transaction.public_id}:{attempt}"
        heading = Heading(
            key, charge.currency, told.at, charge.transaction.public_id, told.booked_on, account.cost_centre
        )
        charge.entry = entry_post(charge.organisation_id, posting, heading)


def session_correct(
    charge: SessionCharge, price: Amount, attempt: int, told: Told, reason: str
) -> SessionCharge:
    """Take the price back by its mirror and charge another one; 0 voids the session.

    `attempt` numbers the rating: one that was charged already changes nothing. Raises `OverCredited` when more was
    refunded than the new price, `KeyConflict` for an attempt told with two prices, `Overdrawn`, `PeriodClosed`.
    """
    with refusals(), transaction.atomic():
        charge = _locked(charge)
        if attempt <= charge.attempt:
            return _told_again(charge, price, attempt)
        if not amount_of(charge.refunded).fits_in(price):
            raise OverCredited(
                f"{charge.refunded_minor} of {charge.public_id} were refunded, more than the new price"
            )
        if charge.entry is not None:
            mirror_post(charge.entry, told.at, reason, booked_on=told.booked_on)
        _price(charge, price, attempt, told)
        charge.save(update_fields=["attempt", "amount", "gross_minor", "entry"])
        return charge


def _told_again(charge: SessionCharge, price: Amount, attempt: int) -> SessionCharge:
    if attempt == charge.attempt and amount_of(charge.amount) != price:
        raise KeyConflict(f"attempt {attempt} of {charge.public_id} has another price")
    return charge


def session_refund(charge: SessionCharge, part: Amount, told: Told, *, provider: str = "") -> JournalEntry:
    """Give a part of a price back: through the provider if one is named, else to the wallet, else off the claim.

    Raises `OverCredited` when all refunds together would exceed the price in net or tax, `KeyConflict`, `PeriodClosed`.
    """
    with refusals(), transaction.atomic():
        charge = _locked(charge)
        posting = Refund(charge.account.public_id, part, _into(charge, provider), provider)
        key = f"refund:{charge.public_id}:{told.reference}"
        is_new = not JournalEntry.objects.filter(organisation_id=charge.organisation_id, key=key).exists()
        refunded = amount_of(charge.refunded) + part
        if is_new and not refunded.fits_in(amount_of(charge.amount)):
            raise OverCredited(f"{charge.public_id}: {refunded.gross_minor} refunded of {charge.gross_minor}")
        source = charge.transaction.public_id
        entry = entry_post(
            charge.organisation_id, posting, Heading(key, charge.currency, told.at, source, told.booked_on)
        )
        if is_new:
            charge.refunded, charge.refunded_minor = asdict(refunded), refunded.gross_minor
            charge.save(update_fields=["refunded", "refunded_minor"])
        return entry


def refund_take_back(charge: SessionCharge, refund: JournalEntry, told: Told, reason: str) -> JournalEntry:
    """A refund did not reach anybody: its mirror, once, and it may be refunded again. Raises `NotReversible`."""
    with refusals(), transaction.atomic():
        charge = _locked(charge)
        if refund.kind != Refund.kind or refund.source != charge.transaction.public_id:
            raise NotReversible(f"{refund.public_id} is no refund of {charge.public_id}")
        first = JournalEntry.objects.filter(reverses=refund).first()
        if first is not None:
            return first
        mirror = mirror_post(refund, told.at, reason, booked_on=told.booked_on)
        refunded = amount_of(charge.refunded) - amount_of(refund.facts["amount"])
        charge.refunded, charge.refunded_minor = asdict(refunded), refunded.gross_minor
        charge.save(update_fields=["refunded", "refunded_minor"])
        return mirror


def _into(charge: SessionCharge, provider: str) -> Purpose:
    if provider:
        return Purpose.CLEARING
    return Purpose.WALLET if charge.account.has_wallet else Purpose.RECEIVABLE


def _locked(charge: SessionCharge) -> SessionCharge:
    # Not joined with its entry: a lock that was waited for would come with the newer charge but the older join.
    return SessionCharge.objects.select_for_update(no_key=True).get(pk=charge.pk)


def refundable(charge: SessionCharge) -> Amount:
    """What has not been refunded yet."""
    return amount_of(charge.amount) - amount_of(charge.refunded)
