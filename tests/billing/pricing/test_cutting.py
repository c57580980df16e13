"""A raw session is cut where its price may change, and the energy between readings flows evenly."""

from billing.pricing.breakdown import totals

from .usages import component, element, lines, net, notes, period, rated_cdr, rated_session, session, tariff

CHEAP, DEAR = component("ENERGY", "1"), component("ENERGY", "10")
TEN, ELEVEN, NOON = "2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z", "2026-01-14T12:00:00Z"
HALF_PAST = "2026-01-14T10:30:00Z"
STEADY = session(TEN, NOON, {TEN: 500, NOON: 20_500})


def cuts(rating: object) -> list[str]:
    return [line["from"][11:] for line in lines(rating, "period")]


def test_an_energy_border_is_met_between_two_readings() -> None:
    prices = tariff(element(CHEAP, max_kwh=5), element(DEAR, min_kwh=15), element(component("ENERGY", "0")))
    rating = rated_session(prices, STEADY)
    assert cuts(rating) == ["10:00:00Z", "10:30:00Z", "11:30:00Z"]
    assert net(rating) == "55"


def test_an_energy_border_may_lie_at_no_whole_second() -> None:
    """A third of the way to 3 kWh in 10 s: the energies still add up, and the total is exact."""
    prices = tariff(element(CHEAP, max_kwh=1), element(DEAR))
    said = session(TEN, "2026-01-14T10:00:10Z", {TEN: 0, "2026-01-14T10:00:10Z": 3000})
    rating = rated_session(prices, said)
    assert cuts(rating) == ["10:00:00Z", "10:00:03.333333Z"]
    assert net(rating) == "21"
    assert lines(rating, "period")[0]["seconds"] == "3.333333333333333333333333333"


def test_an_energy_border_is_the_first_instant_that_reaches_it() -> None:
    prices = tariff(element(component("TIME", "1"), max_kwh=5), element(component("TIME", "10")))
    said = session(TEN, NOON, {TEN: 0, HALF_PAST: 5000, ELEVEN: 5000, NOON: 5000})
    rating = rated_session(prices, said)
    assert cuts(rating) == ["10:00:00Z", "10:30:00Z"]
    assert net(rating) == "15.5"


def test_an_energy_border_that_is_never_reached_or_was_passed_before_cuts_nothing() -> None:
    prices = tariff(element(CHEAP, min_kwh=0), element(DEAR, min_kwh=21))
    assert cuts(rated_session(prices, STEADY)) == ["10:00:00Z"]


def test_durations_are_met_exactly() -> None:
    prices = tariff(element(CHEAP, max_duration=1800), element(DEAR, min_duration=3600))
    rating = rated_session(prices, STEADY)
    assert cuts(rating) == ["10:00:00Z", "10:30:00Z", "11:00:00Z"]
    assert net(rating) == "105"


def test_a_session_that_was_over_at_once_is_one_period_of_no_length() -> None:
    """Seen failing when such a session was refused: chargers do send them, and a start fee may be due."""
    dear = element(component("FLAT", "9"), min_power=1)
    prices = tariff(element(component("TIME", "1", 900), component("FLAT", "2"), CHEAP, max_power=3), dear)
    rating = rated_session(prices, session(TEN, TEN, {TEN: 500}))
    assert cuts(rating) == ["10:00:00Z"]
    assert (net(rating), totals(rating)["total_time"]) == ("2", "0")
    assert ("unknown_power", 0) in notes(rating)


def test_states_say_what_time_is() -> None:
    prices = tariff(element(component("TIME", "1"), component("PARKING_TIME", "100")))
    states = {
        TEN: "preparing",
        "2026-01-14T10:15:00Z": "charging",
        HALF_PAST: "suspended_evse",
        ELEVEN: "suspended_ev",
        "2026-01-14T11:15:00Z": "finished",
        "2026-01-14T11:30:00Z": "charging",
    }
    rating = rated_session(prices, session(TEN, NOON, {}, states))
    assert net(rating) == "50.75"
    assert totals(rating)["total_parking_time"] == "0.5"
    assert totals(rating)["total_time"] == "2"
    assert [line["state"] for line in lines(rating, "period")][2] == "suspended_evse"


def test_before_the_first_state_the_vehicle_prepares() -> None:
    prices = tariff(element(component("TIME", "1")))
    rating = rated_session(prices, session(TEN, NOON, {}, {ELEVEN: "charging"}))
    assert net(rating) == "1"
    assert lines(rating, "period")[0]["state"] == "preparing"


def test_with_no_state_at_all_the_time_counts_as_charging_with_a_note() -> None:
    rating = rated_session(tariff(element(component("TIME", "1"))), session(TEN, NOON, {}, {}))
    assert net(rating) == "2"
    assert notes(rating) == [("state_unknown", None)]


def test_a_state_that_is_said_again_cuts_too() -> None:
    rating = rated_session(
        tariff(element(CHEAP)), session(TEN, NOON, {}, {TEN: "charging", ELEVEN: "charging"})
    )
    assert cuts(rating) == ["10:00:00Z", "11:00:00Z"]


def test_states_outside_the_session_do_not_lengthen_it() -> None:
    states = {"2026-01-14T09:00:00Z": "charging", "2026-01-14T13:00:00Z": "finished"}
    rating = rated_session(tariff(element(component("TIME", "1"))), session(TEN, NOON, {}, states))
    assert (cuts(rating), net(rating)) == (["10:00:00Z"], "2")


