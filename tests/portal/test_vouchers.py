"""A driver's vouchers on his phone: redeemed, what is left, what they paid; nobody else's."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache

from billing.choices import AccountRole
from billing.models import SessionCharge, VoucherRedemption
from billing.services.accounts.parties import member_set
from billing.services.books.ledger import wallet_minor
from billing.services.vouchers.campaigns import campaign_create, campaign_stop
from chargers.models import Evse
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.core.models import OutboxEvent
from cpms.drivers.export import everything_of
from cpms.drivers.services.receipts import events_apply, receipts_send
from tests.billing.payments.till import Till

from .driver import Motorist

pytestmark = pytest.mark.django_db
PAGE = "/my/vouchers/"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def campaign(evse: Evse, name: str = "Spring", **facts: Any) -> Any:
    now = clock.now()
    told = {
        "kind": "credit", "amount_minor": 500, "currency": "EUR", "starts_at": now, "ends_at": now + timedelta(days=30),
        "code": f"{name}-26",
    }  # fmt: skip
    kind = {"amount_minor": 0} if "kind" in facts else {}
    return campaign_create(evse.station.organisation, SYSTEM, name=name, **{**told, **kind, **facts})


def redeem(motorist: Motorist, code: str) -> Motorist:
    return motorist.tap(PAGE, account=motorist.account.public_id, code=code)


def test_the_account_page_leads_to_an_empty_page_that_says_what_to_do(motorist: Motorist, evse: Evse) -> None:
    assert PAGE in motorist.open("/my/").page
    assert "No voucher at the moment" in motorist.open(PAGE).text


def test_a_code_is_redeemed_and_what_is_left_is_shown(motorist: Motorist, evse: Evse) -> None:
    campaign(evse)
    redeem(motorist, " spring26")
    for said in ("Redeemed: Spring, 5.00 EUR for charging.", "5.00 EUR of 5.00 EUR", "begin until"):
        assert said in motorist.text
    VoucherRedemption.objects.update(given_minor=298)
    assert "2.02 EUR of 5.00 EUR" in motorist.open(PAGE).text
    VoucherRedemption.objects.update(given_minor=500)
    assert "Used up or over" in motorist.open(PAGE).text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"kind": "energy", "energy_wh": 10_000}, "10 of 10 kWh"),
        ({"kind": "percent", "percent": Decimal("12.5")}, "12.5 % off what a session costs"),
    ],
)
def test_energy_and_percentages_are_told_in_their_own_words(
    motorist: Motorist, evse: Evse, facts: dict[str, Any], said: str
) -> None:
    campaign(evse, sites=[evse.station.site], **facts)
    redeem(motorist, "SPRING-26")
    assert said in motorist.text
    assert f"Only at: {evse.station.site.name}" in motorist.text


def test_what_cannot_be_redeemed_is_said_beside_the_code(motorist: Motorist, evse: Evse) -> None:
    redeem(motorist, "winter-26")
    assert "There is no voucher with this code" in motorist.text
    assert 'value="winter-26"' in motorist.page
    made = campaign(evse)
    redeem(motorist, "spring26")
    redeem(motorist, "spring26")
    assert "You have redeemed this voucher already" in motorist.text
    campaign_stop(made, SYSTEM)
    redeem(motorist, "spring26")
    assert "can no longer be redeemed" in motorist.text
    assert VoucherRedemption.objects.count() == 1


def test_who_tries_many_codes_has_to_wait(motorist: Motorist, evse: Evse) -> None:
    campaign(evse)
    for number in range(10):
        redeem(motorist, f"guess-{number}")
    redeem(motorist, "spring26")
    assert "You tried very often" in motorist.text
    assert not VoucherRedemption.objects.exists()


def test_who_only_looks_at_an_account_redeems_nothing_for_it(motorist: Motorist, evse: Evse) -> None:
    campaign(evse)
    account, looker = motorist.account, Motorist.new(motorist.till, motorist.sticker, "tom@example.com")
    member_set(account, looker.user, AccountRole.VIEWER, SYSTEM)
    answer = looker.client.post(PAGE, {"account": account.public_id, "code": "spring26"})
    assert answer.status_code == 404
    assert "no account that could redeem a voucher" in looker.open(PAGE).text
    assert not VoucherRedemption.objects.exists()


def test_a_wallet_with_nothing_but_a_voucher_charges_and_the_receipt_says_so(
    motorist: Motorist, evse: Evse, till: Till
) -> None:
    campaign(evse)
    redeem(motorist, "spring26")
    session = motorist.begin(evse)
    till.time.shift(timedelta(minutes=20))
    till.end(session)
    motorist.rate()
    price = SessionCharge.objects.get(transaction=session).gross_minor
    paid = min(500, price)
    assert paid > 0
    assert wallet_minor(motorist.account) == paid - price
    motorist.open(f"/my/sessions/{session.public_id}")
    assert "Paid by the voucher Spring" in motorist.text
    assert f"-{paid / 100:.2f} EUR" in motorist.text
    assert "Left to pay" in motorist.text
    events_apply(OutboxEvent.objects.order_by("id"))
    receipts_send()
    (sent,) = mail.outbox
    for told in (str(sent.body), str(sent.alternatives[0][0])):
        assert "Paid by the voucher Spring" in told
        assert f"-{paid / 100:.2f} EUR" in told


def test_vouchers_are_among_what_a_driver_takes_along(motorist: Motorist, evse: Evse) -> None:
    campaign(evse)
    redeem(motorist, "spring26")
    assert everything_of(motorist.user)["vouchers"][0]["campaign"] == "Spring"
