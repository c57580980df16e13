"""`stations/{id}/actions`: the commands a station understands, each with the JSON schema of its payload."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.ocpp.schemas import schema
from chargers.selectors.stations import stations_for
from chargers.services.commands.send import InvalidCommand, adapter_of

from ...errors import Conflict
from ...views import Detail


class ActionSerializer(serializers.Serializer[Any]):
    """One command of the station's own OCPP version."""

    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    summary = serializers.CharField()
    danger = serializers.CharField(
        help_text="What is lost when it is sent by mistake; empty for harmless ones."
    )
    payload_schema = serializers.JSONField(help_text="JSON schema of `payload`.")


@extend_schema(tags=["commands"])
class StationActions(Detail):
    """What can be sent to a station."""

    scopes = {"GET": "commands.view"}
    selector = stations_for
    serializer_class = ActionSerializer

    @extend_schema(
        operation_id="stations_actions",
        summary="Commands the station understands",
        description="409 for a station that has never connected: its OCPP version is not known yet.",
        responses=ActionSerializer(many=True),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            adapter = adapter_of(self.row())
        except InvalidCommand as error:
            raise Conflict(str(error)) from None
        rows = [
            {
                "action": spec.action,
                "label": spec.label,
                "summary": spec.summary,
                "danger": spec.danger,
                "payload_schema": schema(adapter.version, spec.action, "request"),
            }
            for spec in adapter.commands
        ]
        return Response(ActionSerializer(rows, many=True).data)
