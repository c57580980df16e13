"""Invoices of subscription fees: one for each month, when it begins, whatever the cycle of the account's sessions."""

import logging
from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from billing.books.anniversaries import begin_of
from billing.books.facts import amount_of
from billing.choices import InvoiceState, TaxCategory
from billing.models import Invoice, InvoiceLine, SubscriptionPeriod
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.invoices import Item, Supply, invoice_draft, invoice_issue
from cpms.core import clock
from cpms.core.actors import SYSTEM, Actor

from .due import INVOICED_MODES, REMEMBERED
from .issuer import NoIssuer, issuer_ready

logger = logging.getLogger(__name__)
AT_ONCE = 500


def fees_run() -> int:
    """Invoice every charged month that is on no invoice; how many were made."""
    return sum(_try(period) for period in _due()[:AT_ONCE])


def _due() -> QuerySet[SubscriptionPeriod]:
    lines = InvoiceLine.objects.filter(
        entry=OuterRef("entry"), credits=None, invoice__state=InvoiceState.ISSUED
    )
    rows = SubscriptionPeriod.objects.filter(
        ~Exists(lines), entry__isnull=False, subscription__account__billing_mode__in=INVOICED_MODES,
        starts_at__gt=clock.now() - REMEMBERED,
    )  # fmt: skip
    return rows.select_related(
        "entry", "subscription__account__party", "subscription__version__plan"
    ).order_by("pk")


def _try(period: SubscriptionPeriod) -> bool:
    """One fee that cannot be invoiced keeps no other from being."""
    try:
        fee_invoice(period)
        return True
    except NoIssuer:
        return False
    except (BooksRefuse, IntegrityError, ValidationError):
        logger.exception("period %s was not invoiced", period.public_id)
        return False


def fee_invoice(period: SubscriptionPeriod, actor: Actor = SYSTEM) -> Invoice:
    """The invoice of a charged month; a repeat returns the first one. Raises `NoIssuer`, `BooksRefuse`."""
    account = period.subscription.account
    supply = _supply(period)
    with translation.override(account.party.locale):
        item = _item(period)
    key = f"subscription:{period.public_id}"
    draft = invoice_draft(account, issuer_ready(account.organisation_id), key, [item], supply)
    if draft.state == InvoiceState.ISSUED:
        return draft
    draft.tax_decisions = [period.tax_decision]
    draft.save(update_fields=["tax_decisions"])
    return invoice_issue(draft, actor)


def _supply(period: SubscriptionPeriod) -> Supply:
    anchor, number = period.subscription.anchor_on, period.number
    return Supply(begin_of(anchor, number), begin_of(anchor, number + 1) - timedelta(days=1))


def _item(period: SubscriptionPeriod) -> Item:
    part = amount_of(period.amount).parts[0]
    name = _("Subscription %(plan)s, month %(number)s") % {
        "plan": period.subscription.version.plan.name, "number": period.number,
    }  # fmt: skip
    decision = period.tax_decision
    return Item(
        name, period.gross_minor, part.net_minor, TaxCategory(decision["category"]), Decimal(decision["rate"]),
        part.tax_code, entry=period.entry,
    )  # fmt: skip
