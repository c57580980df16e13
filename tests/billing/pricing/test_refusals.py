"""What cannot be understood is refused with the exact place."""

from decimal import Decimal
from typing import Any

import pytest

from billing.pricing.after_tariff import Discount, Entitlement, Terms, Voucher
from billing.pricing.cdr import read_cdr
from billing.pricing.errors import Refused
from billing.pricing.exact import loads
from billing.pricing.session_reader import read_session
from billing.pricing.tariff import Dimension
from billing.pricing.tariff_reader import read_tariff

from .usages import cdr, component, element, period, rated_cdr, rated_session, session, tariff

ENERGY = component("ENERGY", "0.3")
NOON = "2026-01-14T12:00:00Z"


def restricted(**restrictions: Any) -> dict[str, Any]:
    return tariff(element(ENERGY), element(ENERGY, **restrictions))


def priced(**fields: Any) -> dict[str, Any]:
    return tariff(element(ENERGY | fields))


def refused(call: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        call()
    assert str(caught.value).startswith(caught.value.place)
    return caught.value.place, caught.value.problem


TARIFFS = [
    ([], "", "[] is not an object"),
    ({"currency": "EUR"}, "elements", "is missing"),
    (tariff(), "elements", "is empty"),
    (tariff(element()), "elements[0].price_components", "is empty"),
    (tariff(5), "elements[0]", "5 is not an object"),
    (tariff({"price_components": {}}), "elements[0].price_components", "{} is not a list"),
    (tariff({"price_components": [7]}), "elements[0].price_components[0]", "7 is not an object"),
    (tariff(element(ENERGY), id=7), "id", "7 is not a text"),
    (tariff(element(ENERGY), currency="euro"), "currency", '"euro" is not a currency code'),
    (tariff(element(ENERGY), currency=None), "currency", "is missing"),
    (tariff(element(ENERGY), tax_included="MAYBE"), "tax_included", '"MAYBE" is not one of YES, NO, N/A'),
    (tariff(element(ENERGY), tax_included=True), "tax_included", "True is not one of YES, NO, N/A"),
    (tariff(element(ENERGY), min_price={}), "min_price", "{} names no amount"),
    (tariff(element(ENERGY), min_price={"excl_vat": -1}), "min_price.excl_vat", "-1 is below zero"),
    (tariff(element(ENERGY), max_price={"incl_vat": -1}), "max_price.incl_vat", "-1 is below zero"),
    (tariff(element(ENERGY), max_price=-1), "max_price", "-1 is below zero"),
    (tariff(element(ENERGY), start_date_time="soon"), "start_date_time", '"soon" is not a time stamp'),
    (
        tariff(element(ENERGY), end_date_time="2026-02-30T00:00:00Z"),
        "end_date_time",
        '"2026-02-30T00:00:00Z" is not a time stamp',
    ),
    (
        tariff(element(ENERGY), end_date_time="1970-12-31T23:59:59Z"),
        "end_date_time",
        '"1970-12-31T23:59:59Z" is not within 1971 to 2199',
    ),
    (
        tariff(element(ENERGY), end_date_time="2200-01-01T00:00:00Z"),
        "end_date_time",
        '"2200-01-01T00:00:00Z" is not within 1971 to 2199',
    ),
    (priced(type="SESSION_TIME"), "type", '"SESSION_TIME" is not one of ENERGY, TIME, PARKING_TIME, FLAT'),
    (priced(type=["ENERGY"]), "type", "['ENERGY'] is not one of ENERGY, TIME, PARKING_TIME, FLAT"),
    (
        priced(type="RESERVATION_TIME"),
        "type",
        '"RESERVATION_TIME" is not one of ENERGY, TIME, PARKING_TIME, FLAT',
    ),
    (priced(price=None), "price", "is missing"),
    (priced(price=0.25), "price", "0.25 is not an exact number"),
    (priced(price="cheap"), "price", '"cheap" is not an exact number'),
    (priced(price=True), "price", "True is not an exact number"),
    (priced(price="Infinity"), "price", '"Infinity" is not an exact number'),
    (priced(price="1e41"), "price", '"1e41" is not an exact number'),
    (priced(price="1e-41"), "price", '"1e-41" is not an exact number'),
    (priced(vat=-1), "vat", "-1 is below zero"),
    (priced(step_size=-1), "step_size", "-1 is below zero"),
    (priced(step_size=Decimal("0.5")), "step_size", "0.5 is not a whole number"),
]


@pytest.mark.parametrize(("document", "place", "problem"), TARIFFS)
def test_a_tariff_is_refused_with_the_place(document: Any, place: str, problem: str) -> None:
    component_place = "elements[0].price_components[0]."
    if place in {"type", "price", "vat", "step_size"}:
        place = component_place + place
    assert refused(lambda: read_tariff(document)) == (place, problem)


RESTRICTIONS = [
    ({"start_time": "25:00"}, "start_time", '"25:00" is not a time'),
    ({"start_time": "24:00"}, "start_time", '"24:00" is not a time'),
    ({"end_time": "9:00"}, "end_time", '"9:00" is not a time'),
    ({"end_time": "12:60"}, "end_time", '"12:60" is not a time'),
    ({"end_time": 900}, "end_time", "900 is not a time"),
    ({"start_date": "2026-13-01"}, "start_date", '"2026-13-01" is not a date'),
    ({"end_date": 20260101}, "end_date", "20260101 is not a text"),
    ({"min_kwh": "a lot"}, "min_kwh", '"a lot" is not an exact number'),
    ({"max_kwh": -1}, "max_kwh", "-1 is below zero"),
    ({"min_current": -1}, "min_current", "-1 is below zero"),
    ({"max_current": []}, "max_current", "[] is not an exact number"),
    ({"min_power": -1}, "min_power", "-1 is below zero"),
    ({"max_power": {}}, "max_power", "{} is not an exact number"),
    ({"min_duration": -1}, "min_duration", "-1 is below zero"),
    ({"max_duration": "1 h"}, "max_duration", '"1 h" is not an exact number'),
    ({"day_of_week": "MONDAY"}, "day_of_week", '"MONDAY" is not a list'),
    ({"reservation": "YES"}, "reservation", '"YES" is not one of RESERVATION, RESERVATION_EXPIRES'),
    ({"min_soc": 20}, "min_soc", "is not a restriction of OCPI"),
]


@pytest.mark.parametrize(("restrictions", "name", "problem"), RESTRICTIONS)
def test_a_restriction_is_refused_with_the_place(restrictions: Any, name: str, problem: str) -> None:
    found = refused(lambda: read_tariff(restricted(**restrictions)))
    assert found == (f"elements[1].restrictions.{name}", problem)


def test_a_wrong_weekday_is_refused_with_its_number_in_the_list() -> None:
    place, problem = refused(lambda: read_tariff(restricted(day_of_week=["MONDAY", "Funday"])))
    assert place == "elements[1].restrictions.day_of_week[1]"
    assert problem.startswith('"Funday" is not one of MONDAY, TUESDAY')


def test_restrictions_that_are_no_object_are_refused() -> None:
    document = tariff({"price_components": [ENERGY], "restrictions": [1]})
    assert refused(lambda: read_tariff(document)) == ("elements[0].restrictions", "[1] is not an object")


def test_two_prices_of_a_dimension_in_one_element_are_refused() -> None:
    document = tariff(element(component("TIME", "1"), ENERGY, component("ENERGY", "2")))
    place = "elements[0].price_components[2].type"
    assert refused(lambda: read_tariff(document)) == (place, '"ENERGY" has a price in this element already')


def test_a_long_value_is_shown_cut() -> None:
    _, problem = refused(lambda: read_tariff(tariff(element(ENERGY), currency="x" * 100)))
    assert problem == '"' + "x" * 56 + "... is not a currency code"
    _, problem = refused(lambda: read_tariff(tariff(element(ENERGY), currency="x" * 58)))
    assert problem == '"' + "x" * 58 + '" is not a currency code'


def test_nan_is_no_number_of_a_document() -> None:
    with pytest.raises(ValueError, match="NaN is not a number"):
        loads('{"price": NaN}')


CDRS = [
    ([], "", "[] is not an object"),
    (cdr(), "charging_periods", "is empty"),
    ({}, "charging_periods", "is missing"),
    (cdr(period("yesterday")), "charging_periods[0].start_date_time", '"yesterday" is not a time stamp'),
    (
        cdr(period(NOON, ENRGY=1)),
        "charging_periods[0].dimensions[0].type",
        '"ENRGY" is not one of ENERGY, TIME, PARKING_TIME, RESERVATION_TIME, POWER, MIN_POWER, MAX_POWER, CURRENT,'
        " MIN_CURRENT, MAX_CURRENT, FLAT, ENERGY_EXPORT, ENERGY_IMPORT, STATE_OF_CHARGE",
    ),
    (cdr(period(NOON, ENERGY=-1)), "charging_periods[0].dimensions[0].volume", "-1 is below zero"),
    (cdr(period(NOON, MIN_POWER=-1)), "charging_periods[0].dimensions[0].volume", "-1 is below zero"),
    (cdr(period(NOON, ENERGY=None)), "charging_periods[0].dimensions[0].volume", "is missing"),
    (cdr(period(NOON), {"dimensions": []}), "charging_periods[1].start_date_time", "is missing"),
    (
        cdr(period(NOON), credit=True),
        "credit",
        "True makes this the mirror of another CDR, which is not rated",
    ),
    (
        cdr(period(NOON), start_date_time=NOON, end="2026-01-14T11:59:59Z"),
        "end_date_time",
        '"2026-01-14T11:59:59Z" is before the start',
    ),
    (cdr(period(NOON)), "tariffs", "is missing"),
    (cdr(period(NOON), tariffs=[]), "tariffs", "is empty"),
    (
        cdr(period(NOON), tariffs=[tariff(element(ENERGY)), priced(price="x")]),
        "tariffs[1].elements[0].price_components[0].price",
        '"x" is not an exact number',
    ),
    (cdr(period(NOON), tariffs=[[]]), "tariffs[0]", "[] is not an object"),
    (
        cdr(period(NOON, tariff_id="C"), tariffs=[tariff(element(ENERGY), id=i) for i in "AB"]),
        "charging_periods[0].tariff_id",
        '"C" is none of the tariffs',
    ),
    (
        cdr(period(NOON), tariffs=[tariff(element(ENERGY))], currency="CHF"),
        "currency",
        '"CHF" is not the currency of the tariff, EUR',
    ),
]


@pytest.mark.parametrize(("document", "place", "problem"), CDRS)
def test_a_cdr_is_refused_with_the_place(document: Any, place: str, problem: str) -> None:
    assert refused(lambda: read_cdr(document)) == (place, problem)


def test_tariffs_in_two_currencies_are_refused() -> None:
    tariffs = [tariff(element(ENERGY), id="A"), tariff(element(ENERGY), id="B", currency="CHF")]
    periods = [period(NOON, ENERGY=1, tariff_id="A"), period(NOON, ENERGY=1, tariff_id="B")]
    found = refused(lambda: rated_cdr(None, *periods, tariffs=tariffs))
    assert found == ("currency", "the tariffs are in EUR and CHF")


GOOD = session(NOON, "2026-01-14T13:00:00Z", {NOON: 0, "2026-01-14T13:00:00Z": 7})
SESSIONS = [
    ([], "", "[] is not an object"),
    (GOOD | {"start": None}, "start", "is missing"),
    (GOOD | {"end": "2026-01-14T11:59:59Z"}, "end", '"2026-01-14T11:59:59Z" is before the start'),
    (
        GOOD | {"end": "2027-01-15T12:00:01Z"},
        "end",
        '"2027-01-15T12:00:01Z" is more than a year after the start',
    ),
    (GOOD | {"meter": [1]}, "meter[0]", "1 is not an object"),
    (GOOD | {"meter": [{"t": NOON, "wh": -1}]}, "meter[0].wh", "-1 is below zero"),
    (GOOD | {"meter": [{"t": NOON, "wh": 1, "current_a": -1}]}, "meter[0].current_a", "-1 is below zero"),
    (GOOD | {"states": [{"t": NOON, "state": "bored"}]}, "states[0].state", '"bored" is not one of'),
    (GOOD | {"states": [7]}, "states[0]", "7 is not an object"),
    (
        GOOD | {"meter": [{"t": NOON, "wh": 9}, {"t": "2026-01-14T12:01:00Z", "wh": 8}]},
        "meter[1].wh",
        "8 is below 9, which was read before",
    ),
    (
        GOOD | {"meter": [{"t": NOON, "wh": 8}, {"t": NOON, "wh": 9}]},
        "meter[1].wh",
        "9 was read at the same time as 8",
    ),
]


@pytest.mark.parametrize(("document", "place", "problem"), SESSIONS)
def test_a_session_is_refused_with_the_place(document: Any, place: str, problem: str) -> None:
    found = refused(lambda: read_session(document))
    assert found[0] == place
    assert found[1].startswith(problem)


def test_a_session_of_exactly_366_days_is_rated() -> None:
    read_session(GOOD | {"end": "2027-01-15T12:00:00Z"})


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../etc/passwd", "Europe", "\0"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    place, problem = refused(lambda: rated_session(tariff(element(ENERGY)), GOOD, zone))
    assert (place, problem) == ("time_zone", f'"{zone}" is not a time zone')


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_discount_of_less_than_nothing_or_more_than_all_is_refused(percent: int) -> None:
    found = refused(lambda: Terms(discounts=(Discount("fine", 100), Discount("wrong", percent))))
    assert found == ("discounts[1].percent", f"{percent} is not between 0 and 100")


def test_an_entitlement_or_a_voucher_below_zero_is_refused() -> None:
    found = refused(lambda: Terms(entitlements=(Entitlement("wrong", Dimension.ENERGY, -1),)))
    assert found == ("entitlements[0].quantity", "-1 is below zero")
    assert refused(lambda: Terms(vouchers=(Voucher("wrong", -1),))) == (
        "vouchers[0].amount",
        "-1 is below zero",
    )
