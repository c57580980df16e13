"""A guest's visit, from the payment to the receipt."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from billing.choices import PaymentState
from billing.models import SessionCharge
from billing.services.ratings.follow import sessions_sweep
from chargers.choices import ConnectorStatus
from chargers.models import Command, Connector, Evse
from tests.billing.payments.till import NO, Till

from .guest import Guest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _free(evse: Evse) -> None:
    cache.clear()
    Connector.objects.filter(evse=evse).update(status=ConnectorStatus.AVAILABLE)


def test_from_the_sticker_to_a_receipt_that_equals_the_books(guest: Guest, till: Till) -> None:
    session = guest.charge()
    assert "Charging" in guest.open().text
    till.time.shift(timedelta(minutes=20))
    till.end(session)
    page = guest.settle().text
    charge = SessionCharge.objects.get(transaction=session)
    paid = f"{charge.gross_minor / 100:.2f} EUR"
    assert guest.payment.captured_minor == charge.gross_minor == till.there(guest.payment)["captured"]
    assert f"Paid {paid}" in page
    assert f"50.00 EUR were held; {paid} were taken" in page
    assert "per kWh" in page
    till.time.shift(timedelta(minutes=2))
    assert "hx-trigger" not in guest.open().page, "the papers are there or will not come"


def test_a_priced_session_is_looked_at_until_its_money_is_taken(guest: Guest, till: Till) -> None:
    """Seen failing with the stage alone deciding."""
    session = guest.charge()
    till.time.shift(timedelta(minutes=20))
    till.end(session)
    sessions_sweep()
    guest.open()
    assert till.now(guest.payment).is_live
    assert "hx-trigger" in guest.page


def test_before_the_car_is_plugged_in_the_page_asks_for_it(guest: Guest) -> None:
    page = guest.pay().text
    assert "Plug in now." in page
    assert "50.00 EUR are held" in page


def test_a_declined_card_costs_nothing_and_leads_back(guest: Guest) -> None:
    page = guest.pay("fake_declined").text
    assert "Payment not accepted" in page
    assert "Nothing was charged" in page
    assert guest.sticker in guest.page


def test_a_start_that_fails_frees_the_money(guest: Guest, till: Till) -> None:
    guest.pay()
    till.answer(till.go(guest.payment), NO)
    till.go(guest.payment, 3)
    page = guest.open().text
    assert "Charging did not start" in page
    assert "The charger refused to start." in page
    assert "Your money is free again" in page
    assert till.there(guest.payment)["state"] == "cancelled"


def test_who_leaves_before_charging_pays_nothing(guest: Guest, till: Till) -> None:
    guest.pay().tap(f"{guest.at}/leave")
    assert till.go(guest.payment, 3).state == PaymentState.CANCELLED
    assert "free again" in guest.open(guest.at).text


def test_nobody_leaves_a_running_session_unpaid(guest: Guest, till: Till) -> None:
    guest.charge()
    visit = guest.at
    assert "stop the session" in guest.tap(f"{visit}/leave").text
    assert till.now(guest.payment).state == PaymentState.AUTHORISED


def test_stop_is_asked_once_however_often_it_is_tapped(guest: Guest, till: Till) -> None:
    """Seen failing without the look at the stops there are."""
    guest.charge()
    visit = guest.at
    for _ in range(3):
        assert "Stopping" in guest.tap(f"{visit}/stop").text
    stops = Command.objects.filter(station=till.world.station, action="RemoteStopTransaction")
    assert [one.actor_label for one in stops] == ["driver: ada@example.com"]


def test_a_link_is_the_only_key_of_a_visit(guest: Guest) -> None:
    """Seen failing with the signature ignored."""
    guest.charge()
    name = guest.payment.public_id
    for token in (name, f"{name}.", f"{name}.abc", guest.at.removeprefix("/v/")[:-1] + "_"):
        assert Client().get(f"/v/{token}").status_code == 404
        assert Client().post(f"/v/{token}/stop").status_code == 404


def test_the_test_bank_is_gone_where_real_money_is_taken(guest: Guest, settings: Settings) -> None:
    guest.tap(guest.sticker, email=guest.email)
    visit = guest.at
    settings.FAKE_PAYMENTS = ""
    assert Client().get(f"{visit}/bank").status_code == 404


def test_the_moving_part_can_be_asked_for_alone(guest: Guest) -> None:
    guest.charge()
    alone = Client().get(f"{guest.at}/now").content.decode()
    assert alone.startswith('<div id="now"')
    assert "Stop charging" in alone
