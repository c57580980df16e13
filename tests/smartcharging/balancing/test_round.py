"""One round of the control loop, without wires: which commands a site's stations get, and what is noted."""

import uuid
from datetime import timedelta

import pytest

from chargers.choices import CommandState
from chargers.models import Command, StationConnection
from cpms.core import clock
from smartcharging.balancing import lease
from smartcharging.balancing.round import play
from smartcharging.models import Grant, InstalledProfile, StationStanding
from smartcharging.picture.words import why
from smartcharging.services import installing
from tests.smartcharging.inputs.scene import push_meter
from tests.worlds import World

from .scene import SET, answer, limits, managed, profile, round_of, trusted


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """One station behind 32 A that is managed; its car follows at once."""
    monkeypatch.setattr(installing, "SETTLES", timedelta(0))
    return managed(world)


def test_a_station_first_gets_its_fail_safe_limit(site: World) -> None:
    (command,) = round_of(site)
    assert (command.action, limits(command)) == (SET, [6.0])
    assert profile(command)["chargingProfilePurpose"] == "TxDefaultProfile"
    assert "validTo" not in profile(command)
    assert "duration" not in profile(command)["chargingSchedule"]
    assert round_of(site) == []
    answer(command)
    assert StationStanding.objects.get().state == "trusted"
    assert round_of(site) == []


def test_a_car_is_granted_what_the_feeder_carries_for_a_while(site: World) -> None:
    trusted(site)
    _ = site.transaction
    (command,) = round_of(site)
    assert limits(command) == [32.0, 6.0]
    assert profile(command)["chargingProfilePurpose"] == "TxProfile"
    assert profile(command)["transactionId"] == int(site.transaction.reference)
    answer(command)
    assert round_of(site) == []
    assert Grant.objects.get().amps == 32


def test_beside_a_meter_that_never_spoke_nothing_is_given_and_rounds_go_on(site: World) -> None:
    """Nobody knows what the building draws. Seen failing with an endless load in a reason: no round came to its end."""
    trusted(site)
    push_meter(site)
    _ = site.transaction
    (command,) = round_of(site)
    assert limits(command)[0] == 0.0
    answer(command)
    assert round_of(site) == []
    grant = Grant.objects.get()
    assert (grant.amps, why(grant.reason, {})) == (
        0.0,
        "waits: a circuit L1, 32 A, is needed by the building, with what is kept for its changes",
    )


def test_nothing_is_granted_before_the_fail_safe_limit_is_confirmed(site: World) -> None:
    """Seen failing with `is_trusted` True for every station online."""
    _ = site.transaction
    (command,) = round_of(site)
    assert profile(command)["chargingProfilePurpose"] == "TxDefaultProfile"


def test_a_new_socket_is_not_trusted_until_it_confirmed_the_limit_again(site: World) -> None:
    trusted(site)
    _ = site.transaction
    StationConnection.objects.update(epoch=2, opened_at=clock.now())
    (command,) = round_of(site)
    assert profile(command)["chargingProfilePurpose"] == "TxDefaultProfile"


def test_who_refuses_is_asked_in_every_way_and_then_not_relied_on(site: World) -> None:
    units = []
    for _ in range(3):
        (command,) = round_of(site)
        units.append(profile(command)["chargingSchedule"]["chargingRateUnit"])
        answer(command, CommandState.REJECTED)
    assert units == ["A", "W", "A"]
    standing = StationStanding.objects.get()
    assert (standing.state, standing.uncontrolled_reason) == ("uncontrolled", "refused")
    assert round_of(site) == []


def test_what_was_not_answered_stays_possible(site: World) -> None:
    (command,) = round_of(site)
    answer(command, CommandState.TIMED_OUT)
    row = InstalledProfile.objects.get()
    assert row.state == "drifted"
    assert [entry["body"] is None for entry in row.possible] == [True, False]


def test_only_the_owner_of_the_lease_plays(site: World) -> None:
    mine = lease.take(site.site.pk, uuid.UUID(int=1))
    assert mine is not None
    assert lease.take(site.site.pk, uuid.UUID(int=2)) is None
    later = clock.now() + timedelta(seconds=60)
    theirs = lease.take(site.site.pk, uuid.UUID(int=2), later)
    assert theirs is not None
    assert theirs.token == mine.token + 1
    with pytest.raises(lease.LeaseLost):
        play(mine)
    assert not Command.objects.exists()
