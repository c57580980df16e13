"""Sites that lose every connection: no station takes more than was known, no proven limit breaks."""

from smartcharging.sim.silence import silence


def test_whenever_the_connections_are_lost_nobody_takes_more_than_was_known_and_proven_limits_hold() -> None:
    """Seen failing with an unanswered order forgotten, and with the building left out of the fail-safe shares."""
    found = [silence(seed) for seed in range(80)]
    assert [one.faults for one in found if one.faults] == []
    assert sum(one.proven for one in found) > 60
    assert not all(one.proven for one in found)
