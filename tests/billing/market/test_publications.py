"""Day-ahead publications: periods become prices of intervals, whatever is not told or not sane is refused."""

from decimal import Decimal
from typing import Any

import pytest

from billing.market.points import Shape, told
from billing.market.publication import read_publication
from billing.pricing.errors import Refused

QUARTERS, HOURS = Shape(900, "EUR"), Shape(3600, "EUR")
DE_LU = "10Y1001A1001A82H"
DAY = ("2026-01-13T23:00Z", "2026-01-14T23:00Z")


def points(prices: dict[int, str]) -> str:
    return "".join(
        f"<Point>\n<position>{n}</position><price.amount>{price}</price.amount></Point>"
        for n, price in prices.items()
    )


def period(prices: dict[int, str], span: tuple[str, str] = DAY, resolution: str = "PT60M") -> str:
    interval = f"<timeInterval><start>{span[0]}</start><end>{span[1]}</end></timeInterval>"
    return f"<Period>{interval}<resolution>{resolution}</resolution>{points(prices)}</Period>"


def series(
    *periods: str, curve: str = "A01", unit: str = "MWH", currency: str = "EUR", more: str = ""
) -> str:
    return (
        f"<TimeSeries><mRID>1</mRID><in_Domain.mRID codingScheme='A01'>{DE_LU}</in_Domain.mRID>"
        f"<currency_Unit.name>{currency}</currency_Unit.name><price_Measure_Unit.name>{unit}</price_Measure_Unit.name>"
        f"<curveType>{curve}</curveType>{more}{''.join(periods)}</TimeSeries>"
    )


def publication(*all_series: str, kind: str = "A44", prolog: str = "") -> bytes:
    name = "Publication_MarketDocument"
    space = "urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3"
    return f"{prolog}<{name} xmlns='{space}'><type>{kind}</type>{''.join(all_series)}</{name}>".encode()


def hours(count: int) -> dict[int, str]:
    return {n: f"{n}.5" for n in range(1, count + 1)}


def found(content: bytes, shape: Shape = HOURS, **more: Any) -> list[tuple[str, Decimal]]:
    return [(told(one.at), one.price) for one in read_publication(content, shape, **more)]


def test_a_day_of_hours_is_read_per_kilowatt_hour() -> None:
    told_prices = found(publication(series(period(hours(24)))), area=DE_LU)
    assert len(told_prices) == 24
    assert told_prices[0] == ("2026-01-13 23:00 UTC", Decimal("0.0015"))
    assert told_prices[-1] == ("2026-01-14 22:00 UTC", Decimal("0.0245"))


def test_an_hour_is_four_quarters_of_the_same_price() -> None:
    told_prices = found(publication(series(period(hours(24)))), QUARTERS)
    assert len(told_prices) == 96
    assert [price for _, price in told_prices[:5]] == [Decimal("0.0015")] * 4 + [Decimal("0.0025")]


@pytest.mark.parametrize(
    ("span", "count"),
    [
        (("2026-03-28T23:00Z", "2026-03-29T22:00Z"), 92),
        (("2026-10-24T22:00Z", "2026-10-25T23:00Z"), 100),
    ],
)
def test_the_days_on_which_clocks_change_are_as_long_as_they_are(span: tuple[str, str], count: int) -> None:
    content = publication(series(period(hours(count), span, "PT15M")))
    assert len(found(content, QUARTERS)) == count
    with pytest.raises(Refused, match="has no position"):
        found(publication(series(period(hours(count - 1), span, "PT15M"))), QUARTERS)


def test_in_a_curve_of_changes_what_is_not_told_is_as_before() -> None:
    """Seen failing with gaps filled by zero."""
    content = publication(series(period({1: "50", 3: "-7.25", 23: "10"}), curve="A03"))
    told_prices = [price for _, price in found(content)]
    assert told_prices == [Decimal("0.05")] * 2 + [Decimal("-0.00725")] * 20 + [Decimal("0.01")] * 2


