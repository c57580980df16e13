"""What holds of every composite schedule, whatever is installed."""

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smartcharging.engine.composite import (
    CompositePeriod,
    Context,
    Installed,
    Kind,
    Limit,
    Period,
    Profile,
    Purpose,
    Recurrency,
    Request,
    Schedule,
    Transaction,
    Unit,
    composite,
)

DAY_S = 86_400
CONNECTORS = (1, 2)
QUICK = settings(max_examples=60, deadline=None)
Rate = tuple[Fraction, Fraction, int]
# Times lie close together, so that profiles meet; a day is the longest recurrence that a window of hours can see twice.
moments = st.integers(0, 40).map(lambda step: step * 450)
stretches = st.integers(1, 20).map(lambda step: step * 450)
limits = st.one_of(st.just(Fraction(0)), st.integers(1, 400).map(lambda tenths: Fraction(tenths, 10)))
ANY_PHASES = st.sampled_from([None, 1, 2, 3])


@st.composite
def schedules(draw: st.DrawFn, kind: Kind, phases: Any) -> Schedule:
    """A schedule of one unit with up to three periods."""
    unit = draw(st.sampled_from(Unit))
    starts = [0, *sorted(draw(st.sets(stretches, max_size=2)))]
    factor = 1 if unit is Unit.AMPERE else 690
    periods = tuple(Period(start, draw(limits) * factor, draw(phases)) for start in starts)
    start_s = None if kind is Kind.RELATIVE else draw(moments) - draw(st.sampled_from([0, DAY_S, 9 * DAY_S]))
    return Schedule(unit, periods, 1, start_s, draw(st.none() | stretches))


@st.composite
def profiles(draw: st.DrawFn, purposes: Any, phases: Any = ANY_PHASES) -> Installed:
    """An installed profile of one of these purposes."""
    purpose = draw(st.sampled_from(purposes))
    kind = draw(st.sampled_from([Kind.ABSOLUTE, Kind.RECURRING, Kind.RELATIVE]))
    profile = Profile(
        profile_id=draw(st.integers(1, 9)),
        stack_level=draw(st.integers(0, 3)),
        purpose=purpose,
        kind=kind,
        schedules=(draw(schedules(kind, phases)),),
        recurrency=draw(st.sampled_from(Recurrency)) if kind is Kind.RECURRING else None,
        valid_from_s=draw(st.none() | moments),
        valid_to_s=draw(st.none() | moments),
        transaction_id=draw(st.sampled_from(["7", "8"])) if purpose is Purpose.TX else None,
        max_offline_s=draw(st.none() | stretches),
    )
    wide = purpose in (Purpose.STATION_MAX, Purpose.LOCAL_GENERATION)
    return Installed(
        0 if wide else draw(st.sampled_from(CONNECTORS if purpose is Purpose.TX else (0, 1, 2))), profile
    )


PURPOSES = list(Purpose)
LIMITING = [purpose for purpose in Purpose if purpose is not Purpose.LOCAL_GENERATION]
CAPS = [Purpose.STATION_MAX, Purpose.EXTERNAL_CONSTRAINTS]
stacks = st.lists(profiles(PURPOSES), max_size=6)
contexts = st.builds(
    lambda starts, offline: Context(
        hardware={number: Limit(Fraction(32), Unit.AMPERE) for number in CONNECTORS},
        transactions={
            number: Transaction("7", start) for number, start in zip(CONNECTORS, starts, strict=True)
        },
        offline_since_s=offline,
    ),
    st.tuples(moments, moments),
    st.none() | moments,
)
requests = st.builds(Request, st.sampled_from([0, 1, 2]), moments, stretches)


def steps(installed: list[Installed], request: Request, context: Context) -> list[tuple[int, Rate]]:
    """The composite as a step function of absolute time."""
    schedule = composite(installed, request, context)
    return [(schedule.start_s + period.start_s, period.rate) for period in schedule.periods]


def each_instant(installed: list[Installed], request: Request, context: Context) -> list[CompositePeriod]:
    """What holds on a grid finer than any change."""
    schedule = composite(installed, request, context)
    return [schedule.at(at) for at in range(request.start_s, request.end_s, 150)]


@QUICK
@given(stacks, requests, contexts)
def test_a_schedule_covers_its_window_and_no_neighbours_are_equal(
    installed: list[Installed], request: Request, context: Context
) -> None:
    found = steps(installed, request, context)
    starts = [start for start, _ in found]
    assert starts[0] == request.start_s
    assert starts == sorted(set(starts))
    assert starts[-1] < request.end_s
    assert all(before[1] != after[1] for before, after in itertools.pairwise(found))


@QUICK
@given(stacks, requests, contexts, st.integers(0, 9000))
def test_a_window_in_two_parts_gives_the_same_schedule(
    installed: list[Installed], request: Request, context: Context, cut: int
) -> None:
    """What is relative and belongs to no transaction begins with the request, so it moves with the cut."""
    assume(not any(one.connector == 0 and one.profile.kind is Kind.RELATIVE for one in installed))
    first_s = 1 + cut % (request.duration_s - 1)
    first = replace(request, duration_s=first_s)
    second = replace(request, start_s=request.start_s + first_s, duration_s=request.duration_s - first_s)
    begin, end = steps(installed, first, context), steps(installed, second, context)
    joined = begin + (end[1:] if begin[-1][1] == end[0][1] else end)
    assert joined == steps(installed, request, context)


@QUICK
@given(stacks, requests, contexts)
def test_no_change_between_two_periods_is_missed(
    installed: list[Installed], request: Request, context: Context
) -> None:
    """Each instant asked for alone says the same as the whole."""
    whole = composite(installed, request, context)
    for at in range(request.start_s, request.end_s, 225):
        alone = composite(installed, Request(request.connector, at, 1), context)
        assert whole.at(at).rate == alone.periods[0].rate


