"""From charged sessions to issued invoices: by cycle or at once, once each, whatever is repeated."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from billing.books.chart import Purpose
from billing.books.cycles import Cycle, whole_until
from billing.choices import BillingMode, InvoiceCycle, InvoiceState, PartyKind, TaxCategory
from billing.models import Invoice, InvoiceLine
from billing.services.accounts.parties import account_change
from billing.services.books.checks import books_check
from billing.services.books.ledger import balance_minor, receivable_minor
from billing.services.invoicing.due import due_charges, dues
from billing.services.invoicing.invoices import draft_discard, invoice_issue
from billing.services.invoicing.issuer import issuer_gaps, issuer_of, issuer_save
from billing.services.invoicing.run import NoIssuer, account_invoice, invoices_run, session_invoice
from billing.services.ratings import words
from billing.services.ratings.outcome import session_rate
from cpms.core.actors import SYSTEM
from tests.billing.books.conftest import real_shop
from tests.billing.books.shop import Shop, at_once

from .office import SELLER, Office

__all__ = ["real_shop"]

APRIL = datetime(2026, 4, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cycle", "today", "first"),
    [
        (Cycle.MONTH, date(2026, 3, 31), date(2026, 3, 1)),
        (Cycle.MONTH, date(2026, 4, 1), date(2026, 4, 1)),
        (Cycle.WEEK, date(2026, 3, 1), date(2026, 2, 23)),
        (Cycle.WEEK, date(2026, 3, 2), date(2026, 3, 2)),
        (Cycle.SESSION, date(2026, 3, 2), date(2026, 3, 3)),
    ],
)
def test_a_cycle_is_whole_when_its_last_day_is_over(cycle: Cycle, today: date, first: date) -> None:
    assert whole_until(cycle, today) == first


def test_a_month_of_a_fleet_becomes_one_invoice_that_says_what_each_session_was(office: Office) -> None:
    office.seller()
    account = office.account(BillingMode.POSTPAID)
    charges = [office.session(energy) for energy in (10_000, 7_333, 12_345)]
    assert invoices_run(office.moment(600)) == 0, "March is not over"
    with time_machine.travel(APRIL, tick=False):
        assert invoices_run() == 1
        assert invoices_run() == 0
    (invoice,) = office.invoices()
    office.story.settle()
    assert (invoice.state, invoice.code, invoice.account) == (InvoiceState.ISSUED, "2026-000001", account)
    assert invoice.payable_minor == sum(charge.gross_minor for charge in charges) == receivable_minor(account)
    lines = list(invoice.lines.all())
    assert [line.charge_id for line in lines] == [charge.pk for charge in charges]
    assert [(line.quantity, line.unit) for line in lines] == [
        (Decimal("10"), "KWH"), (Decimal("7.333"), "KWH"), (Decimal("12.345"), "KWH"),
    ]  # fmt: skip
    assert lines[0].details["meter_start_wh"] == 1_000_000
    assert lines[0].details["zone"] == "Europe/Berlin"
    assert "10:05" in lines[0].description, "in the time of the place"
    assert {(tax.category, tax.rate, tax.code) for tax in invoice.tax_lines.all()} == {("S", 19, "DE-19")}
    assert invoice.buyer_snapshot["legal_name"] == "Möbel Grün AG"
    assert invoice.issuer_snapshot["vat_id"] == "DE136695976"
    assert {made["rule"] for made in invoice.tax_decisions} == {"charged"}
    assert books_check() == []


def test_receipt_ledger_and_invoice_are_one_amount(office: Office) -> None:
    """One real session: what the driver reads, what is posted, and what the invoice says."""
    office.seller()
    account = office.account(BillingMode.PREPAID, PartyKind.DRIVER)
    charge = office.session(7_777)
    invoice = session_invoice(charge)
    office.story.settle()
    assert invoice is not None
    rating = office.rating()
    organisation = office.story.world.organisation.pk
    posted = balance_minor(organisation, f"{Purpose.WALLET}/{account.public_id}", "EUR") + 5000
    assert rating.gross_minor == charge.gross_minor == posted == invoice.payable_minor == 463
    assert invoice.tax_minor == rating.tax_minor == -balance_minor(organisation, "output_tax", "EUR")  # type: ignore[operator]
    told = [line.amount for line in words.lines(rating)]
    assert told == ["3.8885 EUR", "0.7388 EUR"], "3.8885 and its tax are 4.6273, which is 4.63"


def test_who_pays_at_once_is_invoiced_at_once_and_once(office: Office) -> None:
    office.seller()
    office.account(BillingMode.PREPAID)
    charge = office.session()
    first = session_invoice(charge)
    assert first is not None
    assert first.state == InvoiceState.ISSUED
    assert session_invoice(charge) == first
    assert account_invoice(charge.account, None, SYSTEM) is None
    assert InvoiceLine.objects.count() == 1


def test_a_fleet_gets_no_invoice_of_one_session(office: Office) -> None:
    office.seller()
    account = office.account(BillingMode.POSTPAID)
    assert session_invoice(office.session()) is None
    account_change(account, SYSTEM, invoice_cycle=InvoiceCycle.WEEK)
    with time_machine.travel(datetime(2026, 3, 8, 23, 30, tzinfo=UTC), tick=False):
        # Monday in Berlin, where the organisation is, is not yet Monday in UTC.
        assert invoices_run() == 0
        type(account.organisation).objects.update(time_zone="Europe/Berlin")
        assert invoices_run() == 1


@pytest.mark.parametrize("mode", [BillingMode.INTERNAL, BillingMode.FREE])
def test_who_owes_nobody_gets_no_invoice(office: Office, mode: BillingMode) -> None:
    office.seller()
    account = office.account(mode)
    office.story.charged()
    session_rate(office.story.fresh())
    assert account_invoice(account, None, SYSTEM) is None
    assert dues([account]) == []


def test_nothing_is_issued_before_it_is_known_who_sells(office: Office) -> None:
    account = office.account(BillingMode.POSTPAID)
    office.session()
    with pytest.raises(NoIssuer, match="who sells"):
        account_invoice(account, None, SYSTEM)
    seller = office.seller(street="", vat_id="DE123456789")
    assert issuer_gaps(seller) == ["street", "a VAT id whose check digits are right"]
    with pytest.raises(NoIssuer, match="street"):
        account_invoice(account, None, SYSTEM)
    assert invoices_run(APRIL) == 0
    office.seller()
    assert issuer_gaps(issuer_of(account.organisation_id)) == []
    assert account_invoice(account, None, SYSTEM) is not None
    assert Invoice.objects.count() == 1


def test_late_sessions_wait_for_the_next_invoice(office: Office) -> None:
    office.seller()
    account = office.account(BillingMode.POSTPAID)
    office.session()
    first = account_invoice(account, None, SYSTEM)
    late = office.session()
    assert [due.sessions for due in dues([account])] == [1]
    second = account_invoice(account, None, SYSTEM)
    assert first is not None
    assert second is not None
    assert (second.number, second.lines.get().charge) == (2, late)
    assert not due_charges(account).exists()


def test_a_draft_that_is_discarded_leaves_its_sessions_due(office: Office) -> None:
    office.seller(is_small_business=True)
    account = office.account(BillingMode.POSTPAID)
    office.session()
    draft = account_invoice(account, None, SYSTEM)
    assert draft is not None
    assert draft.state == InvoiceState.DRAFT
    assert due_charges(account).count() == 0
    draft_discard(draft)
    assert due_charges(account).count() == 1


@pytest.mark.parametrize(
    ("seller", "buyer", "words"),
    [
        ({"is_small_business": True}, {}, "charged DE-19, the tax table says E in DE (small_business)"),
        ({"country": "FR", "vat_id": "FR40303265045"}, {}, "DE taxes this supply, and the seller in FR"),
    ],
)
def test_what_does_not_fit_the_tax_table_waits_for_a_person(
    office: Office, seller: dict, buyer: dict, words: str
) -> None:
    office.seller(**seller)
    account = office.account(BillingMode.POSTPAID, **buyer)
    office.session()
    draft = account_invoice(account, None, SYSTEM)
    assert draft is not None
    assert words in draft.held_because
    assert draft.state == InvoiceState.DRAFT
    assert account_invoice(account, None, SYSTEM) is None
    issued = invoice_issue(draft, SYSTEM)
    assert issued.state == InvoiceState.ISSUED


UNTAXED = '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.5}]}]}'


def test_a_dealer_abroad_is_invoiced_without_tax_by_reverse_charge(office: Office) -> None:
    office.seller()
    account = office.account(
        BillingMode.POSTPAID, PartyKind.EMSP, country="NL", vat_id="NL004495445B01",
        vat_checked_at=office.moment(-600), vat_proof="VIES: valid",
    )  # fmt: skip
    family = office.story.world.organisation.tariff_families.get()
    office.story.next_version(family, UNTAXED, 0)
    office.session()
    invoice = account_invoice(account, None, SYSTEM)
    assert invoice is not None
    assert invoice.state == InvoiceState.ISSUED, invoice.held_because
    assert invoice.lines.get().tax_category == TaxCategory.REVERSE_CHARGE
    assert invoice.notes == ["Reverse charge: the recipient accounts for the tax."]
    evidence = invoice.tax_decisions[0]["evidence"]
    assert (evidence["buyer_vat_id"], evidence["vat_id_answer"]) == ("NL004495445B01", "VIES: valid")


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_put_each_session_on_one_invoice(real_shop: Shop) -> None:
    issuer_save(real_shop.organisation, SYSTEM, **SELLER)
    account = real_shop.invoiced
    charges = [real_shop.charged(account, 1190) for _ in range(3)]
    made = at_once(*[lambda: account_invoice(account, None, SYSTEM)] * 4)
    assert not [one for one in made if isinstance(one, Exception)], made
    assert InvoiceLine.objects.count() == len(charges)
    assert [invoice.number for invoice in Invoice.objects.all()] == [1]
