"""Cars that charge by the sun alone: what they get, that they wait for it, and what a departure changes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from chargers.choices import ConnectorStatus
from chargers.models import Connector, Evse, MeterValue
from chargers.services.stations.registration import station_register
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.balancing.place import Place
from smartcharging.balancing.planning import site_plan
from smartcharging.balancing.snapshot import read
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.saying import need_of, need_set
from smartcharging.inputs.needs.usual import fleet_need_set
from smartcharging.meters import Sample
from smartcharging.models import Grant, LoadReading, SiteMeter, VisitDigest
from smartcharging.picture.words import why
from smartcharging.services import installing
from smartcharging.services.circuits import circuit_update, outlet_set, policy_set
from tests.smartcharging.inputs.scene import amps, push_meter, told
from tests.worlds import World

from .scene import answer, granted, managed, round_of

pytestmark = pytest.mark.django_db
NOW = datetime(2031, 6, 17, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PER_A = 690.0


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A car that was granted 32 A beside a roof of 20 kW; its driver wants nothing but the sun."""
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    with time_machine.travel(NOW - HOUR, tick=False):
        granted(managed(world))
        push_meter(world, name="roof", measures="pv")
        push_meter(world, name="grid", measures="whole")
        need_set(world.transaction, NeedSource.DRIVER, SYSTEM, sun_only=True)
    with time_machine.travel(NOW, tick=False):
        yield world


def shines(out_a: float, minutes: int = 5) -> None:
    """So much has flowed out on each line for some minutes, besides what cars took; the car draws nothing."""
    now = clock.now()
    roof, grid = SiteMeter.objects.get(name="roof"), SiteMeter.objects.get(name="grid")
    told(roof, Sample({"power_w": 20_000.0}), now)
    for step in range(minutes * 2, -1, -1):
        value = -out_a - step % 2 / 100
        told(grid, amps(value, value, value, now - step * timedelta(seconds=30)), now)


def gets(site: World) -> tuple[float, str]:
    """What the car is granted by the next rounds, and why no more, in words."""
    for _ in range(3):
        for command in round_of(site):
            answer(command)
    grant = Grant.objects.get(evse__station=site.station)
    return grant.amps, why(grant.reason, {})


def place_of(site: World) -> Place:
    return next(one for one in read(site.site.pk, clock.now()).places if one.station == site.station)


def test_it_gets_what_the_sun_leaves_and_no_more(site: World) -> None:
    """Seen failing without `by_sun`: 32 A, 16 of them from the grid."""
    shines(16.3)
    assert gets(site) == (16.0, "as much as the sun leaves: up to 16.3 A now")


def test_where_it_leaves_less_than_a_car_needs_the_car_waits(site: World) -> None:
    """Seen failing without `by_sun`."""
    shines(5.9)
    amps, words = gets(site)
    assert (amps, words[:18]) == (0.0, "waits for the sun:")


def test_a_cloud_pauses_nobody_and_minutes_of_them_do(site: World) -> None:
    shines(12.0)
    assert gets(site)[0] == 12.0
    for minutes, granted_a in ((1, 10.0), (2, 8.0), (4, 0.0)):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            LoadReading.objects.filter(meter__name="grid", read_at__gt=NOW).delete()
            shines(2.0, minutes)
            drew(site, granted_a)
            assert gets(site)[0] == pytest.approx(granted_a, abs=1.0)


def drew(site: World, amps_a: float) -> None:
    """Nothing: what flows out is told beside it."""
    at = clock.now()
    MeterValue.objects.create(
        station=site.station, transaction=site.transaction, evse_no=1, taken_at=at, received_at=at, current_a=0.0,
        energy_wh=2_000, digest=int(at.timestamp()),
    )  # fmt: skip