def test_readings_may_come_in_any_order_and_twice() -> None:
    said = session(TEN, NOON, {NOON: 3000, TEN: 0, ELEVEN: 1000})
    said["meter"].append({"t": ELEVEN, "wh": 1000})
    prices = tariff(element(CHEAP, start_time="10:30"))
    assert net(rated_session(prices, said)) == "2.5"


def test_before_the_first_and_after_the_last_reading_nothing_flows() -> None:
    said = session(TEN, NOON, {HALF_PAST: 1000, ELEVEN: 2000})
    prices = tariff(element(CHEAP, end_time="10:45"), element(DEAR))
    rating = rated_session(prices, said)
    assert net(rating) == "5.5"
    assert totals(rating)["total_energy"] == "1"


def test_a_reading_outside_the_session_only_shapes_the_line() -> None:
    said = session(TEN, ELEVEN, {"2026-01-14T09:00:00Z": 0, NOON: 3000})
    assert totals(rated_session(tariff(element(CHEAP)), said))["total_energy"] == "1"


def test_power_is_the_average_between_two_readings() -> None:
    """11 kW, then 22 kW, then none: the borders belong to the higher side."""
    said = session(TEN, NOON, {TEN: 0, HALF_PAST: 5500, ELEVEN: 16_500})
    prices = tariff(
        element(CHEAP, max_power=11), element(DEAR, min_power=22), element(component("ENERGY", "2"))
    )
    rating = rated_session(prices, said)
    assert cuts(rating) == ["10:00:00Z", "10:30:00Z", "11:00:00Z"]
    assert net(rating) == "121"
    assert notes(rating) == []


def test_current_is_known_only_where_every_reading_around_has_it() -> None:
    said = session(TEN, NOON, {TEN: 0, HALF_PAST: 1000, ELEVEN: 2000, NOON: 3000})
    for reading, current in zip(said["meter"], (16, 20, 40, None), strict=True):
        if current:
            reading["current_a"] = current
    prices = tariff(
        element(CHEAP, max_current=21), element(DEAR, min_current=20), element(component("ENERGY", "100"))
    )
    rating = rated_session(prices, said)
    assert [line["charges"][0]["unit_price"] for line in lines(rating, "period")] == ["1", "10", "1"]
    assert notes(rating) == [("unknown_current", 2)]


def test_a_series_of_tariffs_applies_from_its_instants() -> None:
    later = [(HALF_PAST, tariff(element(DEAR))), (ELEVEN, tariff(element(component("ENERGY", "100"))))]
    rating = rated_session(tariff(element(CHEAP)), STEADY, later=later)
    assert cuts(rating) == ["10:00:00Z", "10:30:00Z", "11:00:00Z"]
    assert net(rating) == "1055"


def test_a_reservation_may_come_before_the_session() -> None:
    prices = tariff(
        element(component("TIME", "3"), reservation="RESERVATION"),
        element(component("TIME", "1"), component("FLAT", "5")),
    )
    rating = rated_session(prices, session(TEN, NOON, {}, {TEN: "reserved", HALF_PAST: "charging"}))
    assert net(rating) == "8"
    assert totals(rating)["total_reservation_cost"]["excl_vat"] == "1.5"


def test_the_same_energy_in_a_record_that_was_not_cut_is_priced_at_its_start_with_a_note() -> None:
    prices = tariff(element(CHEAP, max_kwh=5), element(DEAR))
    rating = rated_cdr(
        prices,
        period(TEN, ENERGY=5),
        period(ELEVEN, ENERGY=5),
        period(NOON, ENERGY=6),
        end="2026-01-14T13:00:00Z",
    )
    assert net(rating) == "115"
    assert notes(rating) == []
    rating = rated_cdr(prices, period(TEN, ENERGY=6), end=ELEVEN)
    assert (net(rating), notes(rating)) == ("6", [("period_spans_price_change", 0)])


def test_every_kind_of_border_inside_a_period_is_noted() -> None:
    for restrictions in (
        {"start_time": "10:59"},
        {"end_time": "10:01"},
        {"max_duration": 3599},
        {"min_duration": 1},
        {"min_kwh": "9.999"},
    ):
        prices = tariff(element(DEAR, **restrictions), element(CHEAP))
        rating = rated_cdr(prices, period(TEN, ENERGY=10), end=ELEVEN)
        assert notes(rating) == [("period_spans_price_change", 0)], restrictions


def test_a_border_at_the_end_of_a_period_is_not_inside() -> None:
    for restrictions in (
        {"start_time": "11:00"},
        {"min_duration": 3600},
        {"min_kwh": 10},
        {"max_kwh": 10},
        {"end_time": "10:00"},
    ):
        prices = tariff(element(DEAR, **restrictions), element(CHEAP))
        assert notes(rated_cdr(prices, period(TEN, ENERGY=10), end=ELEVEN)) == [], restrictions


def test_borders_count_from_the_whole_session_not_from_the_period() -> None:
    prices = tariff(
        element(CHEAP, max_kwh=9), element(component("TIME", "1"), max_duration=5400), element(DEAR)
    )
    rating = rated_cdr(prices, period(TEN, ENERGY=8, TIME=1), period(ELEVEN, ENERGY=8, TIME=1), end=NOON)
    assert notes(rating) == [("period_spans_price_change", 1)]
    only_time = rated_cdr(prices, period(TEN, TIME=1), period(ELEVEN, TIME=1), end=NOON)
    assert notes(only_time) == [("period_spans_price_change", 1)]


def test_a_border_that_changes_nothing_is_not_noted() -> None:
    prices = tariff(element(CHEAP), element(DEAR, start_time="10:30"))
    assert notes(rated_cdr(prices, period(TEN, ENERGY=1), end=ELEVEN)) == []
