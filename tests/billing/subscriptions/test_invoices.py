"""Fees on invoices: one for each month, with the tax that was charged."""

import pytest
import time_machine

from billing.choices import BillingMode, InvoiceState
from billing.models import Invoice
from billing.services.books.checks import books_check
from billing.services.books.postings import Told, top_up_captured
from billing.services.invoicing.face import face
from billing.services.invoicing.fees import fee_invoice, fees_run
from billing.services.subscriptions.subscribing import subscribe
from billing.tasks import charge_subscriptions
from cpms.core.actors import SYSTEM
from tests.billing.ratings.story import at

from .club import Club


def test_each_month_has_one_invoice_however_often_it_is_run(club: Club) -> None:
    period = club.member(club.plan()).periods.get()
    first = fee_invoice(period)
    assert (first.state, first.payable_minor, first.net_minor) == (InvoiceState.ISSUED, 1190, 1000)
    assert fee_invoice(period) == first
    assert fees_run() == 0
    with time_machine.travel(at(60 * 24 * 40), tick=False):
        charge_subscriptions()
        charge_subscriptions()
    assert Invoice.objects.count() == 2
    club.story.settle()
    assert books_check() == []


def test_the_invoice_says_which_month_and_how_it_was_paid(club: Club) -> None:
    account = club.story.payer(BillingMode.PREPAID)
    top_up_captured(account, "fake", 5000, Told(at(0), "top-up"))
    shown = face(fee_invoice(subscribe(account, club.plan(), SYSTEM).periods.get()))
    assert [row.text for row in shown.rows] == ["Subscription Flex, month 1"]
    assert (shown.total, shown.paid, shown.pay) == ("11.90 EUR", "11.90 EUR", "Paid from the wallet.")
    assert dict(shown.facts)["Supplied"] == "March 2, 2026 – April 1, 2026"


@pytest.mark.parametrize("mode", [BillingMode.INTERNAL])
def test_a_cost_centre_gets_no_invoice(club: Club, mode: BillingMode) -> None:
    club.member(club.plan(), mode)
    assert fees_run() == 0
