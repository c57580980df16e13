"""What vouchers paid is paid on invoices: the price and its tax stay, less is due."""

import pytest
import time_machine

from billing.choices import BillingMode
from billing.services.invoicing.face import face
from billing.services.invoicing.issuer import issuer_save
from billing.services.invoicing.run import account_invoice
from cpms.core.actors import SYSTEM
from tests.billing.invoicing.office import SELLER
from tests.billing.ratings.story import at

from .giver import DAY, Giver


@pytest.mark.parametrize(
    ("mode", "energy_wh", "paid", "due", "pay"),
    [
        (BillingMode.POSTPAID, 5_000, "2.98 EUR", "0.00 EUR", "Paid with vouchers."),
        (BillingMode.POSTPAID, 10_000, "5.00 EUR", "0.95 EUR", "Please pay by"),
        (BillingMode.PREPAID, 5_000, "2.98 EUR", "0.00 EUR", "Paid from the wallet."),
        (BillingMode.PREPAID, 10_000, "5.00 EUR", "0.95 EUR", "Please pay by"),
    ],
)
def test_an_invoice_says_what_was_paid(
    giver: Giver, mode: BillingMode, energy_wh: int, paid: str, due: str, pay: str
) -> None:
    issuer_save(giver.story.world.organisation, SYSTEM, **SELLER)
    account = giver.given(mode).account
    charge_minor = giver.session(0, energy_wh).gross_minor
    with time_machine.travel(at(DAY), tick=False):
        invoice = account_invoice(account, None, SYSTEM)
    assert invoice is not None
    shown = face(invoice)
    assert (invoice.payable_minor, shown.paid, shown.due) == (charge_minor, paid, due)
    assert shown.pay.startswith(pay)
