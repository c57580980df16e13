"""What is known of an outlet after it was told, answered, refused, fell silent or drew too much."""

from dataclasses import replace
from math import inf, nan

import pytest

from smartcharging.engine.dispatch import (
    Channel,
    Form,
    Obedience,
    Order,
    Sort,
    back,
    begun,
    claim,
    confirmed,
    drawn,
    ended,
    forms,
    lost,
    ordered,
    refused,
    restored,
    unanswered,
)
from smartcharging.engine.margin import Trust


def trusted(failsafe_a: float = 6.0) -> Channel:
    """A station of 32 A that took its fail-safe set."""
    return back(Channel("e0", 32.0), failsafe_a)


def told(channel: Channel, amps: float, now_s: float = 0.0) -> Channel:
    """The channel with an order under way."""
    return ordered(channel, Order("e0", amps, Sort.INCREASE, Form()), now_s)


def test_until_it_answers_a_station_may_take_the_old_value_or_the_new() -> None:
    """Seen failing with only the new value counted."""
    up = told(trusted(), 20.0)
    assert up.highest_a(1) == 20.0
    down = told(confirmed(up, 20.0, 2), 8.0, 10)
    assert down.highest_a(11) == 20.0
    assert confirmed(down, 8.0, 12).highest_a(12) == 8.0


def test_a_value_that_was_never_answered_may_still_hold() -> None:
    silent = unanswered(told(trusted(), 20.0))
    assert silent.highest_a(100) == 20.0
    assert confirmed(told(silent, 10.0, 100), 10.0, 101).highest_a(101) == 10.0


def test_an_answer_to_what_was_not_told_changes_nothing() -> None:
    assert confirmed(trusted(), 32.0, 1) == trusted()


def test_a_grant_decays_to_the_failsafe_value_and_a_little_early_where_that_is_higher() -> None:
    paused = confirmed(told(trusted(), 0.0), 0.0, 1)
    assert (paused.now_a(1739), paused.highest_a(1739)) == (0.0, 0.0)
    assert paused.highest_a(1740) == 6.0
    assert paused.now_a(1800) == 6.0


def test_whoever_never_confirmed_anything_may_take_all_its_hardware_gives() -> None:
    assert Channel("e0", 32.0).highest_a(0) == 32.0
    assert claim(Channel("e0", 32.0), 0).trust is Trust.UNKNOWN


def test_a_refusal_leads_to_the_next_form_and_after_the_last_to_no_control() -> None:
    channel = trusted()
    seen = []
    for _ in range(3):
        seen.append(channel.forms[channel.form])
        channel = refused(told(channel, 10.0))
        assert channel.now_a(0) == 6.0
    assert seen == [Form("A"), Form("W"), Form("A", short=True)]
    assert channel.uncontrolled
    assert claim(channel, 0).trust is Trust.DISOBEDIENT
    assert not restored(channel).uncontrolled


def test_stations_are_told_in_the_unit_they_take() -> None:
    assert forms(["W"]) == (Form("W"), Form("W", short=True))
    assert forms(direct_current=True)[0] == Form("W")
    with pytest.raises(ValueError, match="takes A or W"):
        forms(["V"])


def test_three_times_asked_in_vain_keeps_what_it_may_take_free() -> None:
    channel = told(trusted(), 20.0)
    for _ in range(2):
        channel = unanswered(channel)
    assert claim(channel, 1).trust is Trust.TRUSTED
    stuck = claim(unanswered(channel), 1)
    assert (stuck.trust, stuck.granted_a) == (Trust.UNCONFIRMED, 20.0)


def test_who_is_offline_keeps_what_it_was_told_until_that_decays() -> None:
    gone = lost(confirmed(told(trusted(), 20.0), 20.0, 1))
    assert claim(gone, 10).granted_a == 20.0
    assert claim(gone, 1801).granted_a == 6.0
    assert claim(gone, 10).trust is Trust.OFFLINE
    assert back(gone, 8.0).highest_a(0) == 8.0


def test_the_end_of_a_transaction_ends_what_was_told_for_it() -> None:
    over = ended(confirmed(told(begun(trusted(), 0), 20.0), 20.0, 1))
    assert (over.highest_a(5), over.until_s, over.started_at_s) == (6.0, inf, None)


def drawing(channel: Channel, *readings: tuple[float, float]) -> tuple[Channel, Obedience]:
    """The channel after readings (second, ampere), and what the last one led to."""
    verdict = Obedience.FINE
    for taken_s, amps in readings:
        channel, verdict = drawn(channel, taken_s, amps)
    return channel, verdict


def test_three_readings_too_high_over_a_minute_lead_to_another_try_and_then_to_no_control() -> None:
    """Seen failing with the second try left out."""
    channel = confirmed(told(trusted(), 10.0), 10.0, 1)
    once, verdict = drawing(channel, (100, 16.0), (131, 16.0), (160, 16.0))
    assert verdict is Obedience.WATCHED
    once, verdict = drawn(once, 161, 16.0)
    assert (verdict, once.again, once.uncontrolled) == (Obedience.RESEND, True, False)
    again = confirmed(told(once, 10.0, 162), 10.0, 163)
    assert not again.again
    lasting, verdict = drawing(again, (190, 16.0), (200, 16.0), (230, 16.0))
    assert (verdict, lasting.uncontrolled) == (Obedience.UNCONTROLLED, True)
    assert drawn(lasting, 240, 16.0) == (lasting, Obedience.FINE)


def test_a_little_too_much_a_short_while_or_no_number_is_no_fault() -> None:
    channel = confirmed(told(trusted(), 10.0), 10.0, 1)
    assert drawing(channel, *((float(second), 11.5) for second in range(100, 400, 10)))[1] is Obedience.FINE
    assert drawing(channel, (100, 16.0), (110, 16.0), (120, 10.0))[0].above == 0
    assert drawn(channel, 100, nan) == (channel, Obedience.FINE)


def test_a_reading_is_judged_by_what_was_allowed_when_it_was_taken() -> None:
    high = confirmed(told(trusted(), 20.0), 20.0, 1)
    low = confirmed(told(high, 8.0, 100), 8.0, 101)
    assert drawn(low, 90, 20.0)[1] is Obedience.FINE
    assert drawn(low, 140, 20.0)[1] is Obedience.FINE
    assert drawn(low, 150, 20.0)[1] is Obedience.WATCHED


def test_a_car_that_just_came_is_reserved_until_its_station_was_seen_to_obey() -> None:
    """Seen failing with readings from before it came counted."""
    channel = begun(trusted(), 100)
    assert claim(channel, 101).trust is Trust.STARTING
    early = drawing(channel, *((float(second), 0.0) for second in range(40, 101, 10)))[0]
    assert claim(early, 101).trust is Trust.STARTING
    seen = drawing(early, *((float(second), 6.0) for second in range(110, 170, 10)))[0]
    assert claim(seen, 170).trust is Trust.TRUSTED
    wild = drawing(early, *((float(second), 32.0) for second in range(110, 170, 10)))[0]
    assert claim(wild, 170).trust is Trust.STARTING


def test_a_channel_remembers_only_recent_values() -> None:
    channel = confirmed(told(trusted(), 20.0), 20.0, 1)
    channel = confirmed(told(replace(channel), 8.0, 1000), 8.0, 1001)
    assert [one.amps for one in channel.before] == [20.0]
