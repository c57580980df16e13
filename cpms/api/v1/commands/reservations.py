"""`reservations`: places kept for an ID tag, from the wish to their end."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.filters.reservations import ReservationFilter
from chargers.models import ChargingStation, Reservation
from chargers.selectors.commands import reservations_for
from chargers.selectors.stations import stations_for
from chargers.services.commands.send import InvalidCommand
from chargers.services.reservations import requests as service
from cpms.accounts.viewer import Viewer

from ...auth import require
from ...errors import Conflict, Unprocessable
from ...fields import (
    CONNECTOR_ID,
    Body,
    Text,
    connector_id,
    public_id,
)
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import (
    Detail,
    List,
    Named,
    by_ref,
)


class ReservationSerializer(serializers.ModelSerializer[Reservation]):
    """A reservation. Only in status `active` the station keeps the place."""

    id = public_id()
    number = serializers.IntegerField(source="wire_id", help_text="`reservationId` on the wire.")
    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)
    evse_no = serializers.IntegerField(help_text="0: any connector of the station.")
    connector_id = serializers.SerializerMethodField(help_text=CONNECTOR_ID)
    status = serializers.CharField(source="state")
    answer = serializers.CharField(help_text="The station's word when it refused, e.g. `Occupied`.")
    transaction = public_id(source="transaction", allow_null=True)

    class Meta:
        model = Reservation
        fields = [
            "id", "number", "station", "station_identity", "evse_no", "connector_id", "uid", "parent_uid",
            "expires_at", "status", "answer", "note", "transaction", "made_by", "created_at", "ended_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_connector_id(self, reservation: Reservation) -> int | None:
        return connector_id(reservation.station, reservation.evse_no, None)


class ReservationBody(Body):
    """What shall be kept for whom, until when."""

    station = Text(max_length=64, help_text="Public id or identity.")
    uid = Text(max_length=36, help_text="An ID tag you know; its group may use the place too.")
    evse_no = serializers.IntegerField(
        default=0, min_value=0, max_value=2**31 - 1, help_text="0 or left out: any connector of the station."
    )
    expires_at = serializers.DateTimeField()


class ReservationChange(Body):
    """Another end."""

    expires_at = serializers.DateTimeField()


def reservations_shown(viewer: Viewer) -> QuerySet[Reservation]:
    """The viewer's reservations."""
    return reservations_for(viewer)


@extend_schema(tags=["reservations"])
class Reservations(List):
    """All reservations, newest first."""

    scopes = {"GET": "stations.view", "POST": "commands.send"}
    selector = reservations_shown
    serializer_class = ReservationSerializer
    filterset_class = ReservationFilter

    @extend_schema(operation_id="reservations_list", summary="List reservations")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="reservations_make",
        summary="Ask a station to keep a place",
        description="202: the station is asked; ask again for the reservation to learn what it answered.",
        request=ReservationBody,
        parameters=[IDEMPOTENCY_KEY],
        examples=[
            OpenApiExample(
                "outlet 1 until four",
                {
                    "station": "GARAGE-07",
                    "uid": "TAG-001",
                    "evse_no": 1,
                    "expires_at": "2026-11-21T16:00:00Z",
                },
                request_only=True,
            )
        ],
        responses={202: OpenApiResponse(ReservationSerializer, "Asked; Location names the reservation.")},
    )
    def post(self, request: Request) -> Response:
        body = self.read(ReservationBody)
        station = self._station(body.pop("station"))
        return once(request, lambda: self._make(station, body))

    def _station(self, ref: str) -> ChargingStation:
        found = by_ref(stations_for(self.viewer), ref)
        require(self.viewer, "commands.send", found.organisation_id)
        return found

    def _make(self, station: ChargingStation, body: dict[str, Any]) -> Response:
        uid, until = body["uid"], body["expires_at"]
        try:
            made = service.reservation_make(station, uid, until, self.actor, evse_no=body["evse_no"])
        except InvalidCommand as error:
            raise Unprocessable({error.path: [str(error)]}) from None
        location = self.request.build_absolute_uri(f"/api/v1/reservations/{made.public_id}")
        return Response(self.show(made), status=status.HTTP_202_ACCEPTED, headers={"Location": location})


@extend_schema(tags=["reservations"])
class OneReservation(Detail):
    """One reservation."""

    scopes = {"GET": "stations.view", "PATCH": "commands.send"}
    selector = reservations_shown
    serializer_class = ReservationSerializer

    @extend_schema(operation_id="reservations_read", summary="Read a reservation")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="reservations_change",
        summary="Ask the station for another end",
        description="The same number is reserved again, which replaces; until it agrees nothing changes.",
        request=ReservationChange,
        responses=ReservationSerializer,
    )
    def patch(self, request: Request, id: str) -> Response:
        row = self.row()
        try:
            return Response(self.show(service.reservation_change(row, actor=self.actor, **self._body())))
        except service.NotPossible as error:
            raise Conflict(str(error)) from None

    def _body(self) -> dict[str, Any]:
        return self.read(ReservationChange)


@extend_schema(tags=["reservations"])
class ReservationCancel(Named):
    """Giving a place free."""

    scopes = {"POST": "commands.send"}
    selector = reservations_shown
    serializer_class = ReservationSerializer

    @extend_schema(
        operation_id="reservations_cancel",
        summary="Cancel a reservation",
        description="Cancelled at once while the station has not been asked, else when it agrees; "
        "a refusal is in `note`, and the reservation stays active.",
        request=None,
        responses={
            200: OpenApiResponse(ReservationSerializer, "Cancelled, or the station is asked."),
        },
    )
    def post(self, request: Request, id: str) -> Response:
        row = self.row()
        try:
            return Response(self.show(service.reservation_cancel(row, self.actor)))
        except service.NotPossible as error:
            raise Conflict(str(error)) from None
        except InvalidCommand as error:
            raise Unprocessable({error.path: [str(error)]}) from None