def test_what_another_car_takes_is_not_the_suns_any_more(site: World) -> None:
    """It draws 8 of the 20 A that flow out. Seen failing with cars that charge as usual left out."""
    station, _ = station_register(site.organisation, "SECOND", SYSTEM, site=site.site)
    evse = Evse.objects.create(station=station, number=1)
    Connector.objects.create(evse=evse, number=1, status=ConnectorStatus.CHARGING, status_at=NOW)
    circuit = place_of(site).outlet.circuit
    circuit_update(circuit, SYSTEM, limit_a=[100.0] * 3)
    outlet_set(evse, SYSTEM, circuit=circuit)
    other = site.transaction
    other.pk, other.public_id, other.station, other.reference = None, "", station, "other"
    other._state.adding = True
    other.save()
    MeterValue.objects.create(
        station=station, transaction=other, evse_no=1, taken_at=NOW - timedelta(minutes=20), received_at=NOW,
        current_a=8.0, energy_wh=100, digest=1,
    )  # fmt: skip
    shines(20.0)
    assert gets(site)[0] == 12.0


def test_charge_now_and_a_site_without_sun_are_no_waiting(site: World) -> None:
    shines(0.0)
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, sun_only=False, charge_now=True)
    assert gets(site)[0] >= 31.0
    with pytest.raises(ValidationError, match="charge_now"):
        need_set(site.transaction, NeedSource.DRIVER, SYSTEM, sun_only=True)
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, sun_only=True, charge_now=False)
    SiteMeter.objects.filter(name="roof").update(active=False)
    assert gets(site)[0] >= 31.0
    with pytest.raises(ValidationError, match="solar meter"):
        need_set(site.transaction, NeedSource.OPERATOR, SYSTEM, sun_only=True)


def test_nothing_is_planned_for_who_is_ready_at_no_time(site: World) -> None:
    """What the site's habits say of it is no departure. Seen failing with estimated departures taken for said ones."""
    visits = [[(NOW - timedelta(days=day)).timestamp(), 8 * 3600, 20_000.0] for day in range(9, 0, -1)]
    place = {"organisation": site.organisation, "site": site.site}
    VisitDigest.objects.create(**place, visits=visits, oldest_at=NOW, learned_at=NOW)
    shines(0.0)
    assert need_of(site.transaction, NOW).departs_at is not None
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=20_000)
    assert site_plan(site.site.pk).powers_w == {}
    assert gets(site)[0] == 0.0


def test_a_departure_gets_from_the_grid_what_the_sun_does_not_give(site: World) -> None:
    """10 kWh by two o'clock: it can wait, and then cannot. Seen failing with cars by the sun never urgent."""
    shines(0.0)
    policy_set(site.site, SYSTEM, feed_in_price=0.3)
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, energy_wh=10_000, departs_at=NOW + 2 * HOUR)
    plan = site_plan(site.site.pk)
    (watts,) = plan.powers_w.values()
    lengths = [end - begin for begin, end in zip(plan.slots_s, plan.slots_s[1:], strict=False)]
    energy = sum(power * length for power, length in zip(watts, lengths, strict=True)) / 3600
    assert energy == pytest.approx(9_950, abs=60)
    assert not plan.solver["unmet"]
    plan.delete()
    assert gets(site)[0] == 0.0
    with time_machine.travel(NOW + 2 * HOUR - timedelta(minutes=30), tick=False):
        assert gets(site)[0] == 32.0


def test_a_fleet_may_ask_for_the_sun_first(site: World) -> None:
    need_set(site.transaction, NeedSource.DRIVER, SYSTEM, sun_only=None)
    assert site.transaction.id_tag is not None
    fleet_need_set(
        site.transaction.id_tag, SYSTEM, departs_at=NOW + 8 * HOUR, energy_wh=10_000, sun_only=True
    )
    wanted = need_of(site.transaction, NOW)
    assert (wanted.sun_only, wanted.sources["sun_only"]) == (True, NeedSource.FLEET)
    shines(10.0)
    assert gets(site)[0] == 10.0
