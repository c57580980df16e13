"""The composite schedule: what leads, what gaps leave, and what the supply carries."""

from fractions import Fraction

import pytest

from smartcharging.engine.composite import (
    Context,
    Edition,
    Installed,
    Limit,
    Request,
    Unit,
    composite,
    read_profile,
)
from tests.smartcharging.builders import (
    EIGHT_S,
    HOUR_S,
    amps,
    on,
    profile_json,
    running,
    station,
    station_max,
    tx,
)

DAY_S = 24 * HOUR_S
PRIORITY = "PriorityCharging"
GENERATION = "LocalGeneration"
EXTERNAL = "ChargingStationExternalConstraints"


def periods(
    installed: list[Installed], context: Context, connector: int = 0
) -> list[tuple[float, float, int]]:
    """Ampere, watt and phases of the periods from eight to ten."""
    schedule = composite(installed, Request(connector, EIGHT_S, 2 * HOUR_S), context)
    return [(float(one.current_a), float(one.power_w), one.phases) for one in schedule.periods]


def test_a_finished_higher_level_falls_through_to_the_lower_one() -> None:
    low, high = on(1, 10), on(1, 20, id=2, stackLevel=1, start=0, duration=HOUR_S)
    assert amps([low, high]) == [(0, 20), (HOUR_S, 10)]
    assert amps([high, low]) == [(0, 20), (HOUR_S, 10)]


def test_three_levels_fall_through_one_by_one() -> None:
    installed = [
        on(1, 10),
        on(1, 25, id=2, stackLevel=3, start=0, duration=600),
        on(1, 16, id=3, stackLevel=1, start=0, duration=1200),
    ]
    assert amps(installed) == [(0, 25), (600, 16), (1200, 10)]


def test_an_expired_higher_level_leads_no_more() -> None:
    assert amps([on(1, 10), on(1, 20, id=2, stackLevel=1, valid_to=900)]) == [(0, 20), (900, 10)]


def test_of_two_profiles_on_one_level_the_newer_one_leads() -> None:
    first, second = on(1, 10), on(1, 12, id=2)
    assert amps([first, second]) == [(0, 12)]
    assert amps([second, first]) == [(0, 10)]


def test_a_transaction_profile_leads_a_default_of_any_level() -> None:
    context = station(transactions={1: running()})
    assert amps([on(1, 10, stackLevel=9), tx(1, 20)], context) == [(0, 20)]


@pytest.mark.parametrize("stranger", ["8", "77", ""])
def test_a_profile_of_another_transaction_does_not_count(stranger: str) -> None:
    context = station(transactions={1: running(transaction_id=stranger)})
    assert amps([on(1, 10), tx(1, 20)], context) == [(0, 10)]


def test_a_transaction_profile_does_not_count_without_a_transaction() -> None:
    assert amps([on(1, 10), tx(1, 20, transactionId=None)]) == [(0, 10)]


def test_a_transaction_profile_without_an_id_belongs_to_what_runs() -> None:
    assert amps([tx(1, 20, transactionId=None)], station(transactions={1: running()})) == [(0, 20)]


def test_a_profile_of_the_connector_leads_one_of_the_station_of_a_higher_level() -> None:
    assert amps([on(1, 20), on(0, 10, id=2, stackLevel=5)]) == [(0, 20)]


def test_a_profile_of_another_connector_does_not_count() -> None:
    assert amps([on(2, 6)], station(connectors=2)) == [(0, 32)]


def test_the_lowest_purpose_limits_at_each_instant() -> None:
    installed = [
        station_max((0, 16), (2 * HOUR_S, 32)),
        on(0, 14, id=4, chargingProfilePurpose=EXTERNAL, start=600, duration=600),
        on(1, 15, id=5, chargingProfilePurpose=EXTERNAL, start=900, duration=600),
        on(1, 24),
    ]
    assert amps(installed) == [(0, 16), (600, 14), (1200, 15), (1500, 16), (HOUR_S, 24)]


def test_no_profile_lifts_the_hardware() -> None:
    assert amps([on(1, 63), station_max(80)]) == [(0, 32)]


def test_zero_is_a_limit() -> None:
    assert amps([on(1, 10), on(1, 0, id=2, stackLevel=1, start=60, duration=60)]) == [
        (0, 10),
        (60, 0),
        (120, 10),
    ]


