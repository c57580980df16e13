"""`accounts` in the API: opened, changed, closed; people, tags, groups, transfers, cards and top-ups."""

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone

from billing.choices import BillingMode
from billing.models import Account, AccountGroup, AccountTag, JournalEntry, PaymentIntent
from billing.services.books.ledger import wallet_minor
from billing.services.payments.methods import method_add
from cpms.accounts.roles import Role
from cpms.core.actors import SYSTEM
from tests.api.conftest import Api
from tests.billing.payments.conftest import fake_file
from tests.billing.payments.till import Till
from tests.worlds import World

__all__ = ["fake_file"]

FAMILY = {
    "name": "Family Jansen", "billing_mode": "prepaid", "currency": "EUR", "overshoot_minor": 200,
    "holder": {"kind": "driver", "legal_name": "Eva Jansen", "country": "NL"},
}  # fmt: skip
TRANSFER = {"what": "wallet", "amount_minor": 5000, "reference": "b1", "on": "2026-01-05"}


@pytest.fixture
def till(alpha: World, fake_file: object) -> Iterator[Till]:
    with time_machine.travel(timezone.now(), tick=True) as time:
        yield Till(alpha, time)


@pytest.fixture
def family(api: Api) -> str:
    return str(api.post("accounts", FAMILY).json()["id"])


def account() -> Account:
    return Account.objects.get()


def test_an_account_is_opened_once_with_one_key_read_and_changed(api: Api) -> None:
    answers = [api.post("accounts", FAMILY, Idempotency_Key="a1") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    told = api.get(f"accounts/{account().public_id}").json()
    assert (told["wallet_minor"], told["owed_minor"], told["overshoot_minor"]) == (0, 0, 200)
    assert told["holder"]["legal_name"] == "Eva Jansen"
    change = {"day_limit_minor": 3000, "holder": {"city": "Delft"}}
    changed = api.patch(f"accounts/{told['id']}", change).json()
    assert (changed["day_limit_minor"], changed["name"]) == (3000, "Family Jansen")
    assert changed["holder"]["city"] == "Delft"
    assert api.patch(f"accounts/{told['id']}", {"currency": "USD"}).status_code == 422
    assert [row["id"] for row in api.get("accounts?search=jansen&closed=false").json()["results"]] == [
        told["id"]
    ]
    assert api.get("accounts?mode=postpaid").json()["results"] == []


@pytest.mark.parametrize(
    "wrong",
    [{"currency": "euro"}, {"billing_mode": "later"}, {"holder": {}}, {"overshoot_minor": -1}, {"x": 1}],
)
def test_what_makes_no_account_is_named(api: Api, wrong: dict[str, object]) -> None:
    answer = api.post("accounts", FAMILY | wrong)
    assert answer.status_code == 422
    assert next(iter(wrong)) in str(answer.json()["errors"])
    assert not Account.objects.exists()


def test_tags_and_groups_are_linked_and_let_go(api: Api, alpha: World, family: str) -> None:
    tag = api.post(f"accounts/{family}/tags", {"id_tag": alpha.tag.public_id}).json()
    group = api.post(f"accounts/{family}/groups", {"group": alpha.group.public_id}).json()
    assert AccountTag.objects.get().account == AccountGroup.objects.get().account == account()
    assert api.get(f"accounts/{family}/tags").json()["results"] == [tag]
    assert api.get(f"accounts/{family}/groups").json()["results"] == [group]
    assert api.delete(f"account-tags/{tag['id']}").status_code == 204
    assert api.delete(f"account-groups/{group['id']}").status_code == 204
    assert api.get(f"accounts/{family}/tags").json()["results"] == []
    assert api.delete(f"account-tags/{tag['id']}").status_code == 404


def test_people_come_with_roles_and_budgets(api: Api, alpha: World, family: str) -> None:
    person = alpha.person(Role.VIEWER)
    body = {"email": person.email, "role": "driver", "budget_minor": 2500}
    member = api.post(f"accounts/{family}/members", body).json()
    assert (member["email"], member["budget_minor"]) == (person.email, 2500)
    linked = {"id_tag": alpha.tag.public_id, "member": person.email}
    assert api.post(f"accounts/{family}/tags", linked).json()["member"] == person.email
    assert api.post(f"accounts/{family}/members", body | {"email": "x@y.example"}).status_code == 422
    assert api.delete(f"account-members/{member['id']}").status_code == 204


def test_a_transfer_is_booked_once_and_never_gives_back_more_than_there_is(api: Api, family: str) -> None:
    answers = [api.post(f"accounts/{family}/transfers", TRANSFER) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert JournalEntry.objects.count() == 1
    assert api.get(f"accounts/{family}").json()["wallet_minor"] == 5000
    (line,) = api.get(f"accounts/{family}/lines").json()["results"]
    assert (line["amount_minor"], line["ledger_account"]) == (-5000, "wallet")
    assert line["entry"]["kind"] == "bank_received"
    assert api.post(f"accounts/{family}/transfers", TRANSFER | {"amount_minor": 1}).status_code == 409
    back = TRANSFER | {"what": "back", "reference": "b2"}
    answer = api.post(f"accounts/{family}/transfers", back | {"amount_minor": 5001})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "amount_minor")
    assert api.post(f"accounts/{family}/close").status_code == 422
    assert api.post(f"accounts/{family}/transfers", back).status_code == 201
    assert api.post(f"accounts/{family}/close").json()["closed_at"]
    assert api.post(f"accounts/{family}/reopen").json()["closed_at"] is None


def test_a_wallet_is_topped_up_with_a_stored_card_once(api: Api, till: Till) -> None:
    wallet = till.account(BillingMode.PREPAID)
    card = method_add(wallet, "fake_visa", "eva@example.com", SYSTEM)
    (row,) = api.get(f"accounts/{wallet.public_id}/payment-methods").json()["results"]
    assert row["id"] == card.public_id
    body = {"amount_minor": 2000, "method": card.public_id}
    answers = [api.post(f"accounts/{wallet.public_id}/top-ups", body, Idempotency_Key="t1") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    till.go(PaymentIntent.objects.get())
    assert (wallet_minor(wallet), till.clearing) == (2000, 2000)
    assert api.delete(f"payment-methods/{card.public_id}").status_code == 204
    assert api.post(f"accounts/{wallet.public_id}/top-ups", body, Idempotency_Key="t2").status_code == 409
    other = till.account(BillingMode.POSTPAID)
    assert api.post(f"accounts/{other.public_id}/top-ups", body).status_code == 409


def test_a_key_without_money_sees_and_changes_none(alpha: World, family: str) -> None:
    assert Api(alpha.key("stations.view")).get("accounts").status_code == 403
    reader = Api(alpha.key("billing.view"))
    assert reader.get(f"accounts/{family}").status_code == 200
    assert reader.patch(f"accounts/{family}", {"name": "Mine"}).status_code == 403
    assert reader.post(f"accounts/{family}/transfers", TRANSFER).status_code == 403


def test_another_organisation_finds_no_account(beta: World, alpha: World, family: str) -> None:
    stranger = Api(beta.key())
    assert stranger.get("accounts").json()["results"] == []
    for path in ("", "/tags", "/members", "/groups", "/lines", "/payment-methods"):
        assert stranger.get(f"accounts/{family}{path}").status_code == 404
    assert stranger.post(f"accounts/{family}/transfers", TRANSFER).status_code == 404
    own = str(stranger.post("accounts", FAMILY).json()["id"])
    answer = stranger.post(f"accounts/{own}/tags", {"id_tag": alpha.tag.public_id})
    assert (answer.status_code, AccountTag.objects.count()) == (404, 0)
