"""What must hold for every tariff and every session."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.pricing.breakdown import rating_json
from billing.pricing.document import seconds_of
from billing.pricing.rating import Rating

from .usages import component, element, rated_session, session, tariff

BEGIN = datetime(2026, 1, 14, 6, tzinfo=UTC)
MINUTES = 12 * 60
bounded = settings(max_examples=40, deadline=None)


def text(minute: float) -> str:
    return (BEGIN + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


prices = st.integers(0, 200).map(lambda cents: f"{cents / 100:.2f}")
steps = st.sampled_from([0, 1, 60, 500, 900])
kinds = st.lists(
    st.sampled_from(["ENERGY", "TIME", "PARKING_TIME", "FLAT"]), min_size=1, max_size=4, unique=True
)
times = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
restrictions = st.fixed_dictionaries(
    {},
    optional={
        "start_time": times,
        "end_time": times,
        "min_kwh": st.integers(0, 30),
        "max_kwh": st.integers(1, 30),
        "min_duration": st.integers(0, 30_000),
        "max_duration": st.integers(1, 30_000),
        "day_of_week": st.lists(st.sampled_from(["WEDNESDAY", "THURSDAY"]), max_size=2),
    },
)


@st.composite
def tariffs(draw: Any, step: Any = steps) -> dict[str, Any]:
    elements = [
        element(
            *(
                component(kind, draw(prices), draw(step), draw(st.sampled_from([None, 0, 7, 19])))
                for kind in draw(kinds)
            ),
            **draw(restrictions),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]
    return tariff(*elements, tax_included=draw(st.sampled_from(["YES", "NO", "N/A"])))


@st.composite
def sessions(draw: Any) -> dict[str, Any]:
    minutes = sorted(draw(st.sets(st.integers(1, MINUTES - 1), max_size=5)))
    registers = sorted(
        draw(st.lists(st.integers(0, 60_000), min_size=len(minutes) + 2, max_size=len(minutes) + 2))
    )
    states = st.sampled_from(["charging", "suspended_ev", "suspended_evse", "finished"])
    return session(
        text(0),
        text(MINUTES),
        dict(zip(map(text, [0, *minutes, MINUTES]), registers, strict=True)),
        {text(0): "charging"} | {text(minute): draw(states) for minute in minutes[::2]},
    )


def both(rating: Rating) -> tuple[Any, Any]:
    return rating.total.net, rating.total.gross


@bounded
@given(tariffs(step=st.sampled_from([0])), sessions(), st.integers(1, MINUTES - 1))
def test_cutting_anywhere_changes_nothing_where_nothing_is_rounded(
    prices: dict[str, Any], said: dict[str, Any], minute: int
) -> None:
    whole = rated_session(prices, said, "Europe/Berlin")
    cut = rated_session(prices, said, "Europe/Berlin", later=[(text(minute), prices)])
    assert both(cut) == both(whole)


@bounded
@given(tariffs(), sessions(), st.integers(1, MINUTES - 1))
def test_a_reading_on_the_line_changes_nothing(
    prices: dict[str, Any], said: dict[str, Any], minute: int
) -> None:
    before = [reading for reading in said["meter"] if reading["t"] < text(minute)][-1]
    after = next(reading for reading in said["meter"] if reading["t"] >= text(minute))
    span = minutes_of(after["t"]) - minutes_of(before["t"])
    between = before["wh"] + Fraction((after["wh"] - before["wh"]) * (minute - minutes_of(before["t"])), span)
    more = said | {"meter": [*said["meter"], {"t": text(minute), "wh": between}]}
    assert both(rated_session(prices, more)) == both(rated_session(prices, said))


def minutes_of(time: str) -> int:
    return int((seconds_of(datetime.fromisoformat(time)) - seconds_of(BEGIN)) // 60)


@bounded
@given(sessions(), st.lists(prices, min_size=2, max_size=2), st.integers(1, 30), steps, st.integers(0, 5000))
def test_more_energy_never_costs_less(
    said: dict[str, Any], price: list[str], border_kwh: int, step: int, extra_wh: int
) -> None:
    shape = tariff(
        element(component("ENERGY", price[0], step), max_kwh=border_kwh),
        element(component("ENERGY", price[1], step)),
    )
    last = said["meter"][-1]
    more = said | {"meter": [*said["meter"][:-1], last | {"wh": last["wh"] + extra_wh}]}
    # A step of the last price may be larger than the one before; the price per unit is what must not fall.
    if Fraction(price[1]) >= Fraction(price[0]) or step <= 1:
        assert rated_session(shape, more).total.net >= rated_session(shape, said).total.net


@bounded
@given(tariffs(), sessions(), st.integers(0, 20), st.integers(0, 20))
def test_the_tax_lines_are_the_difference_of_gross_and_net(
    prices: dict[str, Any], said: dict[str, Any], least: int, most: int
) -> None:
    limits = {"min_price": {"excl_vat": least, "incl_vat": least + 1}, "max_price": {"incl_vat": most}}
    for shape in (prices, prices | limits):
        rating = rated_session(shape, said)
        assert sum(line.tax for line in rating.bill.taxes) == rating.total.gross - rating.total.net
        assert sum(line.net for line in rating.bill.taxes) == rating.total.net


@bounded
@given(tariffs(), sessions())
def test_the_periods_hold_the_whole_session(prices: dict[str, Any], said: dict[str, Any]) -> None:
    rating = rated_session(prices, said, "America/New_York")
    assert rating.volume_of("ENERGY") == said["meter"][-1]["wh"] - said["meter"][0]["wh"]  # type: ignore[arg-type]
    assert sum(period.end - period.start for period in rating.usage.periods) == MINUTES * 60


@bounded
@given(sessions(), prices, st.integers(1, MINUTES - 1))
def test_under_a_flat_price_the_parts_cost_as_much_as_the_whole(
    said: dict[str, Any], price: str, minute: int
) -> None:
    shape = tariff(element(component("ENERGY", price, 0), component("TIME", price, 0)))
    first, second = said | {"end": text(minute)}, said | {"start": text(minute)}
    parts = [rated_session(shape, part).total.net for part in (first, second)]
    assert sum(parts) == rated_session(shape, said).total.net


@bounded
@given(
    tariffs(),
    sessions(),
    st.sampled_from([("Etc/GMT-5", 5), ("Etc/GMT+7", -7), ("Asia/Kolkata", Fraction(11, 2))]),
)
def test_moving_place_and_time_together_changes_nothing(
    prices: dict[str, Any], said: dict[str, Any], place: tuple[str, Any]
) -> None:
    zone, hours = place
    moved = rated_session(prices, shifted(said, -hours), zone)
    assert both(moved) == both(rated_session(prices, said, "UTC"))


def shifted(value: Any, hours: Any) -> Any:
    if isinstance(value, dict):
        return {key: shifted(item, hours) for key, item in value.items()}
    if isinstance(value, list):
        return [shifted(item, hours) for item in value]
    if isinstance(value, str) and value.endswith("Z"):
        moment = datetime.fromisoformat(value) + timedelta(minutes=int(hours * 60))
        return moment.isoformat().replace("+00:00", "Z")
    return value


@bounded
@given(tariffs(), sessions())
def test_rating_twice_gives_the_same_bytes(prices: dict[str, Any], said: dict[str, Any]) -> None:
    assert rating_json(rated_session(prices, said, "Australia/Lord_Howe")) == rating_json(
        rated_session(prices, said, "Australia/Lord_Howe")
    )
