"""The demo's sites are wired as their chargers are, and their buildings speak."""

import asyncio

import pytest
from django.core.management import call_command

from chargers.models import ChargingStation, Evse, Site
from cpms.core import clock
from smartcharging.demo import WIRED, building, say, seed_energy
from smartcharging.inputs.choices import LoadSource
from smartcharging.inputs.metering.load import building_load
from smartcharging.models import Circuit, LoadReading, Need
from smartcharging.selectors import network_of
from tests.worlds import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_chargers_hang_on_their_feeders_once_they_have_told_of_themselves(tmp_path: object) -> None:
    call_command("seed_demo", "--json", "--folder", str(tmp_path))
    assert seed_energy() == sum(1 + len(wired.feeders) for wired in WIRED)
    garage = Site.objects.get(name="North Garage")
    for station in ChargingStation.objects.filter(site=garage, identity__startswith="CA-"):
        Evse.objects.get_or_create(station=station, number=1)
    asyncio.run(_until_told())
    assert len(network_of(garage).outlets) == 18
    assert {load.source for load in building_load(garage, clock.now())} == {LoadSource.METER}
    assert seed_energy() == Circuit.objects.count()


async def _until_told() -> None:
    living = asyncio.create_task(building())
    for _ in range(200):
        await asyncio.sleep(0.1)
        if await LoadReading.objects.acount() == len(WIRED) + 1:
            break
    living.cancel()


def test_every_second_driver_says_once_when_the_car_leaves(world: World) -> None:
    Site.objects.filter(pk=world.site.pk).update(name=WIRED[0].site)
    says = world.transaction.pk % 2 == 0
    for _ in range(2):
        say(clock.now())
        assert Need.objects.count() == says
