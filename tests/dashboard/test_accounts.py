"""Accounts on pages: made, changed, closed; people, tags, groups and bank transfers."""

import pytest
from django.test import Client

from billing.choices import BillingMode
from billing.models import Account, AccountGroup, AccountMembership, AccountTag, PaymentMethod
from billing.services.accounts.parties import account_open, party_create
from billing.services.books.ledger import wallet_minor
from billing.services.ratings.payers import tag_pay_from
from cpms.accounts.roles import Role
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .conftest import client_of

NEW = {
    "name": "Mill Street", "kind": "company", "legal_name": "Mill Street Ltd", "country": "de",
    "billing_mode": "prepaid", "currency": "eur", "payment_terms_days": "30", "overshoot": "2.50",
    "session_limit": "40",
}  # fmt: skip


@pytest.fixture
def boss(world: World) -> Client:
    return client_of(world.owner)


def made(world: World, mode: BillingMode = BillingMode.PREPAID, name: str = "Family Jansen") -> Account:
    party = party_create(world.organisation, SYSTEM, kind="driver", legal_name=name, country="NL")
    return account_open(party, SYSTEM, name=name, billing_mode=mode, currency="EUR")


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def page_of(account: Account) -> str:
    return f"/money/accounts/{account.public_id}/"


def transfer(amount: str, what: str = "wallet", reference: str = "b1") -> dict[str, str]:
    fields = {"amount": amount, "what": what, "reference": reference, "on": "2026-01-05"}
    return {f"transfer-{name}": value for name, value in fields.items()}


def test_the_list_teaches_until_there_is_an_account(boss: Client, world: World) -> None:
    assert "No accounts yet" in text(boss, "/money/accounts/")
    account = made(world)
    assert "Family Jansen" in text(boss, "/money/accounts/")
    assert "No account matches" in text(boss, "/money/accounts/?search=nobody")
    assert "Family Jansen" in text(boss, "/money/accounts/?search=jansen&mode=prepaid")
    assert "No account matches" in text(boss, "/money/accounts/?mode=postpaid")
    boss.post(f"{page_of(account)}close/")
    assert "Family Jansen" not in text(boss, "/money/accounts/")
    assert "Family Jansen" in text(boss, "/money/accounts/?closed=true")


def test_an_account_is_opened_and_changed_with_its_holder(boss: Client) -> None:
    assert boss.get("/money/accounts/new/").status_code == 200
    assert boss.post("/money/accounts/new/", NEW).status_code == 302
    account = Account.objects.get()
    assert (account.currency, account.overshoot_minor, account.session_limit_minor) == ("EUR", 250, 4000)
    assert (account.party.country, account.party.legal_name) == ("DE", "Mill Street Ltd")
    assert 'value="40.00"' in text(boss, f"{page_of(account)}edit/")
    change = NEW | {"session_limit": "", "legal_name": "Mill Street GmbH", "currency": "USD"}
    assert boss.post(f"{page_of(account)}edit/", change).status_code == 302
    account.refresh_from_db()
    assert (account.session_limit_minor, account.party.legal_name) == (None, "Mill Street GmbH")
    assert account.currency == "EUR"


@pytest.mark.parametrize(
    "wrong",
    [{"currency": "EURO"}, {"country": "Germany"}, {"overshoot": "0.005"}, {"session_limit": "-1"}, {"name": ""}],
)  # fmt: skip
def test_what_makes_no_account_is_refused(boss: Client, wrong: dict[str, str]) -> None:
    assert boss.post("/money/accounts/new/", NEW | wrong).status_code == 422
    assert not Account.objects.exists()


def test_a_tag_and_a_group_are_linked_and_let_go(boss: Client, world: World) -> None:
    account, tag = made(world), world.tag
    boss.post(f"{page_of(account)}tags/", {"tag-uid": tag.uid.lower()})
    boss.post(f"{page_of(account)}groups/", {"group-group": world.group.public_id})
    link, group = AccountTag.objects.get(), AccountGroup.objects.get()
    assert (link.account, group.account) == (account, account)
    assert account.name in text(boss, f"/tags/{tag.public_id}/")
    assert tag.uid in text(boss, page_of(account))
    boss.post(f"/money/account-tags/{link.public_id}/remove/")
    boss.post(f"/money/account-groups/{group.public_id}/remove/")
    assert not AccountTag.objects.exists()
    assert not AccountGroup.objects.exists()
    assert "not charged to anybody" in text(boss, f"/tags/{tag.public_id}/")


