"""The pages of energy prices: a series made, a file taken, today's prices shown."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from billing.models import PricePoint, PriceSeries
from billing.services.tariffs.market import series_create
from cpms.accounts.roles import Role
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .conftest import client_of

pytestmark = pytest.mark.django_db

LIST = "/energy/prices/"


@pytest.fixture
def boss(world: World) -> Client:
    return client_of(world.owner)


def made(world: World) -> PriceSeries:
    return series_create(
        world.organisation, SYSTEM, name="Day ahead", currency="EUR", time_zone="Europe/Berlin"
    )


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def file_of(*prices: str) -> SimpleUploadedFile:
    """Prices of quarters of an hour from the hour that runs on."""
    start = clock.now().replace(minute=0, second=0, microsecond=0)
    rows = [f"{start + n * timedelta(minutes=15):%Y-%m-%dT%H:%MZ},{price}" for n, price in enumerate(prices)]
    return SimpleUploadedFile("prices.csv", "\n".join(["start,price_per_mwh", *rows]).encode())


def test_a_series_is_made_changed_and_listed(boss: Client, world: World) -> None:
    assert "No price series yet" in read(boss, LIST)
    fields = {"name": "Spot", "currency": "EUR", "resolution_minutes": 15, "time_zone": "Europe/Berlin"}
    assert boss.post(f"{LIST}new/", fields | {"time_zone": "Moon"}).status_code == 422
    assert boss.post(f"{LIST}new/", fields).status_code == 302
    series = PriceSeries.objects.get()
    assert "no prices yet" in read(boss, LIST)
    assert "no prices for today" in read(boss, f"{LIST}{series.public_id}/")
    edited = {"name": "Spot north", "time_zone": "Europe/Oslo", "market_area": ""}
    assert boss.post(f"{LIST}{series.public_id}/edit/", edited).status_code == 302
    series.refresh_from_db()
    assert (series.name, series.time_zone, series.currency) == ("Spot north", "Europe/Oslo", "EUR")


def test_a_file_is_taken_and_its_prices_are_shown(boss: Client, world: World) -> None:
    series = made(world)
    page = f"{LIST}{series.public_id}/"
    sent = boss.post(page, {"kind": "csv", "content": file_of("100", "100", "-20", "100")}, follow=True)
    assert "4 new prices, 0 corrected, 0 known already." in sent.content.decode()
    shown = read(boss, page)
    assert "between -0.02 EUR and 0.10 EUR" in shown
    assert shown.count("<rect ") == 4
    assert "Last price" in read(boss, LIST)


def test_a_file_that_is_wrong_is_refused_beside_its_field(boss: Client, world: World) -> None:
    series = made(world)
    wrong = SimpleUploadedFile("prices.csv", b"start,price_per_mwh\nsoon,1")
    response = boss.post(f"{LIST}{series.public_id}/", {"kind": "csv", "content": wrong})
    assert response.status_code == 422
    assert "line 2" in response.content.decode()
    assert not PricePoint.objects.exists()


def test_who_may_not_change_prices_reads_them(world: World) -> None:
    series = made(world)
    viewer = client_of(world.person(Role.VIEWER))
    page = f"{LIST}{series.public_id}/"
    assert viewer.get(page).status_code == 403
    assert viewer.post(page, {"kind": "csv", "content": file_of("1")}).status_code == 403
    assert viewer.get(f"{LIST}new/").status_code == 403
    assert not PricePoint.objects.exists()
