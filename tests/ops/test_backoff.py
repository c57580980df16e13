"""How long a dead process waits."""

import pytest

from cpms.ops.supervisor.backoff import FIRST_S, HEALTHY_S, LONGEST_S, Backoff


def test_each_early_death_doubles_the_wait() -> None:
    backoff = Backoff()
    assert [backoff.delay_s(0.1) for _ in range(4)] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S, 8 * FIRST_S]


def test_the_wait_never_grows_beyond_its_limit() -> None:
    backoff = Backoff()
    assert max(backoff.delay_s(0.1) for _ in range(200)) == LONGEST_S


@pytest.mark.parametrize(
    ("lifetime_s", "expected_s"), [(HEALTHY_S, FIRST_S), (HEALTHY_S - 0.01, 4 * FIRST_S)]
)
def test_only_a_healthy_life_starts_the_count_again(lifetime_s: float, expected_s: float) -> None:
    backoff = Backoff()
    backoff.delay_s(0.1)
    backoff.delay_s(0.1)
    assert backoff.delay_s(lifetime_s) == expected_s
