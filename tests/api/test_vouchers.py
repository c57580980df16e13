"""`voucher-campaigns` and `vouchers` in the API, and a driver's own ones."""

from datetime import timedelta
from typing import Any

import pytest

from billing.choices import BillingMode
from billing.models import VoucherCampaign, VoucherRedemption
from billing.services.books.ledger import receivable_minor
from cpms.core import clock
from tests.api.conftest import Api
from tests.api.test_subscriptions import account_of
from tests.worlds import World


def spring(**facts: Any) -> dict[str, Any]:
    now = clock.now()
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(days=30)).isoformat()}
    what = {"name": "Spring", "kind": "credit", "currency": "EUR", "amount_minor": 500, "code": "Spring-26"}
    return {**what, **times, **facts}


@pytest.fixture
def campaign(api: Api) -> dict[str, Any]:
    made = api.post("voucher-campaigns", spring())
    assert made.status_code == 201, made.json()
    return dict(made.json())


def test_a_campaign_is_made_once_with_one_key_and_read(api: Api, alpha: World) -> None:
    body = spring(sites=[alpha.site.public_id], most=10)
    answers = [api.post("voucher-campaigns", body, Idempotency_Key="v1") for _ in range(2)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    told = api.get(f"voucher-campaigns/{answers[0].json()['id']}").json()
    assert (told["gives"], told["codes"], told["redeemed"], told["given_minor"]) == (
        "5.00 EUR for charging", 1, 0, 0,
    )  # fmt: skip
    assert told["sites"] == [alpha.site.public_id]
    assert [one["id"] for one in api.get("voucher-campaigns").json()["results"]] == [told["id"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "gold"}, "kind"),
        ({"amount_minor": 0}, "amount_minor"),
        ({"count": 5}, "code"),
        ({"percent": "5"}, "percent"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
    ],
)
def test_what_makes_no_campaign_names_the_field(api: Api, change: dict[str, Any], field: str) -> None:
    answer = api.post("voucher-campaigns", spring(**change))
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not VoucherCampaign.objects.exists()


def test_a_site_of_nobody_is_not_there(api: Api, beta: World) -> None:
    assert api.post("voucher-campaigns", spring(sites=[beta.site.public_id])).status_code == 404
    assert not VoucherCampaign.objects.exists()


def test_codes_are_listed_and_more_are_made(api: Api) -> None:
    body = {name: value for name, value in spring(count=3).items() if name != "code"}
    path = f"voucher-campaigns/{api.post('voucher-campaigns', body).json()['id']}"
    made = [api.post(f"{path}/codes", {"count": 2}, Idempotency_Key="c1") for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    codes = [row["code"] for row in api.get(f"{path}/codes").json()["results"]]
    assert len(codes) == len(set(codes)) == 5
    assert made[0].json()[0]["code"] in codes
    assert api.post(f"{path}/codes", {"count": 10_001}).status_code == 422


def test_a_code_is_redeemed_for_an_account_until_the_campaign_is_stopped(
    api: Api, alpha: World, campaign: dict[str, Any]
) -> None:
    account = account_of(alpha)
    redeem = {"account": account.public_id, "code": "spring 26"}
    made = api.post("vouchers", redeem)
    assert made.status_code == 201
    told = made.json()
    assert (told["campaign"], told["left_minor"], told["left_wh"]) == (campaign["id"], 500, None)
    assert receivable_minor(account) == 0
    again = api.post("vouchers", redeem)
    assert (again.status_code, again.json()["detail"]) == (
        409, "the account has redeemed this voucher as often as it may",
    )  # fmt: skip
    stop = f"voucher-campaigns/{campaign['id']}/stop"
    stopped = [api.post(stop).json()["stopped_at"] for _ in range(2)]
    assert stopped[0]
    assert stopped[0] == stopped[1]
    assert "no longer" in api.post("vouchers", redeem).json()["detail"]
    assert api.get(f"vouchers?account={account.public_id}").json()["results"] == [
        api.get(f"vouchers/{told['id']}").json()
    ]
    assert api.get("vouchers?campaign=vca_other").json()["results"] == []


def test_a_driver_redeems_for_his_own_account_and_keys_do_not(
    api: Api, alpha: World, campaign: dict[str, Any]
) -> None:
    account = account_of(alpha, billing_mode=BillingMode.PREPAID)
    assert api.get("my/vouchers").status_code == 403
    own = Api(None)
    own.client.force_login(alpha.owner)
    made = own.post("my/vouchers", {"account": account.public_id, "code": "spring26"})
    assert made.status_code == 201
    assert [row["id"] for row in own.get("my/vouchers").json()["results"]] == [made.json()["id"]]
    assert own.post("my/vouchers", {"account": account.public_id, "code": "nothing"}).status_code == 409
    assert own.post("my/vouchers", {"account": "acc_other", "code": "spring26"}).status_code == 404
    assert VoucherRedemption.objects.count() == 1
