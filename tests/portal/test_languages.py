"""Driver pages in the driver's language; nothing else is translated."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from tests.billing.payments.till import Till

from .guest import Guest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unhurried() -> None:
    cache.clear()


def test_the_browser_says_which_language(guest: Guest) -> None:
    page = Client().get(guest.sticker, headers={"Accept-Language": "pt, fr;q=0.8, de;q=0.5"})
    assert page.headers["Content-Language"] == "fr"
    assert '<html lang="fr"' in page.content.decode()
    assert "Accept-Language" in page.headers["Vary"]


def test_a_chosen_language_wins_and_lasts(guest: Guest) -> None:
    phone = Client(headers={"Accept-Language": "fr"})
    assert phone.post("/drive/language", {"language": "nl", "next": guest.sticker}).url == guest.sticker
    assert '<html lang="nl"' in phone.get(guest.sticker).content.decode()


def test_state_price_and_receipt_are_told_in_the_drivers_language(guest: Guest, till: Till) -> None:
    guest.client = Client(headers={"Accept-Language": "de"})
    assert "Frei" in guest.open().text
    session = guest.charge()
    till.time.shift(timedelta(minutes=20))
    till.end(session)
    told = guest.settle().text
    assert "Der einzige Preis des Tarifs dafür." in told
    assert "je kWh" in told
    assert "Charging" not in told


def test_a_driver_reads_in_his_language_why_nothing_was_charged(guest: Guest) -> None:
    guest.client = Client(headers={"Accept-Language": "fr"})
    assert "Votre banque a refusé la carte." in guest.pay("fake_declined").text


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example", "", "javascript:1"])
def test_the_choice_leads_nowhere_else(where: str) -> None:
    """Seen failing with the address taken as it came."""
    assert Client().post("/drive/language", {"language": "de", "next": where}).url == "/drive/"


def test_a_language_we_do_not_have_changes_nothing() -> None:
    phone = Client()
    phone.post("/drive/language", {"language": "xx", "next": "/drive/"})
    assert '<html lang="en"' in phone.get("/drive/").content.decode()


def test_operators_pages_stay_as_they_are() -> None:
    page = Client().get("/accounts/login/", headers={"Accept-Language": "de"})
    assert "Content-Language" not in page.headers