def test_a_second_before_the_start_nothing_is_defined() -> None:
    assert amps([on(1, 10, start=600)], start=599, duration=2) == [(0, 32), (1, 10)]


def test_the_end_of_a_schedule_is_exclusive() -> None:
    assert amps([on(1, 10, start=0, duration=600)], start=599, duration=2) == [(0, 10), (1, 32)]


def test_validity_begins_with_its_first_second_and_ends_before_its_last() -> None:
    bounded = on(1, 10, valid_from=600, valid_to=1200)
    assert amps([bounded], start=599, duration=2) == [(0, 32), (1, 10)]
    assert amps([bounded], start=1199, duration=2) == [(0, 10), (1, 32)]


@pytest.mark.parametrize(("recurrency", "span"), [("Daily", DAY_S), ("Weekly", 7 * DAY_S)])
def test_a_recurrence_restarts_its_periods(recurrency: str, span: int) -> None:
    often = {"chargingProfileKind": "Recurring", "recurrencyKind": recurrency, "start": 1800 - 3 * span}
    profile = on(1, (0, 10), (HOUR_S, 16), (span + 60, 20), **often)
    assert amps([profile]) == [(0, 16), (1800, 10), (1800 + HOUR_S, 16)]


def test_a_long_window_holds_every_repetition() -> None:
    daily = on(1, 10, chargingProfileKind="Recurring", recurrencyKind="Daily", start=HOUR_S, duration=HOUR_S)
    starts = [start for start, limit in amps([daily], duration=10 * DAY_S) if limit == 10]
    assert starts == [HOUR_S + day * DAY_S for day in range(10)]


def test_a_recurrence_longer_than_its_span_is_cut_by_the_next() -> None:
    daily = on(
        1, (0, 10), (90_000, 16), chargingProfileKind="Recurring", recurrencyKind="Daily", start=0,
        duration=100_000,
    )  # fmt: skip
    assert amps([daily], duration=3 * DAY_S) == [(0, 10)]


def test_nothing_recurs_before_its_first_start() -> None:
    daily = on(1, 10, chargingProfileKind="Recurring", recurrencyKind="Daily", start=HOUR_S)
    assert amps([daily]) == [(0, 32), (HOUR_S, 10)]


def test_a_recurrence_that_never_says_how_often_runs_once() -> None:
    once = on(1, 10, chargingProfileKind="Recurring", start=-DAY_S, duration=DAY_S + 60)
    assert amps([once]) == [(0, 10), (60, 32)]


def test_relative_counts_from_the_start_of_the_transaction() -> None:
    profile = on(1, (0, 10), (HOUR_S, 16), chargingProfileKind="Relative")
    assert amps([profile], station(transactions={1: running(-1800)})) == [(0, 10), (1800, 16)]
    assert amps([profile], station(transactions={1: running(1800)})) == [(0, 32), (1800, 10), (5400, 16)]


def test_relative_ignores_a_start_it_should_not_have() -> None:
    profile = on(1, (0, 10), (HOUR_S, 16), chargingProfileKind="Relative", start=-DAY_S)
    assert amps([profile], station(transactions={1: running(0)})) == [(0, 10), (HOUR_S, 16)]


def test_relative_counts_from_the_request_when_idle() -> None:
    profile = on(1, (0, 10), (1800, 16), chargingProfileKind="Relative", duration=HOUR_S)
    assert amps([profile], start=77) == [(0, 10), (1800, 16), (HOUR_S, 32)]


def test_a_recurrence_without_a_start_counts_from_the_start_of_charging() -> None:
    profile = on(
        1, (0, 10), (HOUR_S, 16), chargingProfileKind="Recurring", recurrencyKind="Daily", start=None
    )
    assert amps([profile], station(transactions={1: running(1800 - DAY_S)})) == [
        (0, 16),
        (1800, 10),
        (5400, 16),
    ]


def test_a_dynamic_profile_holds_its_last_limit() -> None:
    assert amps([on(1, 10, chargingProfileKind="Dynamic")]) == [(0, 10)]


def test_a_profile_for_the_connection_ends_after_its_loss() -> None:
    """OCPP 2.1 maxOfflineDuration: the level below takes over, and an earlier validTo stands."""
    installed = [on(1, 6), on(1, 20, id=2, stackLevel=1, maxOfflineDuration=900)]
    assert amps(installed) == [(0, 20)]
    assert amps(installed, station(offline_since_s=EIGHT_S - 300)) == [(0, 20), (600, 6)]
    early = [on(1, 6), on(1, 20, id=2, stackLevel=1, maxOfflineDuration=900, valid_to=60)]
    assert amps(early, station(offline_since_s=EIGHT_S - 300)) == [(0, 20), (60, 6)]


