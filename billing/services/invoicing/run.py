"""The invoice run: sessions of an account become a document with its number. Repeats and crashes change nothing."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from billing.books.cycles import span
from billing.choices import BillingMode, InvoiceState, TaxCategory
from billing.models import Account, Invoice, Party, SessionCharge
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.invoices import Supply, invoice_draft, invoice_issue
from cpms.core import clock
from cpms.core.actors import SYSTEM, Actor

from .due import INVOICED_MODES, cycle_end, due_charges, dues
from .issuer import NoIssuer, issuer_ready
from .items import Lined, decision_json, lined

__all__ = ["NoIssuer", "account_invoice", "invoices_run", "session_invoice"]

logger = logging.getLogger(__name__)
# One document of a large fleet; what is beyond it follows in the next.
MOST_SESSIONS = 2_000
# Sessions from before it was known who sells are no surprise in anybody's mail.
MISSED = timedelta(days=7)


def account_invoice(
    account: Account, until: datetime | None, actor: Actor, at: datetime | None = None
) -> Invoice | None:
    """One invoice over the sessions of an account that ended before a moment; None when there is none.

    It is dated `at`, else now.
    A draft that no tax rule fits stays a draft and says why (`held_because`). Raises `NoIssuer`, `BooksRefuse`.
    """
    issuer = issuer_ready(account.organisation_id)
    with transaction.atomic():
        # The account's row is the lock: of two runs the second finds the sessions taken.
        Account.objects.select_for_update(no_key=True).only("pk").get(pk=account.pk)
        charges = list(due_charges(account, until)[:MOST_SESSIONS])
        if not charges:
            return None
        key = f"run:{account.public_id}:{charges[0].entry_id}"
        draft = _drafted(account, issuer, key, charges)
    return _issued(draft, actor, at)


def session_invoice(charge: SessionCharge, actor: Actor = SYSTEM) -> Invoice | None:
    """The invoice of one session, for accounts that get one each time; None for the others, or without a price.

    A repeat returns the first one. Raises `NoIssuer`, `BooksRefuse`.
    """
    if charge.account.cycle != "session" or charge.entry_id is None or charge.gross_minor <= 0:
        return None
    known = Invoice.objects.filter(lines__entry_id=charge.entry_id, corrects=None).first()
    if known is None:
        account = charge.account
        issuer = issuer_ready(account.organisation_id)
        with transaction.atomic():
            Account.objects.select_for_update(no_key=True).only("pk").get(pk=account.pk)
            fresh = due_charges(account).filter(pk=charge.pk).first()
            if fresh is None:
                return None
            known = _drafted(account, issuer, f"session:{charge.public_id}:{charge.entry_id}", [fresh])
    return _issued(known, actor)


def invoices_run(now: datetime | None = None) -> int:
    """Invoice every account whose cycle is over, and what an invoice at once was missed for; how many were made."""
    made, moment = 0, now or clock.now()
    accounts = Account.objects.filter(billing_mode__in=INVOICED_MODES)
    for due in dues(accounts.select_related("organisation", "party")):
        made += sum(_try(due.account, make) for make in _wanted(due.account, moment))
    return made


def _wanted(account: Account, now: datetime) -> list[Callable[[], Invoice | None]]:
    """The documents to be made: one over the last whole cycle, or one for each session of late."""
    if account.billing_mode == BillingMode.POSTPAID:
        return [partial(account_invoice, account, cycle_end(account, now), SYSTEM)]
    missed = due_charges(account).filter(ended_at__gt=now - MISSED)[:MOST_SESSIONS]
    return [partial(session_invoice, charge) for charge in missed]


def _try(account: Account, make: Callable[[], Invoice | None]) -> bool:
    """One account that cannot be invoiced keeps nobody else's from being."""
    try:
        return make() is not None
    except NoIssuer:
        return False
    except (BooksRefuse, IntegrityError, ValidationError):
        logger.exception("account %s was not invoiced", account.public_id)
        return False


def _drafted(account: Account, issuer: Party, key: str, charges: Sequence[SessionCharge]) -> Invoice:
    with translation.override(account.party.locale):
        made = list(chain.from_iterable(lined(charge, issuer) for charge in charges))
    zone = ZoneInfo(account.organisation.time_zone)
    days = span(
        moment.astimezone(zone).date()
        for charge in charges
        for moment in (charge.transaction.started_at, charge.ended_at)
    )
    draft = invoice_draft(account, issuer, key, [one.item for one in made], Supply(*days))
    if draft.state == InvoiceState.DRAFT and not draft.tax_decisions:
        draft.tax_decisions = [decision_json(one, position) for position, one in enumerate(made, 1)]
        draft.held_because = _doubt(made)[:255]
        draft.save(update_fields=["tax_decisions", "held_because"])
    return draft


def _doubt(made: Sequence[Lined]) -> str:
    doubts = list(dict.fromkeys(one.doubt for one in made if one.doubt))
    categories = {one.item.category for one in made}
    if TaxCategory.OUTSIDE in categories and len(categories) > 1:
        doubts.append("what is not subject to tax needs a document of its own (EN 16931 BR-O-11)")
    return "; ".join(doubts)


def _issued(draft: Invoice, actor: Actor, at: datetime | None = None) -> Invoice:
    if draft.state == InvoiceState.ISSUED or draft.held_because:
        return draft
    return invoice_issue(draft, actor, at)
