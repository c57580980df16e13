"""`scheduled-commands`: commands that wait for a time, or for an idle station."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import ChargingStation, ScheduledCommand
from chargers.ocpp.redact import redact
from chargers.selectors.commands import scheduled_for
from chargers.services.commands import scheduled as service
from chargers.services.commands.send import InvalidCommand
from cpms.accounts.viewer import Viewer

from ...errors import Conflict, Unprocessable
from ...fields import Body, Text, public_id
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, OfStation


class ScheduledSerializer(serializers.ModelSerializer[ScheduledCommand]):
    """A command that waits; `command` is the one it became."""

    id = public_id()
    station = public_id(source="station")
    payload = serializers.SerializerMethodField(help_text="Secrets are shown as ***.")
    command = public_id(source="command", allow_null=True)
    made_by = serializers.CharField(source="actor_label")

    class Meta:
        model = ScheduledCommand
        fields = [
            "id", "station", "action", "payload", "not_before", "when_idle", "give_up_at", "state", "note",
            "command", "made_by", "created_at", "ended_at",
        ]  # fmt: skip

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_payload(self, row: ScheduledCommand) -> dict[str, Any]:
        return redact(row.action, row.payload)


class ScheduledCommandBody(Body):
    """What, and when."""

    action = Text(max_length=60, help_text="The OCPP action, e.g. `Reset`.")
    payload = serializers.JSONField(default=dict)
    not_before = serializers.DateTimeField(required=False, help_text="Left out: as soon as it may.")
    when_idle = serializers.BooleanField(default=False, help_text="Wait until no transaction is open.")
    patience_s = serializers.IntegerField(
        default=int(service.PATIENCE.total_seconds()),
        min_value=1,
        max_value=int(service.LONGEST_PATIENCE.total_seconds()),
        help_text="How long it waits for the station once its time has come.",
    )


@extend_schema(tags=["commands"])
class StationScheduled(OfStation):
    """Waiting commands of one station."""

    scopes = {"GET": "commands.view", "POST": "commands.send"}
    serializer_class = ScheduledSerializer

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[ScheduledCommand]:
        return scheduled_for(viewer).filter(station_id=station.pk)

    @extend_schema(operation_id="stations_scheduled_list", summary="Commands that wait for their moment")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="stations_scheduled_make",
        summary="Send a command later, or when the station is idle",
        request=ScheduledCommandBody,
        parameters=[IDEMPOTENCY_KEY],
        examples=[
            OpenApiExample(
                "restart when idle",
                {"action": "Reset", "payload": {"type": "Soft"}, "when_idle": True},
                request_only=True,
            )
        ],
        responses={201: OpenApiResponse(ScheduledSerializer, "Kept; Location names it.")},
    )
    def post(self, request: Request, id: str) -> Response:
        station = self.station()
        body = self.read(ScheduledCommandBody)
        return once(request, lambda: self._keep(station, body))

    def _keep(self, station: ChargingStation, body: dict[str, Any]) -> Response:
        if not isinstance(body["payload"], dict):
            raise Unprocessable({"payload": ["must be an object"]})
        patience = timedelta(seconds=body.pop("patience_s"))
        action, payload = body.pop("action"), body.pop("payload")
        try:
            row = service.schedule_command(station, action, payload, self.actor, patience=patience, **body)
        except InvalidCommand as error:
            raise Unprocessable({error.path: [str(error)]}) from None
        location = self.request.build_absolute_uri(f"/api/v1/scheduled-commands/{row.public_id}")
        return Response(self.show(row), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["commands"])
class OneScheduled(Detail):
    """One waiting command."""

    scopes = {"GET": "commands.view", "DELETE": "commands.send"}
    selector = scheduled_for
    serializer_class = ScheduledSerializer

    @extend_schema(operation_id="scheduled_read", summary="Read a scheduled command")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="scheduled_cancel", summary="Cancel a scheduled command", responses=ScheduledSerializer
    )
    def delete(self, request: Request, id: str) -> Response:
        try:
            return Response(self.show(service.schedule_cancel(self.row(), self.actor)))
        except service.NotWaiting as error:
            raise Conflict(str(error)) from None
