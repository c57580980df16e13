"""Bounds on rates, at times that are arguments."""

import pytest

from chargers.gateway.admission.throttle import FailedPasswords, TokenBucket


def test_a_bucket_gives_its_burst_at_once_and_then_its_rate() -> None:
    """Seen failing with a bucket that was full again as soon as it was overdrawn."""
    bucket = TokenBucket(rate=10, burst=5)
    assert [bucket.take(100.0) for _ in range(5)] == [0.0] * 5
    assert [bucket.take(100.0) for _ in range(3)] == pytest.approx([0.1, 0.2, 0.3])


def test_a_bucket_fills_with_time_but_never_over_its_burst() -> None:
    bucket = TokenBucket(rate=10, burst=5)
    for _ in range(5):
        bucket.take(100.0)
    assert [bucket.take(100.2), bucket.take(100.2)] == [0.0, 0.0]
    assert bucket.take(100.2) == pytest.approx(0.1)
    assert [bucket.take(9000.0) for _ in range(5)] == [0.0] * 5
    assert bucket.take(9000.0) > 0


def test_who_waits_as_told_gets_exactly_the_rate() -> None:
    bucket, now, served = TokenBucket(rate=100, burst=10), 50.0, 0
    while now < 60.0:
        now += bucket.take(now)
        served += 1
    assert 1000 <= served <= 1020


def test_who_is_turned_away_costs_nobody_else_anything() -> None:
    """Seen failing with the token taken all the same: a storm of refused handshakes kept everybody out for ever."""
    bucket = TokenBucket(rate=10, burst=5)
    waits = [bucket.take(100.0, patience_s=1.0) for _ in range(1000)]
    assert sum(wait <= 1.0 for wait in waits) == 15
    assert bucket.take(101.0, patience_s=1.0) == pytest.approx(0.1)


def test_ten_failures_hold_off_that_pair_for_a_minute_and_nobody_else() -> None:
    failures = FailedPasswords()
    for second in range(10):
        assert not failures.held_off("CP", "1.2.3.4", second)
        failures.failed("CP", "1.2.3.4", second)
    assert failures.held_off("CP", "1.2.3.4", 10)
    assert not failures.held_off("CP", "5.6.7.8", 10)
    assert not failures.held_off("CP-2", "1.2.3.4", 10)
    assert not failures.held_off("CP", "1.2.3.4", 61)


def test_failures_of_a_flood_of_names_are_forgotten_oldest_first() -> None:
    failures = FailedPasswords()
    for number in range(failures.REMEMBERED + 500):
        failures.failed(f"CP-{number}", "1.2.3.4", 0)
    assert len(failures._failures) == failures.REMEMBERED
