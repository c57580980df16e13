"""`sites/{id}/savings`: recorded sessions as they were, and first come, first served."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.selectors.stations import sites_for
from smartcharging.savings import LONGEST, Prices, Savings, Side, recorded, savings, series_prices
from smartcharging.selectors import policy_of

from ...errors import Unprocessable
from ...fields import Body
from ...views import Detail, check_parameters
from .circuits import wires

NAMES = {"since", "until", "price", "peak_price"}


class SavingsQuery(Body):
    """Sessions that began in [since, until), and what a kWh and a kW of the peak cost."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    price = serializers.FloatField(min_value=0, max_value=1000, default=0.0)
    peak_price = serializers.FloatField(min_value=0, max_value=100_000, default=0.0)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A span that is played through within a second or two."""
        if not timedelta() < attrs["until"] - attrs["since"] <= LONGEST:
            raise serializers.ValidationError({"until": [f"is after since, by {LONGEST.days} days at most"]})
        return attrs


class SideSerializer(serializers.Serializer[Any]):
    """Energy in Wh, the highest five minutes in W, costs in the currency of the prices."""

    energy_wh = serializers.FloatField()
    peak_w = serializers.FloatField()
    energy_cost = serializers.FloatField()
    peak_cost = serializers.FloatField()
    bill = serializers.FloatField()
    short = serializers.IntegerField(help_text="Cars that got less than 95 % of what was asked for them.")


class SavingsSerializer(serializers.Serializer[Any]):
    """Both sides over the same sessions."""

    real = SideSerializer()
    first_come = SideSerializer()
    sessions = serializers.IntegerField()
    asked = serializers.IntegerField(help_text="Sessions of which somebody said how much they need.")
    unmetered = serializers.IntegerField(
        help_text="Sessions whose energy is spread evenly for want of readings."
    )
    price_series = serializers.CharField(
        allow_null=True,
        help_text="What each kWh costs by its time; null: the price asked with, at every hour.",
    )


def _side(side: Side) -> dict[str, Any]:
    told = asdict(side) | {"bill": side.bill}
    return {name: round(value, 4) for name, value in told.items()}


def _shown(found: Savings) -> dict[str, Any]:
    return asdict(found) | {"real": _side(found.real), "first_come": _side(found.first_come)}


_PARAMETERS = [
    OpenApiParameter("since", str, required=True, description="ISO 8601."),
    OpenApiParameter("until", str, required=True, description=f"At most {LONGEST.days} days later."),
    OpenApiParameter(
        "price", float, description="Of a kWh, where the site's price series says nothing; 0 without."
    ),
    OpenApiParameter("peak_price", float, description="Of a kW of the highest five minutes; 0 without."),
]


@extend_schema(tags=["energy"])
class SiteSavings(Detail):
    """What sharing saved at a site."""

    scopes = {"GET": "sites.view"}
    selector = sites_for
    serializer_class = SavingsSerializer

    @extend_schema(
        operation_id="sites_savings",
        summary="Sessions as they were, and first come, first served",
        description="What was measured, against the same cars at the same times on the same circuits, where who came "
        "first gets all it can take and the most the building ever draws is kept free (docs/balancing.md).",
        parameters=_PARAMETERS,
        responses={
            200: SavingsSerializer,
            422: OpenApiResponse(
                description="A time or a span that cannot be used, or a site without circuits."
            ),
        },
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        site = self.row()
        check_parameters(request, NAMES)
        asked = SavingsQuery(data=request.query_params.dict())
        if not asked.is_valid():
            raise Unprocessable(asked.errors)
        told = asked.validated_data
        with wires():
            found = recorded(site, told["since"], told["until"]) if site.circuits.exists() else None
        if found is None:
            raise Unprocessable({"site": ["has no circuits"]})
        series = policy_of(site).price_series
        by_step = None if series is None else series_prices(series, found)
        shown = _shown(savings(found, Prices(told["price"], told["peak_price"], by_step)))
        return Response(shown | {"price_series": series and series.public_id})
