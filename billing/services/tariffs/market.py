"""Price series: made, filled from files and by the API, and looked up as they were known.

What was told before an interval began holds for it: whoever charges then was told that price. Where nothing was told in
time, the newest holds. Nothing is ever overwritten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When

from billing.market.points import Point, Shape, checked, seconds
from billing.market.publication import read_publication
from billing.market.table import read_table
from billing.models import PricePoint, PriceSeries
from billing.pricing.errors import Refused
from billing.pricing.wall_clock import zone_named
from chargers.services.changes import apply_changes
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor

MOST_BYTES: Final = 4_000_000
MOST_AT_ONCE: Final = 2_000
CSV, ENTSOE = "csv", "entsoe"
_CHANGEABLE: Final = ("name", "time_zone", "market_area")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of prices: new ones, corrections of known ones, and those that were known already."""

    new: int
    changed: int
    same: int

    @property
    def text(self) -> str:
        """In words."""
        return f"{self.new} new prices, {self.changed} corrected, {self.same} known already."


@transaction.atomic
def series_create(organisation: Organisation, actor: Actor, **fields: Any) -> PriceSeries:
    """A series without prices. Raises ValidationError naming the field."""
    series = PriceSeries(organisation=organisation, **fields)
    _keep(series)
    _record(actor, "price_series.created", series)
    return series


@transaction.atomic
def series_update(series: PriceSeries, actor: Actor, **fields: Any) -> PriceSeries:
    """Change name, time zone or market area; currency and resolution stay. Raises ValidationError naming the field."""
    before = apply_changes(series, fields, _CHANGEABLE)
    _keep(series)
    _record(actor, "price_series.changed", series, before=before)
    return series


def _keep(series: PriceSeries) -> None:
    series.full_clean()
    try:
        zone_named(series.time_zone)
    except Refused as refused:
        raise ValidationError({"time_zone": refused.problem}) from None
    if not (series.currency.isascii() and series.currency.isalpha() and series.currency.isupper()):
        raise ValidationError({"currency": "is not a currency code such as EUR"})
    series.save()


def prices_import(series: PriceSeries, content: bytes, kind: str, actor: Actor) -> Taken:
    """Take the prices of a file, `csv` or `entsoe`. Raises ValidationError naming the line."""
    if len(content) > MOST_BYTES:
        raise ValidationError({"content": f"is larger than {MOST_BYTES} bytes"})
    try:
        points = _read(series, content, kind)
    except Refused as refused:
        raise ValidationError({"content": str(refused)}) from None
    return _taken(series, points, actor, kind)


def _read(series: PriceSeries, content: bytes, kind: str) -> list[Point]:
    if kind == ENTSOE:
        return read_publication(content, shape_of(series), series.market_area)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"byte {error.start}", "is not UTF-8") from None
    return read_table(text, shape_of(series), series.time_zone)


def prices_put(series: PriceSeries, prices: Sequence[tuple[datetime, Decimal]], actor: Actor) -> Taken:
    """Take prices per kWh with their starts, in order of time; there may be gaps. Raises ValidationError by index."""
    points = [
        Point(seconds(at), price, f"prices[{index}]") for index, (at, price) in enumerate(prices)
    ]  # fmt: skip
    try:
        return _taken(series, checked(points, shape_of(series), gapless=False), actor, "api")
    except Refused as refused:
        raise ValidationError({"prices": str(refused)}) from None


def shape_of(series: PriceSeries) -> Shape:
    """What all its prices share."""
    return Shape(series.length_s, series.currency)


@transaction.atomic
def _taken(series: PriceSeries, points: Sequence[Point], actor: Actor, source: str) -> Taken:
    """Keep what is new and what differs from the newest revision, all or nothing; one import after the other."""
    PriceSeries.objects.select_for_update(no_key=True).get(pk=series.pk)
    starts = [_EPOCH + timedelta(seconds=point.at) for point in points]
    known = {one.starts_at: one for one in _newest(series, starts[0], starts[-1] + timedelta(seconds=1))}
    now, rows = clock.now(), []
    for starts_at, point in zip(starts, points, strict=True):
        before = known.get(starts_at)
        if before is None or before.price != point.price:
            revision = before.revision + 1 if before else 1
            rows.append(
                PricePoint(
                    series=series, starts_at=starts_at, revision=revision, price=point.price, known_at=now
                )
            )
    PricePoint.objects.bulk_create(rows, batch_size=MOST_AT_ONCE)
    new = sum(row.revision == 1 for row in rows)
    taken = Taken(new, len(rows) - new, len(points) - len(rows))
    _record(
        actor, "price_series.filled", series, source=source, since=starts[0].isoformat(),
        until=(starts[-1] + timedelta(seconds=series.length_s)).isoformat(), new=new, changed=taken.changed,
    )  # fmt: skip
    return taken


def prices_newest(series: PriceSeries, since: datetime, until: datetime) -> list[PricePoint]:
    """The newest price of each interval that touches [since, until), in order of time."""
    return list(_newest(series, since - timedelta(seconds=series.length_s - 1), until))


def prices_known(series: PriceSeries, since: datetime, until: datetime) -> list[PricePoint]:
    """The price that holds for each interval that touches [since, until), in order: as was told before it began."""
    rows = _between(series, since - timedelta(seconds=series.length_s - 1), until)
    in_time = Case(When(known_at__lte=F("starts_at"), then=Value(1)), default=Value(0))
    rows = rows.annotate(in_time=in_time).order_by("starts_at", "-in_time", "-revision")
    return list(rows.distinct("starts_at"))


def price_at(series: PriceSeries, at: datetime) -> PricePoint | None:
    """What a kWh costs there at an instant; None where nobody told."""
    return next(iter(prices_known(series, at, at + timedelta(seconds=1))), None)


def _newest(series: PriceSeries, since: datetime, until: datetime) -> QuerySet[PricePoint]:
    return _between(series, since, until).order_by("starts_at", "-revision").distinct("starts_at")


def _between(series: PriceSeries, since: datetime, until: datetime) -> QuerySet[PricePoint]:
    return PricePoint.objects.filter(series=series, starts_at__gte=since, starts_at__lt=until)


def gaps(points: Iterable[PricePoint], series: PriceSeries) -> list[tuple[datetime, datetime]]:
    """Spans between prices for which there is none."""
    found, end = [], None
    for point in points:
        if end is not None and point.starts_at > end:
            found.append((end, point.starts_at))
        end = point.starts_at + timedelta(seconds=series.length_s)
    return found


def _record(actor: Actor, action: str, series: PriceSeries, **detail: Any) -> None:
    audit.record(
        actor,
        action,
        organisation_id=series.organisation_id,
        subject=series.public_id,
        label=series.name,
        **detail,
    )
