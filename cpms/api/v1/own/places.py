"""`my/places`, `my/favourites`, `my/wishes`: where one may charge, what one remembers, what one waits for."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import Site
from chargers.stickers import code_of
from cpms.drivers.choices import Confidence, PlaceState
from cpms.drivers.models import Favourite, FreeWish
from cpms.drivers.selectors import favourites_of, stations_of, wishes_of
from cpms.drivers.services import wishes as service
from cpms.drivers.sites import Found, Spot, driver_for, example_price, found, search, sites_of, strong

from ...auth import ANYBODY
from ...fields import Body, Text, public_id
from ...own import OwnDetail, OwnList, OwnNamed
from ...views import by_ref, check_parameters


class SpotSerializer(serializers.Serializer[Any]):
    """One EVSE; `code` is that of its sticker, and what `my/starts` takes."""

    id = public_id(source="evse")
    station = public_id(source="evse.station")
    code = serializers.SerializerMethodField()
    name = serializers.CharField(source="evse.station.label")
    evse_no = serializers.IntegerField(source="evse.number")
    state = serializers.ChoiceField(PlaceState.choices)
    confidence = serializers.ChoiceField(Confidence.choices)
    worked_at = serializers.DateTimeField(allow_null=True, help_text="When somebody last got energy there.")

    def get_code(self, spot: Spot) -> str:
        return code_of(spot.evse)


class PricedSpotSerializer(SpotSerializer):
    """The same with the price of 20 kWh there now, "" without one."""

    example_price = serializers.SerializerMethodField()

    def get_example_price(self, spot: Spot) -> str:
        site = spot.evse.station.site
        driver = driver_for(self.context["view"].user, site) if site else None
        return example_price(spot.evse, driver)


class OwnPlaceSerializer(serializers.Serializer[Found]):
    """A site with what is free there, and how sure that is."""

    id = public_id(source="site")
    name = serializers.CharField(source="site.name")
    address = serializers.CharField(source="site.address")
    city = serializers.CharField(source="site.city")
    latitude = serializers.DecimalField(9, 6, source="site.latitude", allow_null=True)
    longitude = serializers.DecimalField(9, 6, source="site.longitude", allow_null=True)
    free = serializers.IntegerField()
    chargers = serializers.SerializerMethodField()
    confidence = serializers.ChoiceField(Confidence.choices)
    worked_at = serializers.DateTimeField(allow_null=True)

    def get_chargers(self, place: Found) -> int:
        return len(place.spots)


class OwnPlaceToldSerializer(OwnPlaceSerializer):
    """The same with each EVSE."""

    spots = serializers.SerializerMethodField()

    @extend_schema_field(PricedSpotSerializer(many=True))
    def get_spots(self, place: Found) -> Any:
        return PricedSpotSerializer(place.spots, many=True, context=self.context).data


class OwnFavouriteSerializer(serializers.ModelSerializer[Favourite]):
    """A site that is remembered."""

    id = public_id()
    place = public_id(source="site")
    name = serializers.CharField(source="site.name")

    class Meta:
        model = Favourite
        fields = ["id", "place", "name", "created_at"]


class OwnWishSerializer(serializers.ModelSerializer[FreeWish]):
    """A station somebody waits for; one mail is sent when it is free."""

    id = public_id()
    station = public_id(source="station")
    name = serializers.CharField(source="station.label")

    class Meta:
        model = FreeWish
        fields = ["id", "station", "name", "made_at", "expires_at"]


class FavouriteBody(Body):
    """A place."""

    place = Text(max_length=64)


class WishBody(Body):
    """A station."""

    station = Text(max_length=64)


def _watts(text: str) -> int:
    """Raises ParseError naming the parameter."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ParseError({"power_w": ["must be a whole number of watts"]})
    return int(text)


@extend_schema(tags=["my"])
class OwnPlaces(OwnList):
    """Places of the operators where you have an account."""

    scopes = {"GET": ANYBODY}
    own = sites_of
    told = found
    serializer_class = OwnPlaceSerializer
    filter_backends = []

    @extend_schema(
        operation_id="my_places_list", summary="List places to charge",
        parameters=[
            OpenApiParameter("q", str, description="In name, address or city."),
            OpenApiParameter("power_w", int, description="With a connector that gives so much."),
        ],
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_parameters(request, {"q", "power_w", "cursor", "limit"})
        return super().get(request)

    def get_queryset(self) -> QuerySet[Site]:
        given = self.request.query_params if self.request else {}
        rows = search(super().get_queryset(), given.get("q", "").replace("\0", "")[:60])
        return strong(rows, _watts(given.get("power_w", "0")))


@extend_schema(tags=["my"])
class OwnPlace(OwnDetail):
    """One place."""

    scopes = {"GET": ANYBODY}
    own = sites_of
    told = found
    serializer_class = OwnPlaceToldSerializer

    @extend_schema(operation_id="my_places_read", summary="Read a place with each charger and its price")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["my"])
class OwnFavourites(OwnList):
    """Places you remember."""

    scopes = {"GET": ANYBODY, "POST": ANYBODY}
    own = favourites_of
    serializer_class = OwnFavouriteSerializer

    @extend_schema(operation_id="my_favourites_list", summary="List your favourites")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="my_favourites_create", summary="Remember a place", request=FavouriteBody,
        responses={201: OwnFavouriteSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        site = by_ref(sites_of(self.user), self.read(FavouriteBody)["place"])
        return Response(self.show(service.favourite_add(self.user, site)), status=201)


@extend_schema(tags=["my"])
class OwnFavourite(OwnNamed):
    """One favourite."""

    scopes = {"DELETE": ANYBODY}
    own = favourites_of
    serializer_class = OwnFavouriteSerializer

    @extend_schema(operation_id="my_favourites_remove", summary="Forget a favourite")
    def delete(self, request: Request, id: str) -> Response:
        service.favourite_remove(self.user, self.row().site)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["my"])
class OwnWishes(OwnList):
    """Stations you wait for."""

    scopes = {"GET": ANYBODY, "POST": ANYBODY}
    own = wishes_of
    serializer_class = OwnWishSerializer

    @extend_schema(operation_id="my_wishes_list", summary="List the stations you wait for")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="my_wishes_create", summary="Be told when a station is free",
        description="One mail within four hours. A repeat is the first one.", request=WishBody,
        responses={201: OwnWishSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        station = by_ref(stations_of(self.user), self.read(WishBody)["station"])
        return Response(self.show(service.wish_make(self.user, station)), status=201)


@extend_schema(tags=["my"])
class OwnWish(OwnNamed):
    """One wish."""

    scopes = {"DELETE": ANYBODY}
    own = wishes_of
    serializer_class = OwnWishSerializer

    @extend_schema(operation_id="my_wishes_remove", summary="Wait no more")
    def delete(self, request: Request, id: str) -> Response:
        service.wish_drop(self.row())
        return Response(status=status.HTTP_204_NO_CONTENT)
