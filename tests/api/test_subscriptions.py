"""`subscription-plans` and `subscriptions` in the API, and a driver's own ones."""

from typing import Any

import pytest

from billing.choices import BillingMode, PartyKind
from billing.models import Account, Subscription
from billing.services.accounts.parties import account_open, party_create
from billing.services.books.ledger import receivable_minor
from billing.services.invoicing.issuer import issuer_save
from billing.services.subscriptions.plans import plan_create
from cpms.core.actors import SYSTEM
from tests.api.conftest import Api
from tests.billing.invoicing.office import SELLER
from tests.worlds import World

FLEX = {"name": "Flex", "currency": "EUR", "fee_minor": 1000, "included_wh": 50000, "percent": "5"}


def account_of(world: World, **facts: Any) -> Account:
    issuer_save(world.organisation, SYSTEM, **SELLER)
    party = party_create(world.organisation, SYSTEM, kind=PartyKind.DRIVER, legal_name="Mia", country="DE")
    mode = {"name": "Mia", "billing_mode": BillingMode.POSTPAID, "currency": "EUR"}
    return account_open(party, SYSTEM, world.owner, **{**mode, **facts})


@pytest.fixture
def plan(api: Api) -> dict[str, Any]:
    made = api.post("subscription-plans", FLEX)
    assert made.status_code == 201
    return dict(made.json())


def test_a_plan_is_made_once_with_one_key_and_gets_versions(api: Api, alpha: World) -> None:
    answers = [api.post("subscription-plans", FLEX, Idempotency_Key="p1") for _ in range(2)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    path = f"subscription-plans/{answers[0].json()['id']}"
    version = {name: value for name, value in FLEX.items() if name != "name"} | {"fee_minor": 1500}
    told = api.post(f"{path}/versions", version).json()
    assert [(one["number"], one["fee_minor"]) for one in told["versions"]] == [(2, 1500), (1, 1000)]
    assert told["versions"][0]["gives"] == [
        "50 kWh included every month; what is left over does not carry on.",
        "5 % off what a session costs.",
    ]
    assert api.patch(path, {"is_offered": False}).json()["is_offered"] is False
    assert api.post(f"{path}/versions", version | {"currency": "CHF"}).status_code == 422
    assert api.post("subscription-plans", FLEX | {"percent": "101"}).status_code == 422


def test_an_account_is_subscribed_and_cancelled(api: Api, alpha: World, plan: dict[str, Any]) -> None:
    account = account_of(alpha)
    made = api.post("subscriptions", {"account": account.public_id, "plan": plan["id"]})
    assert made.status_code == 201
    told = made.json()
    assert (told["months"][0]["gross_minor"], told["months"][0]["included_wh"]) == (1190, 50000)
    assert receivable_minor(account) == 1190
    again = api.post("subscriptions", {"account": account.public_id, "plan": plan["id"]})
    assert (again.status_code, "already" in again.json()["detail"]) == (409, True)
    assert api.get(f"subscription-plans/{plan['id']}").json()["subscribers"] == 1
    ended = api.post(f"subscriptions/{told['id']}/cancel").json()
    assert ended["ends_at"] == told["months"][0]["ends_at"]
    assert [one["id"] for one in api.get("subscriptions?lasting=true").json()["results"]] == [told["id"]]
    assert api.get("subscriptions?lasting=false").json()["results"] == []


def test_a_plan_of_somebody_else_is_not_there(api: Api, alpha: World, beta: World) -> None:
    theirs = plan_create(beta.organisation, "Theirs", SYSTEM, currency="EUR", fee_minor=1, included_wh=1)
    account = account_of(alpha)
    answer = api.post("subscriptions", {"account": account.public_id, "plan": theirs.public_id})
    assert answer.status_code == 404
    assert not Subscription.objects.exists()


def test_a_person_chooses_and_cancels_his_own(alpha: World, plan: dict[str, Any]) -> None:
    account = account_of(alpha)
    own = Api(None)
    own.client.force_login(alpha.owner)
    assert [one["name"] for one in own.get("my/subscription-plans").json()["results"]] == ["Flex"]
    body = {"account": account.public_id, "plan": plan["id"]}
    told = own.post("my/subscriptions", body).json()
    assert own.get(f"my/subscriptions/{told['id']}").json()["name"] == "Flex"
    assert own.post(f"my/subscriptions/{told['id']}/cancel").json()["ends_at"]
    assert own.post("my/subscriptions", body).status_code == 409


def test_nobody_chooses_for_another(alpha: World, beta: World, plan: dict[str, Any]) -> None:
    account = account_of(alpha)
    stranger = Api(None)
    stranger.client.force_login(beta.owner)
    answer = stranger.post("my/subscriptions", {"account": account.public_id, "plan": plan["id"]})
    assert answer.status_code == 404
    assert not Subscription.objects.exists()
