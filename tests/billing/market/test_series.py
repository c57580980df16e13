"""Price series in the database: every price stays readable, the one known in time holds, nothing is half imported."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from billing.models import PricePoint, PriceSeries
from billing.services.tariffs import market
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine
from tests.worlds import World

pytestmark = pytest.mark.django_db

TEN = datetime(2026, 1, 14, 10, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
CSV = b"start,price_per_mwh\n2026-01-14T10:00Z,100\n2026-01-14T10:15Z,-20\n"


@pytest.fixture
def series(world: World) -> PriceSeries:
    return market.series_create(
        world.organisation, SYSTEM, name="Day ahead", currency="EUR", time_zone="Europe/Berlin"
    )


def told(
    series: PriceSeries, *prices: str, at: datetime | None = None, since: datetime = TEN
) -> market.Taken:
    """Prices of quarters of an hour, told at a moment."""
    rows = [(since + n * QUARTER, Decimal(price)) for n, price in enumerate(prices)]
    with time_machine.travel(at or TEN - timedelta(days=1), tick=False):
        return market.prices_put(series, rows, SYSTEM)


def newest(series: PriceSeries) -> list[Decimal]:
    return [point.price for point in market.prices_newest(series, TEN, TEN + timedelta(hours=1))]


def known(series: PriceSeries) -> list[Decimal]:
    return [point.price for point in market.prices_known(series, TEN, TEN + timedelta(hours=1))]


def test_a_file_fills_a_series_once_and_the_same_again_changes_nothing(series: PriceSeries) -> None:
    assert market.prices_import(series, CSV, "csv", SYSTEM) == market.Taken(2, 0, 0)
    assert market.prices_import(series, CSV, "csv", SYSTEM) == market.Taken(0, 0, 2)
    assert newest(series) == [Decimal("0.1"), Decimal("-0.02")]
    assert AuditLine.objects.filter(action="price_series.filled").count() == 2


def test_a_correction_is_another_revision_beside_the_first(series: PriceSeries) -> None:
    told(series, "0.10", "0.20")
    assert told(series, "0.10", "0.25") == market.Taken(0, 1, 1)
    rows = series.points.filter(starts_at=TEN + QUARTER).values_list("revision", "price")
    assert list(rows) == [(1, Decimal("0.20")), (2, Decimal("0.25"))]
    assert newest(series) == [Decimal("0.10"), Decimal("0.25")]


def test_what_was_told_before_an_interval_began_holds_for_it(series: PriceSeries) -> None:
    """Corrected at 10:10: the quarter that runs keeps its price, the next one has the new one."""
    told(series, "0.10", "0.20")
    told(series, "0.11", "0.21", at=TEN + timedelta(minutes=10))
    assert known(series) == [Decimal("0.10"), Decimal("0.21")]


def test_where_nothing_was_told_in_time_the_newest_holds(series: PriceSeries) -> None:
    told(series, "0.10", at=TEN + timedelta(days=1))
    told(series, "0.12", at=TEN + timedelta(days=2))
    assert known(series) == [Decimal("0.12")]


def test_the_interval_that_has_begun_belongs_to_a_span(series: PriceSeries) -> None:
    told(series, "0.10", "0.20")
    middle = TEN + timedelta(minutes=7)
    assert [one.starts_at for one in market.prices_known(series, middle, middle + QUARTER)] == [
        TEN, TEN + QUARTER,
    ]  # fmt: skip
    assert market.price_at(series, TEN + QUARTER - timedelta(seconds=1)) == series.points.first()
    assert market.price_at(series, TEN + 2 * QUARTER) is None


def test_a_file_with_a_wrong_line_leaves_nothing_behind(series: PriceSeries) -> None:
    with pytest.raises(ValidationError, match="line 3"):
        market.prices_import(series, CSV.replace(b"10:15", b"10:30"), "csv", SYSTEM)
    with pytest.raises(ValidationError, match="byte 3: is not UTF-8"):
        market.prices_import(series, b"sta\xff", "csv", SYSTEM)
    with pytest.raises(ValidationError, match="line 1: a document type"):
        market.prices_import(series, b"<!DOCTYPE x><x/>", "entsoe", SYSTEM)
    assert not PricePoint.objects.exists()


def test_prices_out_of_order_are_refused_by_their_index(series: PriceSeries) -> None:
    rows = [(TEN + QUARTER, Decimal(1)), (TEN, Decimal(1))]
    with pytest.raises(ValidationError, match=r"prices\[1\]: 2026-01-14 10:00 UTC comes after"):
        market.prices_put(series, rows, SYSTEM)
    assert not PricePoint.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE billing_pricepoint SET price = 9", "DELETE FROM billing_pricepoint"]
)
def test_the_database_keeps_what_was_told(series: PriceSeries, statement: str) -> None:
    told(series, "0.10")
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        connection.cursor().execute(statement)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        PriceSeries.objects.update(currency="SEK")
    market.series_update(series, SYSTEM, name="Other")
    assert newest(series) == [Decimal("0.10")]


@pytest.mark.parametrize(
    ("field", "value"),
    [("time_zone", "Moon/Sea"), ("currency", "eur"), ("resolution_minutes", 30), ("name", "")],
)
def test_a_series_that_cannot_be_is_refused_at_its_field(world: World, field: str, value: object) -> None:
    fields = {"name": "A", "currency": "EUR", "time_zone": "UTC", field: value}
    with pytest.raises(ValidationError) as refused:
        market.series_create(world.organisation, SYSTEM, **fields)
    assert field in refused.value.message_dict


def test_gaps_are_named(series: PriceSeries) -> None:
    told(series, "0.1")
    told(series, "0.1", since=TEN + 3 * QUARTER)
    points = market.prices_newest(series, TEN, TEN + timedelta(hours=2))
    assert market.gaps(points, series) == [(TEN + QUARTER, TEN + 3 * QUARTER)]
