"""`unknown-stations`: who called and is not ours; adopt or block."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.filters.stations import UnknownStationFilter
from chargers.models import UnknownStation
from chargers.selectors.stations import adoptable_stations_for, sites_for, unknown_stations_for
from chargers.services.stations.unknown import unknown_adopt, unknown_block

from ...fields import (
    Body,
    OrganisationField,
    PublicIdField,
    organisation_for,
    public_id,
)
from ...views import Detail, List, Named
from .station_shapes import NewStationSerializer, new_station


class UnknownSerializer(serializers.ModelSerializer[UnknownStation]):
    """What an unknown identity showed in its handshakes. Nothing else is kept of it."""

    id = public_id()
    offered_key = serializers.SerializerMethodField(
        help_text="Whether it offered a password, which adopting it keeps."
    )

    class Meta:
        model = UnknownStation
        fields = [
            "id", "identity", "state", "attempts", "first_seen_at", "last_seen_at", "remote_address", "path",
            "subprotocols", "user_agent", "offered_key",
        ]  # fmt: skip

    def get_offered_key(self, unknown: UnknownStation) -> bool:
        return bool(unknown.offered_key_hash)


class AdoptBody(Body):
    """Where an adopted station goes."""

    site = PublicIdField(sites_for, "site", required=False, allow_null=True)
    organisation = OrganisationField()


class BlockBody(Body):
    """In whose name an unknown station is blocked."""

    organisation = OrganisationField()


@extend_schema(tags=["unknown-stations"])
class UnknownStations(List):
    """The inbox of unknown stations, the latest first. Empty for organisations not trusted with it."""

    scopes = {"GET": "stations.view"}
    selector = unknown_stations_for
    serializer_class = UnknownSerializer
    filterset_class = UnknownStationFilter
    ordering = ("-last_seen_at", "-id")

    @extend_schema(operation_id="unknown_stations_list", summary="List unknown stations")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["unknown-stations"])
class OneUnknownStation(Detail):
    """One unknown station."""

    scopes = {"GET": "stations.view"}
    selector = unknown_stations_for
    serializer_class = UnknownSerializer

    @extend_schema(operation_id="unknown_stations_read", summary="Read an unknown station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["unknown-stations"])
class UnknownAdopt(Named):
    """Making an unknown station ours."""

    scopes = {"POST": "stations.adopt"}
    selector = adoptable_stations_for
    serializer_class = NewStationSerializer

    @extend_schema(
        operation_id="unknown_stations_adopt",
        summary="Adopt an unknown station",
        description="A password it offered stays valid (`password` null); else a new one is shown this once.",
        request=AdoptBody,
        responses={201: NewStationSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        unknown = self.row()
        body = self.read(AdoptBody)
        organisation = organisation_for(body, self.viewer, "stations.adopt")
        station, password = unknown_adopt(unknown, organisation, self.actor, body.get("site"))
        location = request.build_absolute_uri(f"/api/v1/stations/{station.public_id}")
        shown = new_station(station, password, self.viewer)
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["unknown-stations"])
class UnknownBlock(Named):
    """Keeping an unknown station out."""

    scopes = {"POST": "stations.adopt"}
    selector = adoptable_stations_for
    serializer_class = UnknownSerializer

    @extend_schema(
        operation_id="unknown_stations_block", summary="Block an unknown station", request=BlockBody
    )
    def post(self, request: Request, id: str) -> Response:
        unknown = self.row()
        organisation = organisation_for(self.read(BlockBody), self.viewer, "stations.adopt")
        return Response(self.show(unknown_block(unknown, organisation, self.actor)))