def test_periods_out_of_order_are_put_in_order() -> None:
    """1.6 does not forbid them."""
    assert amps([on(1, (0, 10), (1200, 8), (600, 6), start=0)]) == [(0, 10), (600, 6), (1200, 8)]


def test_before_a_late_first_period_nothing_is_defined() -> None:
    assert amps([on(1, (600, 10), start=0)]) == [(0, 32), (600, 10)]


def test_the_first_schedule_holds_until_the_vehicle_chooses() -> None:
    data = profile_json(10)
    other = profile_json(20)["chargingSchedule"][0] | {"id": 5}
    data["chargingSchedule"].append(other)
    installed = [Installed(1, read_profile(data))]
    assert amps(installed) == [(0, 10)]
    assert amps(installed, station(chosen_schedules={1: 5})) == [(0, 20)]
    assert amps(installed, station(chosen_schedules={1: 6})) == [(0, 10)]


@pytest.mark.parametrize(
    ("phases", "watt", "ampere"), [(1, 3680, 16.0), (2, 6900, 15.0), (3, 11_040, 16.0), (3, 7000, 7000 / 690)]
)
def test_watts_are_shared_by_the_phases(phases: int, watt: float, ampere: float) -> None:
    profile = on(1, watt, unit="W", period={"numberPhases": phases})
    assert periods([profile], station(), 1) == [(ampere, watt, phases)]


def test_the_lowest_number_of_phases_counts_for_all() -> None:
    context = station(transactions={1: running()})
    installed = [station_max(6900, unit="W"), tx(1, 31, period={"numberPhases": 1})]
    assert periods(installed, context, 1) == [(30, 6900, 1)]
    assert periods([on(1, 7360, unit="W")], station(phases=1), 1) == [(32, 7360, 1)]


def test_another_voltage_is_used() -> None:
    assert periods([], station(voltage_v=Fraction(120)), 1) == [(32, 32 * 3 * 120, 3)]


def test_hardware_may_be_known_in_watts() -> None:
    context = Context(hardware={1: Limit(Fraction(6900), Unit.WATT)})
    assert periods([], context, 1) == [(10, 6900, 3)]


def test_the_same_current_on_fewer_phases_is_another_period() -> None:
    data = profile_json((0, 16), (600, 16), (1200, 16), start=0)
    data["chargingSchedule"][0]["chargingSchedulePeriod"][2]["numberPhases"] = 1
    assert amps([Installed(1, read_profile(data))]) == [(0, 16), (1200, 16)]


def test_the_station_is_the_sum_of_its_connectors_under_its_maximum() -> None:
    installed = [on(1, 10), on(2, 12, id=2), station_max(20, start=600, duration=600)]
    context = station(connectors=2)
    assert amps(installed, context, connector=0) == [(0, 22), (600, 20), (1200, 22)]


def test_a_connector_without_a_profile_counts_with_its_hardware() -> None:
    assert amps([on(1, 10)], station(connectors=2), connector=0) == [(0, 42)]


def test_connectors_of_different_phases_are_summed_in_each_unit() -> None:
    """Two connectors on 1 and 3 phases: 16 A each, so at most 32 A on a phase and 14 720 W in all."""
    hardware = {1: Limit(Fraction(16), Unit.AMPERE, 1), 2: Limit(Fraction(16), Unit.AMPERE, 3)}
    assert periods([], Context(hardware=hardware)) == [(32, 14_720, 1)]
    capped = [station_max(20)]
    assert periods(capped, Context(hardware=hardware)) == [(20, 13_800, 1)]


def test_a_maximum_in_watts_caps_the_sum() -> None:
    assert periods([station_max(13_800, unit="W")], station(connectors=2)) == [(20, 13_800, 3)]


def test_each_connector_of_a_station_has_its_own_transaction() -> None:
    relative = on(0, (0, 10), (HOUR_S, 6), chargingProfileKind="Relative")
    context = station(connectors=2, transactions={1: running(-1800), 2: running(0)})
    assert amps([relative], context, connector=0) == [(0, 20), (1800, 16), (HOUR_S, 12)]


