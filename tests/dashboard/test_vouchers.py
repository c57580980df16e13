"""Vouchers on pages: made, downloaded, followed, stopped."""

import csv
import io

import pytest
from django.test import Client

from billing.choices import BillingMode
from billing.models import VoucherCampaign, VoucherCode, VoucherRedemption
from billing.services.vouchers.redeeming import voucher_redeem
from cpms.accounts.roles import Role
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine
from tests.api.test_subscriptions import account_of
from tests.worlds import World

from .conftest import client_of

NEW = {
    "name": "Spring", "kind": "credit", "amount": "5", "currency": "eur", "first_day": "2020-01-01",
    "last_day": "2099-12-31", "code": "Spring-26", "most_per_account": "1",
}  # fmt: skip


@pytest.fixture
def boss(world: World) -> Client:
    return client_of(world.owner)


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def made(boss: Client, **changes: str) -> VoucherCampaign:
    answer = boss.post("/money/vouchers/new/", NEW | changes)
    assert answer.status_code == 302, answer.content.decode()
    return VoucherCampaign.objects.get()


def test_a_campaign_is_made_followed_and_stopped(boss: Client, world: World) -> None:
    assert "No vouchers yet" in text(boss, "/money/vouchers/")
    found = made(boss)
    page = f"/money/vouchers/{found.public_id}/"
    assert "Nobody yet." in text(boss, page)
    voucher_redeem(account_of(world), "spring26", SYSTEM)
    VoucherRedemption.objects.update(given_minor=298)
    for said in ("5.00 EUR for charging", "2.98 EUR", "2.02 EUR"):
        assert said in text(boss, "/money/vouchers/")
        assert said in text(boss, page)
    assert "SPRING26, for everybody" in text(boss, page)
    assert "Mia" in text(boss, page)
    boss.post(f"{page}stop/")
    assert "Stopped" in text(boss, "/money/vouchers/")
    assert "Stop the campaign" not in text(boss, page)


def test_days_are_those_of_the_organisation(boss: Client, world: World) -> None:
    type(world.organisation).objects.filter(pk=world.organisation.pk).update(time_zone="Europe/Berlin")
    found = made(boss, first_day="2026-03-01", last_day="2026-03-31")
    assert (found.starts_at.isoformat(), found.ends_at.isoformat()) == (
        "2026-02-28T23:00:00+00:00", "2026-03-31T22:00:00+00:00",
    )  # fmt: skip


def test_codes_for_single_use_come_as_a_file(boss: Client, world: World) -> None:
    found = made(boss, code="", count="3", kind="energy", amount="", energy_kwh="10")
    page = f"/money/vouchers/{found.public_id}/"
    boss.post(f"{page}codes/", {"count": "2"})
    answer = boss.get(f"{page}codes.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0] == ["Code", "Redeemed", "At most"]
    assert len(rows) == 6
    voucher_redeem(account_of(world), rows[1][0], SYSTEM)
    assert VoucherCode.objects.filter(redeemed=1).count() == 1
    assert "10 of 10 kWh" in text(boss, page)
    assert boss.post(f"{page}codes/", {"count": "10001"}).status_code == 422


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": ""}, "is not above 0"),
        ({"amount": "5.001"}, "not an amount of this currency"),
        ({"count": "5"}, "give a code for everybody, or how many codes"),
        ({"last_day": "2019-12-31"}, "is not after the begin"),
    ],
)
def test_what_makes_no_campaign_is_said_in_the_form(boss: Client, change: dict[str, str], said: str) -> None:
    answer = boss.post("/money/vouchers/new/", NEW | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not VoucherCampaign.objects.exists()


def test_who_may_not_see_money_sees_and_changes_nothing(boss: Client, world: World) -> None:
    page = f"/money/vouchers/{made(boss).public_id}/"
    viewer = client_of(world.person(Role.VIEWER))
    for path in ("/money/vouchers/", page, f"{page}codes.csv"):
        assert viewer.get(path).status_code == 403
    for path in ("/money/vouchers/new/", f"{page}codes/", f"{page}stop/"):
        assert viewer.post(path, NEW).status_code == 403
    assert VoucherCampaign.objects.get().stopped_at is None


def test_an_operator_redeems_a_code_that_a_driver_reads_out(boss: Client, world: World) -> None:
    made(boss)
    account = account_of(world)
    page = f"/money/accounts/{account.public_id}/"
    assert "Redeem a voucher" in text(boss, page)
    answer = boss.post(f"{page}vouchers/", {"voucher-code": "winter"})
    assert (answer.status_code, "No voucher has this code." in answer.content.decode()) == (422, True)
    assert boss.post(f"{page}vouchers/", {"voucher-code": "spring 26"}).status_code == 302
    assert "5.00 EUR of 5.00 EUR" in text(boss, page)
    answer = boss.post(f"{page}vouchers/", {"voucher-code": "SPRING-26"})
    assert (answer.status_code, "as often as it may" in answer.content.decode()) == (422, True)
    line = AuditLine.objects.get(action="voucher.redeemed")
    assert line.subject == VoucherRedemption.objects.get().public_id


def test_who_pays_each_session_is_offered_no_voucher(boss: Client, world: World) -> None:
    account = account_of(world, billing_mode=BillingMode.AD_HOC)
    assert "Redeem a voucher" not in text(boss, f"/money/accounts/{account.public_id}/")


def test_only_who_may_edit_redeems_for_a_driver(boss: Client, world: World) -> None:
    made(boss)
    url = f"/money/accounts/{account_of(world).public_id}/vouchers/"
    assert client_of(world.person(Role.OPERATOR)).post(url, {"voucher-code": "spring26"}).status_code == 403
    assert not VoucherRedemption.objects.exists()
