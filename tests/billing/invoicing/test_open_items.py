"""Open invoices: who pays, pays the oldest first; what is credited or not invoiced yet is no invoice's debt."""

from datetime import date

import pytest
from django.test import Client

from billing.books.aging import Billed, age, still_open
from billing.choices import BillingMode
from billing.models import Account, Invoice
from billing.services.accounts.bank import Transfer, bank_receive
from billing.services.invoicing.giving_back import invoice_give_back
from billing.services.invoicing.run import account_invoice
from cpms.core.actors import SYSTEM
from tests.api.conftest import Api
from tests.billing.books.test_documents import examples
from tests.worlds import World

from .office import Office


@pytest.fixture
def fleet(office: Office) -> Account:
    """A company with two invoices of 5.95 and a session of 5.95 on none."""
    office.seller()
    account = office.account(BillingMode.POSTPAID)
    for _ in range(2):
        office.session()
        account_invoice(account, None, SYSTEM)
    office.session()
    return account


def told(office: Office) -> list[tuple[str, int]]:
    rows = Api(office.story.world.key()).get("open-items").json()
    return [(row["code"], row["open_minor"]) for row in rows]


def test_payments_count_for_the_oldest_invoice(office: Office, fleet: Account) -> None:
    assert told(office) == [("2026-000001", 595), ("2026-000002", 595)]
    bank_receive(fleet, Transfer(700, "first", date(2026, 3, 2)), SYSTEM)
    assert told(office) == [("2026-000002", 490)]
    bank_receive(fleet, Transfer(490, "second", date(2026, 3, 2)), SYSTEM)
    assert told(office) == []


def test_what_was_credited_is_not_open(office: Office, fleet: Account) -> None:
    second = Invoice.objects.get(code="2026-000002")
    invoice_give_back(second, {1: 595}, "a broken charger", SYSTEM)
    assert told(office) == [("2026-000001", 595)]


def test_the_page_shows_how_late_they_are(office: Office, fleet: Account) -> None:
    boss = Client()
    boss.force_login(office.story.world.owner)
    page = boss.get("/money/invoices/open/").content.decode()
    assert "not due yet" in page
    assert page.count("2026-00000") == 2
    reader = Client()
    reader.force_login(office.story.world.person("operator"))
    assert reader.get("/money/invoices/open/").status_code == 403
    assert Api(World("BETA").key()).get("open-items").json() == []


@pytest.mark.parametrize("example", examples("invoices", "open"))
def test_each_worked_list_is_open_as_written(example: str) -> None:
    first, *rows = [line.split() for line in example.splitlines()]
    billed = [Billed(date(2026, 1, 1), int(row[0])) for row in rows]
    assert list(still_open(int(first[1]), int(first[3]), billed)) == [int(row[1]) for row in rows]


def test_ages_meet_without_a_gap() -> None:
    days = [-5, 0, 1, 30, 31, 60, 61, 90, 91]
    expected = ["not_due", "not_due", "to_30", "to_30", "to_60", "to_60", "to_90", "to_90", "older"]
    assert [age(day) for day in days] == expected