def test_priority_charging_leads_the_transaction_but_not_the_supply() -> None:
    boost = on(1, 30, id=5, chargingProfilePurpose=PRIORITY, start=0, duration=HOUR_S)
    context = station(transactions={1: running()}, edition=Edition.OCPP_2_1)
    assert amps([tx(1, 8), boost], context) == [(0, 30), (HOUR_S, 8)]
    assert amps([tx(1, 8), boost, station_max(16)], context) == [(0, 16), (HOUR_S, 8)]


def test_priority_charging_that_nobody_asked_for_does_not_lead() -> None:
    boost = on(1, 30, id=5, chargingProfilePurpose=PRIORITY)
    asleep = station(transactions={1: running(priority_charging=False)})
    assert amps([tx(1, 8), boost], asleep) == [(0, 8)]
    assert amps([on(1, 8), boost]) == [(0, 30)]


def test_local_generation_comes_on_top_of_the_supply_only() -> None:
    sun = on(0, 10, id=6, chargingProfilePurpose=GENERATION, start=600, duration=600)
    assert amps([station_max(16), sun]) == [(0, 16), (600, 26), (1200, 16)]
    assert amps([station_max(16), sun, on(1, 18)]) == [(0, 16), (600, 18), (1200, 16)]
    assert amps([on(1, 18), sun]) == [(0, 18)]


def test_local_generation_of_one_connector_is_not_that_of_the_station() -> None:
    installed = [
        station_max(16),
        on(0, 2, id=5, chargingProfilePurpose=GENERATION),
        on(1, 10, id=6, chargingProfilePurpose=GENERATION),
    ]
    context = station(connectors=2)
    assert amps(installed, context) == [(0, 26)]
    assert amps(installed, context, connector=2) == [(0, 18)]
    assert amps(installed, context, connector=0) == [(0, 18)]


def test_local_generation_joins_the_power_and_the_phases() -> None:
    sun = on(0, 2300, id=6, unit="W", chargingProfilePurpose=GENERATION, period={"numberPhases": 1})
    assert periods([station_max(10), sun], station(), 1) == [(20, 4600, 1)]
    assert periods([station_max(10), sun], station()) == [(20, 4600, 1)]


def test_the_answer_repeats_what_was_asked() -> None:
    schedule = composite([], Request(1, EIGHT_S, 60), station())
    assert (schedule.connector, schedule.start_s, schedule.duration_s) == (1, EIGHT_S, 60)


def test_what_holds_at_an_instant_can_be_asked() -> None:
    schedule = composite([on(1, (0, 16), (HOUR_S + 60, 10))], Request(1, EIGHT_S, 120), station())
    assert [schedule.at(EIGHT_S + at).current_a for at in (0, 59, 60, 119)] == [16, 16, 10, 10]
    assert schedule.at(EIGHT_S).value(Unit.WATT) == 11_040
    for outside in (EIGHT_S - 1, EIGHT_S + 120):
        with pytest.raises(ValueError, match="outside the window of 120 s"):
            schedule.at(outside)


@pytest.mark.parametrize("duration", [0, -1, 366 * DAY_S + 1])
def test_a_window_has_a_length_and_an_end(duration: int) -> None:
    with pytest.raises(ValueError, match="the duration must be 1 to 31622400 s"):
        Request(1, 0, duration)


def test_a_leap_year_and_a_second_can_be_asked() -> None:
    assert [Request(1, 0, length).end_s for length in (1, 366 * DAY_S)] == [1, 366 * DAY_S]


@pytest.mark.parametrize("connector", [-1, 2])
def test_an_unknown_connector_is_refused(connector: int) -> None:
    with pytest.raises(ValueError, match=f"connector {connector}: the station has no such connector"):
        composite([], Request(connector, 0, 60), station())


@pytest.mark.parametrize("hardware", [{}, {0: Limit(Fraction(1), Unit.AMPERE)}])
def test_a_station_has_connectors_above_zero(hardware: dict[int, Limit]) -> None:
    with pytest.raises(ValueError, match="numbered from 1"):
        Context(hardware=hardware)


@pytest.mark.parametrize("voltage", [0, -230])
def test_a_voltage_is_positive(voltage: int) -> None:
    with pytest.raises(ValueError, match=f"must be positive, not {voltage}"):
        station(voltage_v=Fraction(voltage))
