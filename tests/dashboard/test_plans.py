"""Plans on pages: published, offered, given to accounts, ended."""

import re

import pytest
from django.test import Client

from billing.models import Subscription, SubscriptionPlan
from cpms.accounts.roles import Role
from tests.api.test_subscriptions import account_of
from tests.worlds import World

from .conftest import client_of

NEW = {
    "name": "Flex", "fee": "10", "currency": "eur", "included_kwh": "50", "rebate_per_kwh": "0.05",
    "minimum_months": "12", "notice_days": "30",
}  # fmt: skip


@pytest.fixture
def boss(world: World) -> Client:
    return client_of(world.owner)


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_plan_is_published_and_a_new_version_is_for_new_subscribers(boss: Client, world: World) -> None:
    assert "No plans yet" in text(boss, "/money/plans/")
    boss.post("/money/plans/new/", NEW)
    plan = SubscriptionPlan.objects.get()
    page = f"/money/plans/{plan.public_id}/"
    assert "10.00 EUR a month without tax" in text(boss, "/money/plans/")
    assert 'value="10.00"' in text(boss, f"{page}versions/")
    boss.post(f"{page}versions/", NEW | {"fee": "12"})
    assert [one.fee_minor for one in plan.versions.all()] == [1200, 1000]
    assert "Nobody has it yet" in text(boss, page)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"included_kwh": "", "rebate_per_kwh": ""}, "gives nothing"),
        ({"fee": "10.001"}, "not an amount of this currency"),
        ({"notice_days": "1000"}, "less than or equal"),
    ],
)
def test_what_makes_no_plan_is_said_in_the_form(boss: Client, change: dict[str, str], said: str) -> None:
    answer = boss.post("/money/plans/new/", NEW | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SubscriptionPlan.objects.exists()


def test_an_account_gets_a_plan_and_loses_it(boss: Client, world: World) -> None:
    account = account_of(world)
    boss.post("/money/plans/new/", NEW)
    page = f"/money/plans/{SubscriptionPlan.objects.get().public_id}/"
    boss.post(f"{page}subscribers/", {"account": account.public_id})
    found = Subscription.objects.get()
    assert "0.00 kWh of 50.00 kWh" in re.sub(r"<[^>]+>", "", text(boss, page))
    assert f'href="{page}"' in text(boss, f"/money/accounts/{account.public_id}/")
    assert boss.post(f"{page}subscribers/", {"account": account.public_id}).status_code == 422
    boss.post(f"/money/subscriptions/{found.public_id}/cancel/", {"now": "1"})
    found.refresh_from_db()
    assert found.ends_at == found.periods.get().ends_at


def test_a_plan_is_offered_and_withdrawn(boss: Client, world: World) -> None:
    boss.post("/money/plans/new/", NEW)
    page = f"/money/plans/{SubscriptionPlan.objects.get().public_id}/"
    boss.post(f"{page}offer/")
    assert "Drivers cannot choose it" in text(boss, page)
    boss.post(f"{page}offer/", {"offer": "1"})
    assert "Drivers can choose it" in text(boss, page)


def test_who_may_only_look_changes_nothing(boss: Client, world: World) -> None:
    boss.post("/money/plans/new/", NEW)
    plan = SubscriptionPlan.objects.get()
    viewer = client_of(world.person(Role.VIEWER))
    for path in ("/money/plans/new/", f"/money/plans/{plan.public_id}/versions/"):
        assert viewer.post(path, NEW).status_code == 403
