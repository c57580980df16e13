"""`price-series`: prices of an energy market by interval, told by files or by programs."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import PricePoint, PriceSeries
from billing.models.prices import Resolution
from billing.selectors.tariffs import price_series_for
from billing.services.tariffs import market

from ...errors import Unprocessable
from ...exact import ExactJSONParser
from ...fields import (
    Body,
    OrganisationField,
    PatchBody,
    Text,
    organisation_for,
    public_id,
)
from ...views import (
    Detail,
    List,
    Named,
    check_parameters,
)

MOST_DAYS = 32
MOST_PRICES = 3_500
_AREA = "EIC code such as 10Y1001A1001A82H; publications for another area are refused."
_PRICE = "Per kWh without tax, every digit kept; may be below zero."


class PriceSeriesSerializer(serializers.ModelSerializer[PriceSeries]):
    """A market's prices."""

    id = public_id()
    organisation = public_id(source="organisation")

    class Meta:
        model = PriceSeries
        fields = [
            "id", "organisation", "name", "currency", "resolution_minutes", "time_zone", "market_area", "created_at",
        ]  # fmt: skip


class _SeriesFields(Body):
    name = Text(max_length=120)
    time_zone = Text(max_length=60, help_text="IANA name: local times in files are of it.")
    market_area = Text(max_length=16, required=False, allow_blank=True, help_text=_AREA)


class PriceSeriesBody(_SeriesFields):
    """A series to make; currency and resolution stay what they are."""

    currency = Text(max_length=3, min_length=3)
    resolution_minutes = serializers.ChoiceField(choices=Resolution.choices, default=Resolution.QUARTERS)
    organisation = OrganisationField()


class PriceSeriesPatch(PatchBody, _SeriesFields):
    """What may be changed of a series."""


class PriceSerializer(serializers.ModelSerializer[PricePoint]):
    """The newest price of an interval; `revision` above 1 is a correction."""

    price = serializers.DecimalField(max_digits=18, decimal_places=8, normalize_output=True, help_text=_PRICE)

    class Meta:
        model = PricePoint
        fields = ["starts_at", "price", "revision", "known_at"]


class PriceBody(Body):
    """A price of an interval."""

    starts_at = serializers.DateTimeField()
    price = serializers.DecimalField(max_digits=18, decimal_places=8, help_text=_PRICE)


class PricesBody(Body):
    """Prices in order of time; there may be gaps between them."""

    prices = PriceBody(many=True, min_length=1, max_length=MOST_PRICES)  # type: ignore[call-arg]


class PriceFileBody(Body):
    """A file of prices as text."""

    kind = serializers.ChoiceField([(market.CSV, "CSV"), (market.ENTSOE, "ENTSO-E publication")])
    content = Text(trim_whitespace=False, max_length=market.MOST_BYTES)


class TakenSerializer(serializers.Serializer[market.Taken]):
    """What became of prices."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="Corrections: the prices before them stay readable.")
    same = serializers.IntegerField(help_text="Known already.")


@extend_schema(tags=["price-series"])
class PriceSeriesList(List):
    """All price series; make one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = price_series_for
    serializer_class = PriceSeriesSerializer

    @extend_schema(operation_id="price_series_list", summary="List price series")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="price_series_create",
        summary="Make a price series",
        request=PriceSeriesBody,
        responses={201: PriceSeriesSerializer},
        examples=[
            OpenApiExample(
                "a bidding zone",
                {
                    "name": "Day ahead",
                    "currency": "EUR",
                    "resolution_minutes": 15,
                    "time_zone": "Europe/Berlin",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(PriceSeriesBody)
        organisation = organisation_for(body, self.viewer, "billing.edit")
        series = market.series_create(organisation, self.actor, **body)
        location = request.build_absolute_uri(f"/api/v1/price-series/{series.public_id}")
        return Response(self.show(series), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["price-series"])
class OnePriceSeries(Detail):
    """One price series."""

    scopes = {"GET": "billing.view", "PATCH": "billing.edit"}
    selector = price_series_for
    serializer_class = PriceSeriesSerializer

    @extend_schema(operation_id="price_series_read", summary="Read a price series")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="price_series_change", summary="Change a price series", request=PriceSeriesPatch
    )
    def patch(self, request: Request, id: str) -> Response:
        return Response(
            self.show(market.series_update(self.row(), self.actor, **self.read(PriceSeriesPatch)))
        )


class PeriodQuery(Body):
    """Which prices: those of intervals that touch [since, until)."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A span that one answer can hold."""
        if not timedelta() < attrs["until"] - attrs["since"] <= timedelta(days=MOST_DAYS):
            raise serializers.ValidationError({"until": [f"is after since, by {MOST_DAYS} days at most"]})
        return attrs


_PERIOD = [
    OpenApiParameter("since", str, required=True, description="ISO 8601."),
    OpenApiParameter("until", str, required=True, description=f"At most {MOST_DAYS} days later."),
]


@extend_schema(tags=["price-series"])
class SeriesPrices(Named):
    """The prices of a series."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = price_series_for
    serializer_class = PriceSerializer
    parser_classes = [ExactJSONParser]

    @extend_schema(
        operation_id="price_series_prices",
        summary="The newest prices of a period, in order of time",
        parameters=_PERIOD,
        responses=PriceSerializer(many=True),
    )
    def get(self, request: Request, id: str) -> Response:
        series = self.row()
        check_parameters(request, {"since", "until"})
        asked = PeriodQuery(data=request.query_params.dict())
        if not asked.is_valid():
            raise ParseError(asked.errors)
        rows = market.prices_newest(series, **asked.validated_data)
        return Response(PriceSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="price_series_put",
        summary="Tell prices",
        description="A price that is known changes nothing; another one for a known interval is a correction: "
        "sessions keep the price that was known when the interval began.",
        request=PricesBody,
        responses=TakenSerializer,
        examples=[
            OpenApiExample(
                "two quarters of an hour",
                {"prices": [{"starts_at": "2026-11-21T10:00:00Z", "price": "0.08437"},
                            {"starts_at": "2026-11-21T10:15:00Z", "price": "-0.002"}]},
                request_only=True,
            )
        ],
    )  # fmt: skip
    def post(self, request: Request, id: str) -> Response:
        series, body = self.row(), self.read(PricesBody)
        prices = [(one["starts_at"], one["price"]) for one in body["prices"]]
        return Response(TakenSerializer(market.prices_put(series, prices, self.actor)).data)


@extend_schema(tags=["price-series"])
class SeriesImport(Named):
    """Files of prices."""

    scopes = {"POST": "billing.edit"}
    selector = price_series_for
    serializer_class = TakenSerializer

    @extend_schema(
        operation_id="price_series_import",
        summary="Import a file of prices: CSV, or a publication as ENTSO-E gives it (A44)",
        description="All or nothing; what is wrong is named by its line.",
        request=PriceFileBody,
        responses=TakenSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        series, body = self.row(), self.read(PriceFileBody)
        try:
            taken = market.prices_import(series, body["content"].encode(), body["kind"], self.actor)
        except ValidationError as error:
            raise Unprocessable(error.message_dict) from None
        return Response(TakenSerializer(taken).data)