def test_two_days_follow_each_other_in_any_order() -> None:
    later = period(hours(24), ("2026-01-14T23:00Z", "2026-01-15T23:00Z"))
    told_prices = found(publication(series(later), series(period(hours(24)))))
    assert len(told_prices) == 48
    assert told_prices == sorted(told_prices)


def test_of_two_auctions_the_first_counts() -> None:
    name = "classificationSequence_AttributeInstanceComponent.position"
    second = series(period(dict.fromkeys(range(1, 25), "99")), more=f"<{name}>2</{name}>")
    first = series(period(hours(24)), more=f"<{name}>1</{name}>")
    assert found(publication(second, first)) == found(publication(first))


ONE = period(hours(24))
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (publication(series(ONE), prolog=BOMB), "line 1: a document type is declared"),
        (b"<a><b></a>", "line 1: is not XML: mismatched tag"),
        (b"", "line 1: is not XML: no element found"),
        (b"<a>" * 30 + b"</a>" * 30, "line 1: is nested deeper"),
        (b"<Price/>", "line 1, Price: is not a Publication_MarketDocument"),
        (publication(series(ONE), kind="A65"), 'line 1, type: is "A65" and not A44'),
        (publication(), "line 1, Publication_MarketDocument: has no prices"),
        (publication(series(ONE, currency="PLN")), 'line 1, currency_Unit.name: is "PLN" and not EUR'),
        (publication(series(ONE, unit="KWH")), 'line 1, price_Measure_Unit.name: is "KWH" and not MWH'),
        (publication(series(ONE, curve="A02")), 'line 1, curveType: "A02" is not a curve of prices'),
        (publication(series(ONE, ONE)), "is told a second time"),
        (publication(series(period(hours(24), resolution="PT7M"))), 'line 1, resolution: "PT7M" is not one of'),
        (publication(series(period(hours(48), resolution="PT30M"))), "is a price for 30 minutes"),
        (publication(series(period({n: "1" for n in range(1, 25) if n != 9}))), "has no position 9"),
        (publication(series(period({2: "1"}), curve="A03")), "has no position 1"),
        (publication(series(period({2: "1", 1: "1"}))), "line 2, Point: position 1 comes after position 2"),
        (publication(series(period(hours(25)))), "line 25, Point: position 25 is beyond the end"),
        (publication(series(period({1: "cheap"}))), 'line 2, price.amount: "cheap" is not a price'),
        (publication(series(ONE.replace("<position>3<", "<position>x<"))), 'line 4, position: "x" is not'),
        (publication(series(period(hours(24), (DAY[1], DAY[0])))), "timeInterval: is not a whole number"),
        (publication(series(period({1: "1"}, ("2026-01-14", DAY[1])))), "start: \"2026-01-14\" names no offset"),
        (publication(series(period({1: "1"}, ("soon", DAY[1])))), 'start: "soon" is not a time stamp'),
        (publication(series("<Period></Period>")), "line 1, Period: has no resolution"),
        (
            publication(series(ONE), series(period(hours(24), ("2026-01-15T23:00Z", "2026-01-16T23:00Z")))),
            "there is no price from 2026-01-14 23:00 UTC to 2026-01-15 23:00 UTC",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_line(content: bytes, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        found(content)
    assert problem in str(refused.value)


def test_another_market_area_is_refused() -> None:
    with pytest.raises(Refused, match=f'in_Domain.mRID: is "{DE_LU}" and not 10YFR'):
        found(publication(series(ONE)), area="10YFR-RTE------C")


@pytest.mark.parametrize(
    ("reason", "words"), [("<Reason><text>No data</text></Reason>", "No data"), ("", "no reason is given")]
)
def test_a_refusal_of_the_platform_is_told_in_its_words(reason: str, words: str) -> None:
    content = f"<Acknowledgement_MarketDocument>{reason}</Acknowledgement_MarketDocument>".encode()
    with pytest.raises(Refused, match=f"has no prices: {words}"):
        found(content)