def moved(one: Installed, by_s: int) -> Installed:
    """The same profile at another time."""
    profile = one.profile
    later = {
        name: None if (at := getattr(profile, name)) is None else at + by_s
        for name in ("valid_from_s", "valid_to_s")
    }
    schedules = tuple(
        replace(one, start_s=None if one.start_s is None else one.start_s + by_s) for one in profile.schedules
    )
    return replace(one, profile=replace(profile, schedules=schedules, **later))


@QUICK
@given(stacks, requests, contexts, st.integers(-(10**9), 10**9))
def test_moving_all_times_moves_the_schedule(
    installed: list[Installed], request: Request, context: Context, by_s: int
) -> None:
    running = {at: replace(one, start_s=one.start_s + by_s) for at, one in context.transactions.items()}
    offline = None if context.offline_since_s is None else context.offline_since_s + by_s
    later = composite(
        [moved(one, by_s) for one in installed],
        replace(request, start_s=request.start_s + by_s),
        replace(context, transactions=running, offline_since_s=offline),
    )
    assert later.periods == composite(installed, request, context).periods


@st.composite
def lasting_caps(draw: st.DrawFn) -> list[Installed]:
    """A maximum of the station and external constraints on it and on each connector, always on and leading."""
    places = [
        (Purpose.STATION_MAX, 0),
        *((Purpose.EXTERNAL_CONSTRAINTS, place) for place in (0, *CONNECTORS)),
    ]
    caps = []
    for purpose, place in draw(st.lists(st.sampled_from(places), min_size=1, unique=True)):
        unit = draw(st.sampled_from(Unit))
        value = draw(limits) * (1 if unit is Unit.AMPERE else 690)
        schedule = Schedule(unit, (Period(0, value),), 1, -(10**9))
        caps.append(Installed(place, Profile(50, 9, purpose, Kind.ABSOLUTE, (schedule,))))
    return caps


@QUICK
@given(st.lists(profiles(LIMITING), max_size=5), lasting_caps(), requests, contexts)
def test_no_schedule_exceeds_an_installed_maximum(
    installed: list[Installed], caps: list[Installed], request: Request, context: Context
) -> None:
    """Seen failing with the highest cap instead of the lowest, and with the higher of cap and transaction."""
    over = [cap.profile.schedules[0] for cap in caps if cap.connector in (0, request.connector)]
    for period in composite([*installed, *caps], request, context).periods:
        assert all(period.value(cap.unit) <= cap.periods[0].limit for cap in over)


@QUICK
@given(stacks, profiles(CAPS, st.none()), requests, contexts)
def test_one_more_maximum_never_allows_more(
    installed: list[Installed], cap: Installed, request: Request, context: Context
) -> None:
    """Seen on a station whose profiles stand without local generation, which needs a maximum to add to."""
    plain = [one for one in installed if one.profile.purpose in LIMITING]
    below = replace(cap, profile=replace(cap.profile, stack_level=-1))
    before = each_instant(plain, request, context)
    after = each_instant([*plain, below], request, context)
    assert all(new.current_a <= old.current_a for new, old in zip(after, before, strict=True))
    assert all(new.power_w <= old.power_w for new, old in zip(after, before, strict=True))


@QUICK
@given(
    st.lists(profiles([Purpose.TX_DEFAULT, Purpose.STATION_MAX]), max_size=4),
    requests,
    contexts,
    moments,
    stretches,
)
def test_a_lower_level_changes_nothing_where_a_higher_one_leads(
    installed: list[Installed], request: Request, context: Context, begin: int, length: int
) -> None:
    schedule = Schedule(Unit.AMPERE, (Period(0, Fraction(20)),), 1, begin, length)
    leading = Installed(1, Profile(10, 9, Purpose.TX_DEFAULT, Kind.ABSOLUTE, (schedule,)))
    asked = replace(request, connector=1)
    caps = [one for one in installed if one.profile.purpose is Purpose.STATION_MAX]
    full = composite([leading, *installed], asked, context)
    for at in range(asked.start_s, asked.end_s, 150):
        inside = begin <= at < begin + length
        same_as = [leading, *caps] if inside else installed
        assert full.at(at).rate == composite(same_as, Request(1, at, 1), context).periods[0].rate


@QUICK
@given(stacks, requests, contexts)
def test_a_station_never_exceeds_the_sum_of_its_connectors(
    installed: list[Installed], request: Request, context: Context
) -> None:
    station, *connectors = (
        each_instant(installed, replace(request, connector=at), context) for at in (0, *CONNECTORS)
    )
    for whole, *parts in zip(station, *connectors, strict=True):
        assert whole.current_a <= sum(part.current_a for part in parts)
        assert whole.power_w <= sum(part.power_w for part in parts)
        assert whole.phases == min(part.phases for part in parts)


@QUICK
@given(stacks, requests, contexts)
def test_power_and_current_of_a_connector_say_the_same(
    installed: list[Installed], request: Request, context: Context
) -> None:
    for period in composite(installed, replace(request, connector=1), context).periods:
        assert period.power_w == period.current_a * period.phases * context.voltage_v
        assert 0 <= period.current_a <= 32


@QUICK
@given(stacks, requests, contexts, st.randoms(use_true_random=False))
def test_the_order_of_installation_does_not_matter_on_different_levels(
    installed: list[Installed], request: Request, context: Context, shuffle: Any
) -> None:
    ranked = [
        replace(one, profile=replace(one.profile, stack_level=level)) for level, one in enumerate(installed)
    ]
    shuffled = shuffle.sample(ranked, len(ranked))
    assert steps(shuffled, request, context) == steps(ranked, request, context)
