"""`stations`: register, read, change, rekey, watch, remove."""

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.filters.stations import StationFilter
from chargers.selectors.stations import stations_for
from chargers.services.stations.registration import (
    station_register,
    station_rekey,
    station_remove,
    station_update,
    station_watch,
)

from ...auth import require
from ...errors import Conflict
from ...fields import organisation_for
from ...idempotency import once
from ...parsers import CsvParser, StrictJSONParser
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List, Named
from .station_shapes import (
    EvseSerializer,
    KeyBody,
    KeySerializer,
    NewStationSerializer,
    StationBody,
    StationPatch,
    StationSerializer,
    WatchBody,
    new_station,
    stations_shown,
)
from .stations_bulk import BulkResult, BulkRow, register_many

_ONE_OR_MANY = PolymorphicProxySerializer(
    component_name="StationOrStations",
    serializers=[StationBody, BulkRow(many=True)],
    resource_type_field_name=None,
    many=False,
)
_EXAMPLE = OpenApiExample("a wallbox", {"identity": "GARAGE-07", "name": "Garage 7"}, request_only=True)


@extend_schema(tags=["stations"])
class Stations(List):
    """All stations; register one or many."""

    scopes = {"GET": "stations.view", "POST": "stations.edit"}
    selector = stations_shown
    serializer_class = StationSerializer
    filterset_class = StationFilter
    ordering = ("identity",)
    parser_classes = [StrictJSONParser, CsvParser]

    @extend_schema(operation_id="stations_list", summary="List stations")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="stations_register",
        summary="Register a station, or many",
        description="A list or a table of stations is taken as at `stations/bulk`.",
        request={"application/json": _ONE_OR_MANY, "text/csv": {"type": "string"}},
        responses={
            201: NewStationSerializer,
            200: OpenApiResponse(BulkResult, "What became of each row of a list."),
        },
        parameters=[IDEMPOTENCY_KEY],
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        if isinstance(request.data, list):
            return once(request, lambda: register_many(request))
        return once(request, self._register)

    def _register(self) -> Response:
        body = self.read(StationBody)
        organisation = organisation_for(body, self.viewer, "stations.edit")
        station, password = station_register(organisation, body.pop("identity"), self.actor, **body)
        location = self.request.build_absolute_uri(f"/api/v1/stations/{station.public_id}")
        shown = new_station(station, password, self.viewer)
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["stations"])
class Station(Detail):
    """One station, by id or identity."""

    scopes = {"GET": "stations.view", "PATCH": "stations.edit", "DELETE": "stations.edit"}
    selector = stations_shown
    serializer_class = StationSerializer

    @extend_schema(operation_id="stations_read", summary="Read a station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="stations_change", summary="Change a station", request=StationPatch)
    def patch(self, request: Request, id: str) -> Response:
        station = self.row()
        fields = self.read(StationPatch)
        if "open_until" in fields:
            require(self.viewer, "stations.credentials", station.organisation_id)
        station_update(station, self.actor, **fields)
        return Response(self.show(self.row()))

    @extend_schema(operation_id="stations_remove", summary="Remove a station without transactions")
    def delete(self, request: Request, id: str) -> Response:
        try:
            station_remove(self.row(), self.actor)
        except ValidationError as error:
            raise Conflict("; ".join(error.messages)) from None
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["stations"])
class StationKey(Named):
    """A new password for a station."""

    scopes = {"POST": "stations.credentials"}
    selector = stations_for
    serializer_class = KeySerializer

    @extend_schema(
        operation_id="stations_rekey",
        summary="Give a station a new password",
        request=KeyBody,
        responses=KeySerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        station = self.row()
        password = station_rekey(station, self.actor, self.read(KeyBody).get("password"))
        return Response({"identity": station.identity, "password": password})


@extend_schema(tags=["stations"])
class StationWatch(Named):
    """Looking at a station more closely for a while."""

    scopes = {"POST": "stations.watch"}
    selector = stations_shown
    serializer_class = StationSerializer

    @extend_schema(
        operation_id="stations_watch", summary="Log heartbeats too for some minutes", request=WatchBody
    )
    def post(self, request: Request, id: str) -> Response:
        station = station_watch(self.row(), self.actor, self.read(WatchBody)["minutes"])
        return Response(self.show(station))


@extend_schema(tags=["stations"])
class StationConnectors(Detail):
    """EVSEs and connectors of one station."""

    scopes = {"GET": "stations.view"}
    selector = stations_shown
    serializer_class = EvseSerializer

    @extend_schema(
        operation_id="stations_connectors",
        summary="EVSEs and connectors",
        responses=EvseSerializer(many=True),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(EvseSerializer(self.row().evses.all(), many=True).data)
