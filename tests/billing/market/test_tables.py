"""Prices as CSV: every line is a price of its interval, or the file is refused with the line that is wrong."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from billing.market.points import Point, Shape, told
from billing.market.table import read_table
from billing.pricing.errors import Refused

QUARTERS, HOURS = Shape(900, "EUR"), Shape(3600, "EUR")
BERLIN = ZoneInfo("Europe/Berlin")


def prices(text: str, shape: Shape = QUARTERS) -> list[tuple[str, str]]:
    return [(told(one.at), str(one.price)) for one in read_table(text, shape, "Europe/Berlin")]


def local_day(day: str, missing: int = -1) -> str:
    """Each quarter of an hour of a day in Berlin as its local time, without an offset."""
    start = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=BERLIN).astimezone(UTC)
    end = (datetime.fromisoformat(f"{day}T00:00") + timedelta(days=1)).replace(tzinfo=BERLIN).astimezone(UTC)
    count = int((end - start) / timedelta(minutes=15))
    moments = [start + n * timedelta(minutes=15) for n in range(count) if n != missing]
    rows = [f"{one.astimezone(BERLIN):%Y-%m-%dT%H:%M},{n}" for n, one in enumerate(moments)]
    return "\n".join(["start,price_per_mwh", *rows])


def test_a_price_for_each_megawatt_hour_becomes_one_for_each_kilowatt_hour_exactly() -> None:
    """Seen failing with a division through float."""
    text = "start,price_per_mwh,currency\n2026-01-14T10:00Z,84.37,EUR\n2026-01-14T11:15+01:00,-0.01,EUR\n"
    assert prices(text) == [("2026-01-14 10:00 UTC", "0.08437"), ("2026-01-14 10:15 UTC", "-0.00001")]


def test_semicolons_come_with_decimal_commas() -> None:
    text = "\ufeffstart;price_per_kwh\n2026-01-14T10:00Z;0,25\n\n2026-01-14T10:15Z;-0,5\n"
    assert [price for _, price in prices(text)] == ["0.25", "-0.5"]


@pytest.mark.parametrize(("day", "count"), [("2026-03-29", 92), ("2026-06-10", 96), ("2026-10-25", 100)])
def test_a_day_has_as_many_quarters_as_the_clocks_leave_it(day: str, count: int) -> None:
    """Seen failing on the long day with the repeated hour always taken for the first one."""
    found = read_table(local_day(day), QUARTERS, "Europe/Berlin")
    assert len(found) == count
    assert [one.at for one in found] == list(range(found[0].at, found[0].at + count * 900, 900))
    assert [one.price for one in found] == [Decimal(n).scaleb(-3) for n in range(count)]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("2026-01-14T10:00Z,1\n2026-01-14T10:00Z,2", "line 3: 2026-01-14 10:00 UTC is told a second time"),
        ("2026-01-14T10:15Z,1\n2026-01-14T10:00Z,2", "line 3: 2026-01-14 10:00 UTC comes after"),
        (
            "2026-01-14T10:00Z,1\n2026-01-14T10:45Z,2",
            "line 3: there is no price from 2026-01-14 10:15 UTC to",
        ),
        ("2026-01-14T10:07Z,1", "line 2: 2026-01-14 10:07 UTC is not the start of an interval of 15 minutes"),
        ("2026-03-29T02:15,1", "line 2: 2026-03-29T02:15 does not exist in Europe/Berlin"),
        ("yesterday,1", 'line 2: "yesterday" is not a time stamp'),
        ("2026-01-14T10:00Z,NaN", 'line 2: "NaN" is not a price'),
        ("2026-01-14T10:00Z,1e3", 'line 2: "1e3" is not a price'),
        ('2026-01-14T10:00Z,"1,234"', 'line 2: "1,234" is not a price'),
        ("2026-01-14T10:00Z,0.123456", "line 2: 0.000123456 has more than 8 decimals"),
        ("2026-01-14T10:00Z,84370", "line 2: 84.370 EUR for a kWh is beyond belief: is it a price per MWh"),
        ("2026-01-14T10:00Z", "line 2: has fewer columns"),
        ('2026-01-14T10:00Z,"1', "line 2: unexpected end of data"),
        ("", "line 2: there is no price"),
    ],
)
def test_a_line_that_is_wrong_is_named(rows: str, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        prices(f"start,price_per_mwh\n{rows}")
    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("start,price", '"price" is no column'),
        ("start", "needs the columns"),
        ("start,price_per_kwh,price_per_mwh", "needs the columns"),
        ("price_per_kwh,currency", "needs the columns"),
        ("start,start,price_per_kwh", "needs the columns"),
    ],
)
def test_a_header_that_leaves_the_unit_open_is_refused(header: str, problem: str) -> None:
    with pytest.raises(Refused, match=f"line 1: {problem}"):
        prices(f"{header}\n2026-01-14T10:00Z,1,1")


def test_another_currency_is_refused_with_its_line() -> None:
    text = "start,price_per_mwh,currency\n2026-01-14T10:00Z,1,EUR\n2026-01-14T10:15Z,1,SEK"
    with pytest.raises(Refused, match='line 3: is in "SEK", and the series in EUR'):
        prices(text)


def test_a_currency_whose_worth_is_not_known_takes_large_prices() -> None:
    assert read_table("start,price_per_kwh\n2026-01-14T10:00Z,900", Shape(3600, "VND"), "UTC") == [
        Point(1768384800, Decimal(900), "line 2")
    ]
