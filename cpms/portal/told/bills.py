"""What the page of invoices to pay tells."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _

from billing.models import Account, DunningCase, PaymentIntent
from billing.services.dunning.blocking import is_blocked
from billing.services.dunning.steps import level_word
from billing.services.invoicing.open_items import OpenItem, open_items_of
from billing.tariffs.numbers import money_text

from .wallet import TopUpTold, payment_told


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice that is open: its number and id, what is left of it, until when; the last reminder.

    `payment` is one by card that is not over yet; `can_pay` whether it may be paid by card.
    """

    public_id: str
    code: str
    open: str
    due: str
    days_late: int
    reminded: str
    payment: str
    can_pay: bool


@dataclass(frozen=True, slots=True)
class Bills:
    """What an account has to pay, and to where; `sum` is empty where nothing is open."""

    account: Account
    sum: str
    bills: list[Bill]
    is_blocked: bool
    payee: str
    iban: str


def told(account: Account) -> Bills:
    """What one account has to pay."""
    items = open_items_of(account)
    seller = items[-1].invoice.issuer_snapshot if items else {}
    return Bills(
        account,
        money_text(sum(item.open_minor for item in items), account.currency) if items else "",
        list(_bills(items)),
        is_blocked(account),
        str(seller.get("legal_name", "")),
        str(seller.get("iban", "")),
    )


def payment_words(payment: PaymentIntent) -> TopUpTold:
    """How far paying an invoice by card has come."""
    return payment_told(payment, _("%s are paid. Thank you."))


def _bills(items: list[OpenItem]) -> Iterable[Bill]:
    cases = DunningCase.objects.filter(invoice__in=[item.invoice for item in items])
    levels = dict(cases.values_list("invoice", "level"))
    paid = defaultdict(list)
    for payment in PaymentIntent.objects.filter(invoice__in=[item.invoice for item in items]):
        paid[payment.invoice_id].append(payment)
    for item in items:
        due = item.invoice.due_on
        yield Bill(
            item.invoice.public_id, item.invoice.code, money_text(item.open_minor, item.invoice.currency),
            formats.date_format(due, "DATE_FORMAT") if due else "", max(0, item.days_overdue),
            level_word(levels.get(item.invoice.pk, 0)),
            next((one.public_id for one in paid[item.invoice.pk] if one.is_live), ""),
            not any(one.captured_minor for one in paid[item.invoice.pk]),
        )  # fmt: skip