def test_an_unknown_tag_is_said_beside_the_field(boss: Client, world: World) -> None:
    answer = boss.post(f"{page_of(made(world))}tags/", {"tag-uid": "NOBODYS"})
    assert answer.status_code == 422
    assert "There is no ID tag of this number." in answer.content.decode()


def test_people_get_roles_and_budgets_and_one_owner_stays(boss: Client, world: World) -> None:
    account, person = made(world), world.person(Role.VIEWER)
    url = f"{page_of(account)}members/"
    answer = boss.post(url, {"member-email": "nobody@example.com", "member-role": "driver"})
    assert "Nobody with this address has signed up yet." in answer.content.decode()
    boss.post(url, {"member-email": person.email, "member-role": "owner", "member-budget": "25"})
    member = AccountMembership.objects.get()
    assert (member.role, member.budget_minor) == ("owner", 2500)
    boss.post(f"/money/account-members/{member.public_id}/remove/")
    assert AccountMembership.objects.exists()
    boss.post(url, {"member-email": world.owner.email, "member-role": "owner"})
    boss.post(f"/money/account-members/{member.public_id}/remove/")
    assert AccountMembership.objects.get().user == world.owner


def test_a_bank_transfer_fills_the_wallet_once_and_goes_back(boss: Client, world: World) -> None:
    account = made(world)
    url = f"{page_of(account)}transfers/"
    for _ in range(2):
        assert boss.post(url, transfer("50.00")).status_code == 302
    assert wallet_minor(account) == 5000
    assert "Bank transfer received" in text(boss, page_of(account))
    assert "50.00" in text(boss, f"{page_of(account)}lines/")
    too_much = boss.post(url, transfer("50.01", "back", "b2"))
    assert "is more than there is to give back" in too_much.content.decode()
    conflict = boss.post(url, transfer("51.00"))
    assert "The books refuse it" in conflict.content.decode()
    boss.post(url, transfer("50.00", "back", "b3"))
    assert wallet_minor(account) == 0


def test_an_account_with_money_is_not_closed(boss: Client, world: World) -> None:
    account = made(world)
    boss.post(f"{page_of(account)}transfers/", transfer("1.00"))
    answer = boss.post(f"{page_of(account)}close/", follow=True)
    assert "bring it to zero first" in answer.content.decode()
    boss.post(f"{page_of(account)}transfers/", transfer("1.00", "back", "b2"))
    assert "Closed" in boss.post(f"{page_of(account)}close/", follow=True).content.decode()
    assert "Link an ID tag</h2>" not in text(boss, page_of(account))
    boss.post(f"{page_of(account)}reopen/")
    assert "Link an ID tag</h2>" in text(boss, page_of(account))


def test_a_stored_card_is_removed(boss: Client, world: World) -> None:
    account = made(world)
    card = PaymentMethod.objects.create(
        organisation=world.organisation,
        account=account,
        provider="fake",
        provider_ref="pm_1",
        label="Visa 4242",
    )
    assert "Visa 4242" in text(boss, page_of(account))
    boss.post(f"/money/cards/{card.public_id}/remove/")
    assert "Visa 4242" not in text(boss, page_of(account))


def test_who_may_not_see_money_sees_no_account(world: World) -> None:
    account = made(world)
    tag_pay_from(world.tag, account, SYSTEM)
    operator = client_of(world.person(Role.OPERATOR))
    assert operator.get("/money/accounts/").status_code == 403
    assert operator.get(page_of(account)).status_code == 403
    assert operator.post(f"{page_of(account)}tags/", {"tag-uid": world.tag.uid}).status_code == 403
    assert account.name not in text(operator, f"/tags/{world.tag.public_id}/")
