"""Credit notes follow what the books take back."""

import pytest

from billing.books.lines import Amount, amount
from billing.choices import BillingMode, DocumentKind
from billing.models import Invoice
from billing.services.books.charges import session_correct, session_refund
from billing.services.books.checks import books_check
from billing.services.books.ledger import receivable_minor
from billing.services.books.postings import Told
from billing.services.invoicing.corrections import credits_run, invoice_correct, missing_credits
from billing.services.invoicing.run import account_invoice, session_invoice
from cpms.core.actors import SYSTEM

from .office import Office


@pytest.fixture
def invoice(office: Office) -> Invoice:
    """Two sessions of 5.95 each."""
    office.seller()
    account = office.account(BillingMode.POSTPAID)
    office.session(), office.session()
    made = account_invoice(account, None, SYSTEM)
    assert made is not None
    return made


def told(office: Office, reference: str) -> Told:
    return Told(office.moment(700), reference)


def notes(invoice: Invoice) -> list[int | None]:
    kept = Invoice.objects.filter(corrects=invoice, kind=DocumentKind.CREDIT_NOTE, state="issued")
    return [note.payable_minor for note in kept.order_by("id")]


def charge_of(invoice: Invoice, position: int = 1):  # type: ignore[no-untyped-def]
    found = invoice.lines.get(position=position).charge
    assert found is not None
    return found


def test_what_agrees_is_not_credited(invoice: Invoice) -> None:
    assert missing_credits(invoice) == {}
    assert credits_run() == 0


def test_a_refund_is_credited_once(office: Office, invoice: Invoice) -> None:
    session_refund(charge_of(invoice), amount(100, 19, "DE-19"), told(office, "r1"))
    assert missing_credits(invoice) == {1: 119}
    assert [credits_run(), credits_run()] == [1, 0]
    assert notes(invoice) == [119]
    session_refund(charge_of(invoice), amount(10, 2, "DE-19"), told(office, "r2"))
    credits_run()
    assert notes(invoice) == [119, 12]
    assert receivable_minor(invoice.account) == 1190 - 131
    assert books_check() == []


def test_a_corrected_price_is_credited_whole_and_invoiced_anew(office: Office, invoice: Invoice) -> None:
    """Also when a part of it was refunded before: the new line is credited that part."""
    charge = charge_of(invoice)
    session_refund(charge, amount(100, 19, "DE-19"), told(office, "r1"))
    credits_run()
    session_correct(charge, amount(400, 76, "DE-19"), 2, told(office, "c1"), "the meter jumped")
    note = invoice_correct(invoice)
    assert note is not None
    assert (notes(invoice), note.reason) == ([119, 476], "The price of a session was corrected.")
    again = account_invoice(invoice.account, None, SYSTEM)
    assert again is not None
    assert again.payable_minor == 476
    assert credits_run() == 1
    assert notes(again) == [119]
    assert receivable_minor(invoice.account) == 595 + 476 - 119
    assert credits_run() == 0
    assert books_check() == []


def test_a_voided_session_is_credited_and_not_invoiced_again(office: Office, invoice: Invoice) -> None:
    session_correct(charge_of(invoice, 2), Amount(()), 2, told(office, "c1"), "never took place")
    assert credits_run() == 1
    assert notes(invoice) == [595]
    assert account_invoice(invoice.account, None, SYSTEM) is None


def test_a_correction_of_who_pays_at_once_gets_an_invoice_at_once(office: Office) -> None:
    office.seller()
    office.account(BillingMode.PREPAID)
    charge = office.session()
    first = session_invoice(charge)
    assert first is not None
    session_correct(charge, amount(400, 76, "DE-19"), 2, told(office, "c1"), "the meter jumped")
    charge.refresh_from_db()
    credits_run()
    second = session_invoice(charge)
    assert second is not None
    assert (notes(first), second.payable_minor) == ([595], 476)
