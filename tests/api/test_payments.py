"""`payments` in the API: reading them, giving money back once, releasing holds."""

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone

from billing.choices import BillingMode
from billing.models import PaymentIntent, Refund
from tests.api.conftest import Api
from tests.billing.payments.conftest import fake_file
from tests.billing.payments.till import Till
from tests.worlds import World

__all__ = ["fake_file"]


@pytest.fixture
def till(alpha: World, fake_file: object) -> Iterator[Till]:
    with time_machine.travel(timezone.now(), tick=True) as time:
        yield Till(alpha, time)


@pytest.fixture
def paid(till: Till) -> PaymentIntent:
    return till.go(till.top_up(till.account(BillingMode.PREPAID)))


def test_a_payment_is_listed_and_told(api: Api, paid: PaymentIntent) -> None:
    (row,) = api.get("payments?state=captured").json()["results"]
    assert (row["id"], row["captured_minor"], row["currency"]) == (paid.public_id, 2000, "EUR")
    told = api.get(f"payments/{paid.public_id}").json()
    assert [each["what"] for each in told["history"]][:2] == [
        "Payment opened",
        "Asked the provider to take the amount: done",
    ]
    assert api.get("payments?state=failed").json()["results"] == []
    assert api.get("payments?state=nonsense").status_code == 400


def test_a_refund_told_several_times_with_one_key_is_made_once(
    api: Api, till: Till, paid: PaymentIntent
) -> None:
    body = {"amount_minor": 700, "reason": "a mistake"}
    answers = [api.post(f"payments/{paid.public_id}/refunds", body, Idempotency_Key="r1") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    till.go(paid)
    assert sum(each["minor"] for each in till.there(paid)["refunds"]) == 700
    assert api.get(f"payments/{paid.public_id}").json()["refunds"][0]["state"] == "done"


def test_what_cannot_be_given_back_is_a_conflict(api: Api, paid: PaymentIntent) -> None:
    path = f"payments/{paid.public_id}/refunds"
    assert api.post(path, {"amount_minor": 2001, "reason": "x"}).status_code == 409
    assert api.post(path, {"amount_minor": 0, "reason": "x"}).status_code == 422
    assert api.post(path, {"amount_minor": 1}).status_code == 422
    assert not Refund.objects.exists()


def test_a_hold_is_released_and_a_payment_made_is_not(api: Api, till: Till, paid: PaymentIntent) -> None:
    held = till.go(till.pay())
    answer = api.post(f"payments/{held.public_id}/release", {"reason": "the driver called"})
    assert (answer.status_code, answer.json()["wish"]) == (200, "release")
    assert till.go(held).state == "cancelled"
    assert api.post(f"payments/{paid.public_id}/release", {"reason": "x"}).status_code == 409


def test_a_key_without_money_sees_and_moves_none(alpha: World, paid: PaymentIntent) -> None:
    poor = Api(alpha.key("stations.view"))
    assert poor.get("payments").status_code == 403
    reader = Api(alpha.key("billing.view"))
    assert reader.get(f"payments/{paid.public_id}").status_code == 200
    body = {"amount_minor": 1, "reason": "x"}
    assert reader.post(f"payments/{paid.public_id}/refunds", body).status_code == 403
    assert reader.post(f"payments/{paid.public_id}/release", {"reason": "x"}).status_code == 403


def test_another_organisation_finds_no_payment(beta: World, paid: PaymentIntent) -> None:
    stranger = Api(beta.key())
    assert stranger.get("payments").json()["results"] == []
    assert stranger.get(f"payments/{paid.public_id}").status_code == 404
    body = {"amount_minor": 1, "reason": "x"}
    assert stranger.post(f"payments/{paid.public_id}/refunds", body).status_code == 404
