"""The idle fee on the live page, told before it begins."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache

from billing.services.ratings.running import estimates_refresh
from chargers.choices import ConnectorStatus, Direction
from chargers.domain import Place
from chargers.models import Connector, Evse, MessageExchange, Transaction
from chargers.ocpp.readings import Sampled, reading
from chargers.services.transactions.meter import readings_store
from cpms.core import clock
from tests.billing.payments.till import Till

from .guest import Guest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _free(evse: Evse) -> None:
    cache.clear()
    Connector.objects.filter(evse=evse).update(status=ConnectorStatus.AVAILABLE)


def tell(till: Till, session: Transaction, minutes: int, status: str = "") -> None:
    """So much later the station sends its meter, and what its connector does."""
    till.time.shift(timedelta(minutes=minutes))
    now = clock.now()
    if status:
        told = (
            f'{{"connectorId":1,"errorCode":"NoError","status":"{status}","timestamp":"{now.isoformat()}"}}'
        )
        MessageExchange.objects.create(
            station=till.world.station, epoch=1, received_at=now, direction=Direction.IN, reply="", outcome="result",
            action="StatusNotification", message_id=f"s{minutes}", request=f'[2,"s","StatusNotification",{told}]',
        )  # fmt: skip
    value = reading(now, [Sampled((session.meter_start_wh or 0) + 5_000, unit="Wh")])
    assert value is not None
    readings_store(replace(till.world.source, received_at=now), Place(1, 1), [value], session)
    till.time.shift(timedelta(seconds=2))
    estimates_refresh()


def test_a_fee_that_comes_later_is_announced_with_its_time_and_price(guest: Guest, till: Till) -> None:
    """The tariff asks 3 EUR an hour and 19 % tax for idle time from half an hour on."""
    session = guest.charge()
    tell(till, session, 10)
    page = guest.open().text
    assert "in 19 minutes, staying plugged in without charging costs 0.0595 EUR per minute" in page


def test_a_car_that_is_full_is_told_to_leave_before_the_fee_and_then_that_it_runs(
    guest: Guest, till: Till
) -> None:
    session = guest.charge()
    tell(till, session, 5, "Charging")
    tell(till, session, 5, "SuspendedEV")
    assert "The idle fee begins at" in guest.open().text
    till.time.shift(timedelta(minutes=40))
    assert "The idle fee runs: 0.0595 EUR per minute until you unplug." in guest.open().text


def test_a_car_that_charges_when_the_fee_would_run_is_told_what_comes(guest: Guest, till: Till) -> None:
    session = guest.charge()
    tell(till, session, 40)
    assert "When the car stops charging, staying plugged in costs 0.0595 EUR per minute." in guest.open().text


def test_a_session_that_is_over_warns_of_nothing(guest: Guest, till: Till) -> None:
    session = guest.charge()
    till.time.shift(timedelta(minutes=20))
    till.end(session)
    assert "staying plugged in" not in guest.settle().text
