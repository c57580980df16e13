"""The demo's money: a driver and companies with sessions, invoices and payments, whose books are sound."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from billing.choices import DunningLevel, PartyKind
from billing.models import (
    Account,
    DunningCase,
    DunningStep,
    Invoice,
    Party,
    PaymentIntent,
    SessionCharge,
    SettlementAgreement,
    Subscription,
    VoucherCampaign,
    VoucherCode,
    VoucherRedemption,
)
from billing.services.books.checks import books_check
from billing.services.books.ledger import wallet_minor
from billing.services.invoicing.open_items import open_items_of
from chargers.models import Site
from cpms.drivers.models import Driver, Vehicle
from tests.billing.books.shop import books_empty


@pytest.fixture
def books(transactional_db: None) -> Iterator[None]:
    yield
    Driver.objects.all().delete()
    books_empty()


def test_the_demos_money_is_whole_sound_and_made_once(books: None, tmp_path: Path) -> None:
    call_command("seed_demo", "--json", "--folder", str(tmp_path))
    seed_money()
    counts = counted()
    assert_furnished()
    assert not books_check()
    seed_money()
    assert counted() == counts
    # Seen failing: who had moved a site host could not start the demonstration any more.
    Party.objects.filter(kind=PartyKind.SITE_HOST).update(city="Elsewhere", email="")
    Site.objects.filter(name="Wilson Avenue").update(name="Wilson Street")
    seed_money()
    assert counted() == counts


def seed_money() -> None:
    call_command("seed_demo_money")
    call_command("seed_demo_drivers")


def counted() -> list[int]:
    models = (
        Account,
        Driver,
        DunningCase,
        DunningStep,
        Invoice,
        PaymentIntent,
        SessionCharge,
        SettlementAgreement,
        Subscription,
        Vehicle,
        VoucherCode,
        VoucherRedemption,
    )
    return [model.objects.count() for model in models]


def assert_furnished() -> None:
    """Two operators: a driver of both, with money and a voucher left, and a company with two invoices.

    One company has paid the first of them; the other one is reminded of it.
    """
    drivers = Driver.objects.all()
    assert [wallet_minor(driver.account) > 0 for driver in drivers] == [True, True]
    companies = Account.objects.filter(name__in=("Arroyo Couriers", "Nordkaj Marine"))
    assert [Invoice.objects.filter(account=account).count() for account in companies] == [2, 2]
    assert [len(open_items_of(account)) for account in companies.order_by("name")] == [1, 2]
    case = DunningCase.objects.get()
    assert (case.account.name, case.level, case.steps.count()) == ("Nordkaj Marine", DunningLevel.REMINDER, 1)
    assert [row.left_minor for row in VoucherRedemption.objects.order_by("currency")] == [4000, 500]
    assert VoucherCampaign.objects.count() == 4
    assert SettlementAgreement.objects.count() == Subscription.objects.count() == 2
