"""A driver's subscription on his phone: chosen, what is left, cancelled; nobody else's."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from billing.choices import AccountRole
from billing.models import EnergyGrant, PlanVersion, Subscription
from billing.services.accounts.parties import member_set
from billing.services.books.ledger import receivable_minor, wallet_minor
from billing.services.invoicing.issuer import issuer_save
from billing.services.subscriptions.plans import plan_create, plan_offer, version_publish
from billing.services.tariffs.versions import draft_save, family_create, tariff_assign
from billing.services.tariffs.versions import version_publish as version_publish_tariff
from chargers.models import Evse
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.drivers.export import everything_of
from cpms.drivers.places import price_of
from tests.billing.invoicing.office import SELLER

from .driver import Motorist

pytestmark = pytest.mark.django_db
PAGE = "/my/subscription/"
MEMBERS = '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.2,"vat":19}]}]}'
FLEX = {"currency": "EUR", "fee_minor": 1000, "included_wh": 50_000}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


@pytest.fixture
def version(evse: Evse) -> PlanVersion:
    issuer_save(evse.station.organisation, SYSTEM, **SELLER)
    return plan_create(evse.station.organisation, "Flex", SYSTEM, **FLEX).versions.get()


def choose(motorist: Motorist, version: PlanVersion) -> Motorist:
    return motorist.tap(PAGE, account=motorist.account.public_id, version=version.public_id)


def test_the_account_page_leads_to_the_plans_that_there_are(motorist: Motorist, version: PlanVersion) -> None:
    assert PAGE in motorist.open("/my/").page
    motorist.open(PAGE)
    for said in ("Flex", "a month", "50 kWh included every month", "Choose Flex"):
        assert said in motorist.text


def test_a_plan_is_chosen_once_and_paid_from_the_wallet(motorist: Motorist, version: PlanVersion) -> None:
    motorist.fill_wallet(2000)
    choose(motorist, version)
    choose(motorist, version)
    assert "50 of 50 kWh" in motorist.text
    fee = Subscription.objects.get().periods.get().gross_minor
    assert (wallet_minor(motorist.account), receivable_minor(motorist.account)) == (2000 - fee, 0)


def test_what_is_left_is_shown(motorist: Motorist, version: PlanVersion) -> None:
    choose(motorist, version)
    EnergyGrant.objects.update(used_wh=12_400)
    assert "37.6 of 50 kWh" in motorist.open(PAGE).text


def test_it_is_cancelled_to_the_end_of_its_month(motorist: Motorist, version: PlanVersion) -> None:
    choose(motorist, version)
    found = Subscription.objects.get()
    motorist.tap(f"{PAGE}{found.public_id}/cancel")
    assert "It is cancelled and ends on" in motorist.text
    found.refresh_from_db()
    assert found.ends_at == found.periods.get().ends_at


def test_the_price_at_a_charger_is_the_one_of_the_plan(
    motorist: Motorist, version: PlanVersion, evse: Evse
) -> None:
    group, since = motorist.till.world.group, clock.now() - timedelta(hours=1)
    with time_machine.travel(since, tick=False):
        family = family_create(evse.station.organisation, "Members", SYSTEM)
        version_publish_tariff(draft_save(family, MEMBERS, SYSTEM), since, SYSTEM, insist=True)
        tariff_assign(family, SYSTEM, valid_from=since, audience="group", group=group)
    plan = plan_create(evse.station.organisation, "Members", SYSTEM, **FLEX | {"group": group}).versions.get()
    before = price_of(evse, motorist.driver.app_tag)
    choose(motorist, plan)
    after = price_of(evse, motorist.driver.app_tag)
    assert before is not None
    assert after is not None
    assert "0.595" in repr(before.lines)
    assert "0.238" in repr(after.lines)


def test_it_is_in_what_he_takes_with_him(motorist: Motorist, version: PlanVersion) -> None:
    choose(motorist, version)
    told = everything_of(motorist.user)["subscriptions"]
    assert [(one["plan"], one["months"][0]["granted_wh"]) for one in told] == [("Flex", 50_000)]


def test_a_plan_that_has_changed_is_not_chosen_unseen(motorist: Motorist, version: PlanVersion) -> None:
    version_publish(version.plan, SYSTEM, **FLEX | {"fee_minor": 9900})
    choose(motorist, version)
    assert "could not be chosen" in motorist.text
    assert not Subscription.objects.exists()


def test_what_is_not_offered_is_not_there(motorist: Motorist, version: PlanVersion) -> None:
    plan_offer(version.plan, SYSTEM, is_offered=False)
    assert "offers no plans" in motorist.open(PAGE).text
    answer = motorist.client.post(PAGE, {"account": motorist.account.public_id, "version": version.public_id})
    assert answer.status_code == 404


def test_nobody_cancels_what_belongs_to_another(motorist: Motorist, version: PlanVersion, evse: Evse) -> None:
    choose(motorist, version)
    found = Subscription.objects.get()
    stranger = Motorist.new(motorist.till, motorist.sticker, "tom@example.com")
    assert stranger.client.post(f"{PAGE}{found.public_id}/cancel").status_code == 404
    member_set(found.account, stranger.user, AccountRole.DRIVER, SYSTEM)
    assert stranger.client.post(f"{PAGE}{found.public_id}/cancel").status_code == 404
    assert "no account that could have a plan" in stranger.open(PAGE).text
