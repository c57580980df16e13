"""Elements with a reservation restriction price the reservation, all others the session."""

from billing.pricing.after_tariff import Terms
from billing.pricing.breakdown import totals

from .usages import component, element, lines, net, period, rated_cdr, tariff

TEN, ELEVEN, NOON = "2026-01-14T10:00:00Z", "2026-01-14T11:00:00Z", "2026-01-14T12:00:00Z"
PRICES = tariff(
    element(component("FLAT", "4"), component("TIME", "6"), reservation="RESERVATION_EXPIRES"),
    element(component("TIME", "3", 600), component("FLAT", "2"), reservation="RESERVATION"),
    element(component("FLAT", "1"), component("ENERGY", "0.5"), component("TIME", "100")),
)


def test_a_reservation_that_was_used_pays_its_time_and_both_fixed_prices() -> None:
    rating = rated_cdr(PRICES, period(TEN, RESERVATION_TIME=1), period(ELEVEN, ENERGY=10), end=NOON)
    assert net(rating) == "11"
    assert totals(rating)["total_reservation_cost"]["excl_vat"] == "5"
    assert totals(rating)["total_fixed_cost"]["excl_vat"] == "1"
    assert [charge["phase"] for charge in lines(rating, "period")[0]["charges"]] == ["reservation"] * 2


def test_a_reservation_that_expired_pays_the_first_element_of_either_kind() -> None:
    rating = rated_cdr(PRICES, period(TEN, RESERVATION_TIME=1), end=ELEVEN)
    assert net(rating) == "10"


def test_an_expired_reservation_takes_the_usual_price_where_it_stands_first() -> None:
    prices = tariff(PRICES["elements"][1], PRICES["elements"][0])
    assert net(rated_cdr(prices, period(TEN, RESERVATION_TIME=1), end=ELEVEN)) == "5"


def test_reservation_and_session_in_one_period_are_priced_each_on_its_own() -> None:
    rating = rated_cdr(PRICES, period(TEN, RESERVATION_TIME=1, ENERGY=10), end=ELEVEN)
    assert net(rating) == "11"


def test_reservation_time_has_steps_of_its_own() -> None:
    periods = [period(TEN, RESERVATION_TIME="0.25"), period(ELEVEN, TIME="0.01")]
    rating = rated_cdr(PRICES, *periods, end=NOON)
    assert net(rating) == "5"
    steps = lines(rating, "step_size")
    assert [(line["dimension"], line["quantity"], line["phase"]) for line in steps] == [
        ("RESERVATION_TIME", "300", "reservation")
    ]


def test_volumes_of_zero_are_no_session() -> None:
    periods = [period(TEN, RESERVATION_TIME=1, ENERGY=0, TIME=0, PARKING_TIME=0)]
    assert net(rated_cdr(PRICES, *periods, end=ELEVEN)) == "10"


def test_a_reservation_of_no_time_is_still_one() -> None:
    assert net(rated_cdr(PRICES, period(TEN, RESERVATION_TIME=0), end=ELEVEN)) == "4"


def test_a_reservation_without_a_price_for_it_is_free() -> None:
    prices = tariff(element(component("TIME", "5"), component("FLAT", "1")))
    assert net(rated_cdr(prices, period(TEN, RESERVATION_TIME=1), end=ELEVEN)) == "0"


def test_the_fixed_price_of_a_reservation_does_not_wait_for_energy() -> None:
    """An expired reservation has no session whose fixed price could fall away."""
    terms = Terms(flat_without_energy_after_s=300)
    assert net(rated_cdr(PRICES, period(TEN, RESERVATION_TIME=1), end=ELEVEN, terms=terms)) == "10"


def test_times_of_a_session_count_from_its_first_period() -> None:
    prices = tariff(element(component("ENERGY", "1"), min_duration=3600), element(component("ENERGY", "10")))
    rating = rated_cdr(prices, period(TEN, RESERVATION_TIME=1), period(ELEVEN, ENERGY=1), end=NOON)
    assert net(rating) == "1"


def test_without_energy_the_fixed_price_is_due_only_after_the_agreed_time() -> None:
    prices = tariff(element(component("FLAT", "1")))
    terms = Terms(flat_without_energy_after_s=300)
    brief, longer = "2026-01-14T10:05:00Z", "2026-01-14T10:05:01Z"
    assert net(rated_cdr(prices, period(TEN, TIME="0.1"), end=brief, terms=terms)) == "0"
    assert net(rated_cdr(prices, period(TEN, TIME="0.1"), end=longer, terms=terms)) == "1"
    assert net(rated_cdr(prices, period(TEN, ENERGY=1), end=brief, terms=terms)) == "1"
    assert net(rated_cdr(prices, period(TEN, TIME="0.1"), end=brief)) == "1"
    reserved = [period("2026-01-14T09:00:00Z", RESERVATION_TIME=1), period(TEN, TIME="0.1")]
    assert net(rated_cdr(prices, *reserved, end=brief, terms=terms)) == "0"
