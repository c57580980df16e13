"""What visits that ended tell of the next one: kept by site and tag, asked where nobody said anything."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from chargers.models import MeterValue, Site, Transaction
from chargers.services.stations.sites import site_create
from chargers.services.tags.id_tags import id_tag_create, id_tag_remove
from cpms.core import clock
from cpms.core.actors import SYSTEM
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.estimating import pasts
from smartcharging.inputs.needs.learning import KEPT_FOR, MOST_OF_TAG, visits_learn
from smartcharging.inputs.needs.saying import need_of, need_set
from smartcharging.inputs.needs.usual import need_default_set
from smartcharging.models import VisitDigest
from tests.worlds import World

from .visits import daily, visited

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Row = tuple[int | None, list[list[float]], datetime]


def digests() -> list[Row]:
    return list(VisitDigest.objects.order_by("id_tag").values_list("id_tag", "visits", "oldest_at"))


@pytest.fixture
def session(world: World) -> Transaction:
    """A car that came now; 0 Wh so far."""
    row = world.transaction
    row.meter_values.all().delete()
    Transaction.objects.filter(pk=row.pk).update(started_at=clock.now(), meter_start_wh=0)
    row.refresh_from_db()
    return row


def learned(world: World, count: int = 11) -> None:
    daily(world, clock.now() - 20 * DAY, count)
    visits_learn(world.site, clock.now())


def charged(session: Transaction, minute: int, energy_wh: int, soc_percent: float) -> None:
    """A reading with a state of charge."""
    at = clock.now() + timedelta(minutes=minute)
    MeterValue.objects.create(
        station=session.station, transaction=session, evse_no=1, taken_at=at, received_at=at,
        energy_wh=energy_wh, soc_percent=soc_percent, digest=minute,
    )  # fmt: skip


def test_departure_and_energy_come_from_earlier_visits_with_what_they_stand_on(
    world: World, session: Transaction
) -> None:
    learned(world)
    wanted = need_of(session, clock.now())
    assert wanted.departs_at is not None
    # The 15 % quantile of 8.0 to 9.0 h; the 85 % quantile of 10 to 20 kWh; the 60 % quantile first.
    assert wanted.departs_at - session.started_at == pytest.approx(
        timedelta(hours=8.15), abs=timedelta(minutes=1)
    )
    assert (wanted.energy_wh, wanted.soon_wh) == (18_500, 16_000)
    assert set(wanted.sources.values()) == {NeedSource.HISTORY}
    assert (wanted.bases["departs_at"].visits, wanted.bases["departs_at"].of) == (11, "user and hour")
    assert wanted.confidence == 0.3
    assert not wanted.is_said("energy_wh")


def test_what_somebody_said_wins_over_every_estimate(world: World, session: Transaction) -> None:
    learned(world)
    leaves = clock.now() + timedelta(hours=2)
    need_set(session, NeedSource.CAR, SYSTEM, departs_at=leaves)
    need_default_set(world.tag, SYSTEM, energy_wh=5_000)
    wanted = need_of(session, clock.now())
    assert (wanted.departs_at, wanted.energy_wh) == (leaves, 5_000)
    # Nothing is guaranteed by habit beside an energy that was said.
    assert wanted.soon_wh is None
    assert wanted.sources == {"departs_at": NeedSource.CAR, "energy_wh": NeedSource.TAG}
    assert wanted.bases == {}


def test_four_visits_tell_nothing(world: World, session: Transaction) -> None:
    learned(world, 4)
    assert need_of(session, clock.now()).sources == {}


def test_a_state_of_charge_tells_more_than_habit(world: World, session: Transaction) -> None:
    """10 kWh for 20 per cent: 80 % are 20 per cent, or 10 kWh, away."""
    learned(world)
    for minute, (energy_wh, soc) in enumerate(((0, 40.0), (10_000, 60.0))):
        charged(session, minute, energy_wh, soc)
    wanted = need_of(session, clock.now())
    assert (wanted.energy_wh, wanted.sources["energy_wh"]) == (20_000, NeedSource.BATTERY)
    assert wanted.sources["departs_at"] == NeedSource.HISTORY
    assert wanted.soon_wh is None


@pytest.mark.parametrize("soc", [(40.0, 43.0), (40.0, 130.0), (60.0, 40.0)])
def test_a_state_of_charge_that_says_little_or_cannot_be_is_passed_over(
    world: World, session: Transaction, soc: tuple[float, float]
) -> None:
    for minute, percent in enumerate(soc):
        charged(session, minute, minute * 1000, percent)
    assert need_of(session, clock.now()).energy_wh is None


def test_learning_twice_changes_nothing_and_a_late_end_is_taken_in(world: World) -> None:
    learned(world)
    before = digests()
    assert len(before) == 2
    visits_learn(world.site, clock.now())
    assert digests() == before
    # It began first and was told of last.
    visited(world, clock.now() - 30 * DAY, 2, 7, end_received_at=clock.now())
    visits_learn(world.site, clock.now())
    assert all(len(visits) == 12 and visits[0][1:] == [7200, 7000.0] for _, visits, _ in digests())


def test_a_round_without_new_visits_reads_and_writes_nothing_more(
    world: World, django_assert_num_queries: object
) -> None:
    learned(world)
    VisitDigest.objects.update(learned_at=clock.now() + timedelta(hours=1))
    with django_assert_num_queries(5):  # type: ignore[operator]
        assert visits_learn(world.site, clock.now()) == 0


def test_old_visits_are_let_go_of(world: World) -> None:
    """Seen failing without the aged tags."""
    learned(world)
    later = clock.now() + KEPT_FOR - 18.5 * DAY
    visits_learn(world.site, later)
    assert [len(visits) for _, visits, _ in digests()] == [9, 9]
    visits_learn(world.site, clock.now() + KEPT_FOR)
    assert digests() == []


def test_only_the_newest_of_a_tag_are_kept(world: World) -> None:
    for day in range(MOST_OF_TAG + 3):
        visited(world, clock.now() - (MOST_OF_TAG + 10 - day) * DAY, 1, 5)
    visits_learn(world.site, clock.now())
    found = VisitDigest.objects.get(id_tag=world.tag)
    assert len(found.visits) == MOST_OF_TAG
    assert found.visits[-1][0] > found.visits[0][0] == round(found.oldest_at.timestamp())


def test_what_was_no_visit_tells_nothing(world: World) -> None:
    now = clock.now()
    visited(world, now - DAY, 0.05, 3)
    visited(world, now - 10 * DAY, 24 * 8, 3)
    visited(world, now - DAY, 2, 0)
    visited(world, now - timedelta(hours=1), 2, 3)
    visited(world, now - DAY, -1, 3)
    assert visits_learn(world.site, now) == 0


def test_a_tag_that_is_gone_leaves_nothing_behind_but_its_part_of_the_crowd(world: World) -> None:
    learned(world)
    id_tag_remove(world.tag, SYSTEM)
    ((tag, visits, _),) = digests()
    assert (tag, len(visits)) == (None, 11)


def test_a_site_never_learns_from_others(world: World, other_world: World, session: Transaction) -> None:
    """The same card at another organisation, and at another site. Seen failing without the filter of the site."""
    second = id_tag_create(other_world.organisation, SYSTEM, uid=world.tag.uid)
    daily(other_world, clock.now() - 20 * DAY, 11, second)
    visits_learn(other_world.site, clock.now())
    visits_learn(world.site, clock.now())
    assert need_of(session, clock.now()).sources == {}
    elsewhere: Site = site_create(world.organisation, SYSTEM, name="Elsewhere")
    learned(world)
    world.station.site = elsewhere
    world.station.save(update_fields=["site"])
    session = Transaction.objects.get(pk=session.pk)
    assert need_of(session, clock.now()).sources == {}


def test_a_digest_that_another_organisation_wrote_is_not_believed(
    world: World, other_world: World, session: Transaction
) -> None:
    """Seen failing without the comparison of organisations."""
    learned(world)
    assert need_of(session, clock.now()).sources
    VisitDigest.objects.update(organisation=other_world.organisation)
    assert need_of(session, clock.now()).sources == {}


def test_hours_are_those_of_the_sites_own_clock(world: World, session: Transaction) -> None:
    """Half past midnight in Berlin is still yesterday in UTC."""
    world.site.time_zone = "Europe/Berlin"
    world.site.save(update_fields=["time_zone"])
    learned(world)
    session = Transaction.objects.get(pk=session.pk)
    past = pasts([session])[world.site.pk]
    local = (clock.now() - 20 * DAY).astimezone(past.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    assert past.clock_s(local) % 86_400 == pytest.approx((local - midnight).total_seconds())


def test_who_came_often_has_odds_of_still_being_there(world: World, session: Transaction) -> None:
    learned(world)
    past = pasts([session])[world.site.pk]
    prospect = past.prospect(session, clock.now(), 0.0)
    assert prospect is not None
    there = prospect.there(np.array([1, 8.5, 24]) * 3600)
    assert there[0] == 1.0
    assert 0 < there[1] < 1
    assert there[2] == 0.0
    Transaction.objects.filter(pk=session.pk).update(id_tag=None)
    stranger = Transaction.objects.get(pk=session.pk)
    assert pasts([stranger])[world.site.pk].prospect(stranger, clock.now(), 0.0) is None
