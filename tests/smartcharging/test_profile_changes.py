"""Profiles that are set and cleared, and transactions that end."""

import pytest

from smartcharging.engine.composite import (
    ClearFilter,
    Edition,
    Installed,
    Purpose,
    cleared,
    installed_after,
    transaction_ended,
)
from tests.smartcharging.builders import on, running, station, station_max, tx

EXTERNAL = on(0, 9, id=40, chargingProfilePurpose="ChargingStationExternalConstraints")
DEFAULT, HIGHER, ELSEWHERE = on(1, 10), on(1, 12, id=2, stackLevel=2), on(2, 10, id=3)
ALL = [DEFAULT, HIGHER, ELSEWHERE, station_max(20, id=4), EXTERNAL]


def test_a_new_profile_is_the_newest() -> None:
    after = installed_after(HIGHER, [DEFAULT], station())
    assert (after.installed, after.verdict.accepted) == ((DEFAULT, HIGHER), True)


def test_a_refused_profile_changes_nothing() -> None:
    after = installed_after(on(1, -5, id=2), [DEFAULT], station())
    assert (after.installed, after.verdict.status) == ((DEFAULT,), "Rejected")


@pytest.mark.parametrize("edition", list(Edition))
def test_the_same_id_replaces_whatever_else_it_is(edition: Edition) -> None:
    other = station_max(16, id=1)
    assert installed_after(other, [DEFAULT, HIGHER], station(edition=edition)).installed == (HIGHER, other)


def test_the_first_edition_replaces_by_purpose_level_and_connector() -> None:
    context = station(connectors=2, edition=Edition.OCPP_1_6, transactions={1: running()})
    twin = on(1, 8, id=9)
    installed = [DEFAULT, HIGHER, ELSEWHERE, tx(1, 9, id=5)]
    assert installed_after(twin, installed, context).installed == (*installed[1:], twin)


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (ClearFilter(profile_id=2, connector=7, stack_level=9), [DEFAULT, *ALL[2:]]),
        (ClearFilter(connector=1), ALL[2:]),
        (ClearFilter(connector=0), [*ALL[:3], EXTERNAL]),
        (ClearFilter(purpose=Purpose.TX_DEFAULT), ALL[3:]),
        (ClearFilter(stack_level=0), [HIGHER, EXTERNAL]),
        (ClearFilter(connector=1, purpose=Purpose.TX_DEFAULT, stack_level=2), [DEFAULT, *ALL[2:]]),
        (ClearFilter(), [EXTERNAL]),
    ],
)
def test_a_filter_clears_what_matches_all_of_it(wanted: ClearFilter, left: list[Installed]) -> None:
    assert cleared(wanted, ALL) == (tuple(left), True)


@pytest.mark.parametrize(
    "wanted",
    [ClearFilter(profile_id=99), ClearFilter(profile_id=40), ClearFilter(connector=1, stack_level=7)],
)
def test_clearing_what_is_not_there_finds_nothing(wanted: ClearFilter) -> None:
    assert cleared(wanted, ALL) == (tuple(ALL), False)


def test_a_transaction_takes_its_profiles_along() -> None:
    mine, theirs = tx(1, 9), tx(2, 9, id=6)
    assert transaction_ended(1, [DEFAULT, mine, theirs]) == (DEFAULT, theirs)
