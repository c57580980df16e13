"""The instant at which standing idle begins to cost, and what it costs."""

from fractions import Fraction

import pytest

from billing.pricing.cutting import TariffFrom
from billing.pricing.errors import Refused
from billing.pricing.exact import Rational
from billing.pricing.idle import idle_price
from billing.pricing.session_reader import read_session
from billing.pricing.tariff_reader import read_tariff

from .usages import Json, component, element, session, tariff

TEN, HALF_PAST, ELEVEN = "2026-01-14T10:00:00Z", "2026-01-14T10:30:00Z", "2026-01-14T11:00:00Z"
IDLE = component("PARKING_TIME", "6", vat=20)
ENERGY = component("ENERGY", "0.5")


def asked(
    prices: Json, minutes: int = 60, states: dict[str, str] | None = None, zone: str = "UTC"
) -> tuple[Rational, Rational] | None:
    """Minutes from the start of a session at ten until idle time costs, asked after so many; the price an hour."""
    usage = read_session(session(TEN, ELEVEN, {TEN: 0, ELEVEN: 10_000}, states))
    series = [TariffFrom(usage.start, read_tariff(prices))]
    found = idle_price(usage, usage.start + 60 * minutes, series, zone)
    return found and ((found.at - usage.start) / 60, found.gross)


def test_a_fee_without_a_condition_runs_at_once_and_is_told_with_its_tax() -> None:
    """Seen failing with the net price told."""
    assert asked(tariff(element(ENERGY, IDLE), tax_included="NO")) == (60, Fraction(36, 5))
    assert asked(tariff(element(ENERGY, IDLE), tax_included="YES")) == (60, 6)


def test_a_fee_after_a_duration_begins_there() -> None:
    """Seen failing with the border of the duration taken out of the cuts."""
    prices = tariff(element(IDLE, min_duration=4 * 3600), element(ENERGY), tax_included="YES")
    assert asked(prices) == (240, 6)
    assert asked(prices, minutes=300) == (300, 6)


def test_a_fee_of_the_night_begins_by_the_local_clock() -> None:
    prices = tariff(element(IDLE, start_time="22:00", end_time="06:00"), tax_included="YES")
    assert asked(prices) == (12 * 60, 6)
    assert asked(prices, zone="Europe/Berlin") == (11 * 60, 6)


def test_energy_that_does_not_flow_any_more_reaches_no_border() -> None:
    assert asked(tariff(element(IDLE, min_kwh=20))) is None


def test_what_is_free_or_never_comes_is_no_fee() -> None:
    assert asked(tariff(element(ENERGY))) is None
    assert asked(tariff(element(component("PARKING_TIME", "0")))) is None
    assert asked(tariff(element(IDLE, min_duration=48 * 3600))) is None


def test_a_pause_of_before_is_not_what_is_asked_for() -> None:
    states = {TEN: "charging", HALF_PAST: "suspended_ev"}
    assert asked(tariff(element(IDLE), tax_included="YES"), states=states) == (60, 6)


def test_with_no_state_known_the_vehicle_has_charged_until_now() -> None:
    assert asked(tariff(element(IDLE), tax_included="YES"), states={}) == (60, 6)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refused, match="time_zone"):
        asked(tariff(element(IDLE)), zone="Mars/Olympus")
