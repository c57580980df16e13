"""`commands`: what stations were asked to do, in their own OCPP vocabulary, with answer and effect."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers import journey
from chargers.filters.commands import CommandFilter
from chargers.models import ChargingStation, Command
from chargers.ocpp.adapters import by_subprotocol
from chargers.selectors.commands import commands_for
from chargers.services.commands.send import (
    InvalidCommand,
    NotCancellable,
    command_cancel,
    command_send,
    command_wait,
)
from chargers.story import story
from cpms.accounts.viewer import Viewer

from ...errors import Conflict, Unprocessable
from ...fields import Body, Text, public_id
from ...idempotency import once
from ...prefer import preferred_wait_s
from ...schema import IDEMPOTENCY_KEY, PREFER
from ...views import Detail, List, OfStation

MAX_EXPIRY_S = 7 * 24 * 3600


class StepSerializer(serializers.Serializer[Any]):
    """One step of a command's way."""

    label = serializers.CharField(help_text="Queued, Sent, Answered, Happened.")  # type: ignore[assignment]
    reached = serializers.BooleanField()
    state = serializers.CharField(allow_blank=True, help_text="What this step came to, in a word.")
    at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class StorySerializer(serializers.Serializer[Any]):
    """How a command stands, in one sentence, and until when the next thing is awaited."""

    sentence = serializers.CharField()
    advice = serializers.CharField(allow_blank=True)
    until = serializers.DateTimeField(allow_null=True)
    transaction = serializers.CharField(
        allow_null=True, help_text="The transaction that was seen to begin or end."
    )


class CommandSerializer(serializers.ModelSerializer[Command]):
    """A command. `state` says what was answered, `effect` whether it was then really seen: accepted is not done."""

    id = public_id()
    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)
    payload = serializers.SerializerMethodField(help_text="As sent; secrets are shown as ***.")
    final = serializers.BooleanField(source="is_final", read_only=True)
    result = serializers.SerializerMethodField(help_text="Raw payload of the station's answer, or null.")
    error = serializers.SerializerMethodField(
        help_text="The station's CALLERROR, or null. `code` is what it sent, as JSON if it is no text;"
        " `ErrorWithoutCode` is ours: it named none. Code `InvalidAnswer` is ours, too: what it answered breaks"
        " the schema, and is in `result`."
    )
    story = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    sent_by = serializers.CharField(source="actor_label", read_only=True)

    class Meta:
        model = Command
        fields = [
            "id", "station", "station_identity", "action", "payload", "state", "final", "result", "error",
            "effect", "effect_at", "effect_note", "effect_deadline", "late", "story", "progress", "sent_by",
            "timeout_s", "created_at", "claimed_at", "sent_at", "finished_at", "expires_at",
        ]  # fmt: skip

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_payload(self, command: Command) -> dict[str, Any]:
        return _redacted(command, command.payload)

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_result(self, command: Command) -> dict[str, Any] | None:
        if command.result is None or command.is_refused_by_error:
            return None
        return _redacted(command, command.result)

    @extend_schema_field(
        {
            "type": ["object", "null"],
            "properties": {
                "code": {"type": "string"},
                "description": {"type": "string"},
                "details": {"type": "object", "additionalProperties": True},
            },
        }
    )
    def get_error(self, command: Command) -> dict[str, Any] | None:
        if not command.error_code:
            return None
        details = _redacted(command, command.result or {}) if command.is_refused_by_error else {}
        return {"code": command.error_code, "description": command.error_description, "details": details}

    @extend_schema_field(StorySerializer)
    def get_story(self, command: Command) -> dict[str, Any]:
        told = story(command, _is_online(command))
        return {
            "sentence": told.sentence,
            "advice": told.advice,
            "until": told.until,
            "transaction": told.transaction or None,
        }

    @extend_schema_field(StepSerializer(many=True))
    def get_progress(self, command: Command) -> list[dict[str, Any]]:
        return [
            {
                "label": step.label,
                "reached": step.kind == "done",
                "state": str(step.member or ""),
                "at": step.at,
                "note": step.note,
            }
            for step in journey.steps(command, _is_online(command))
        ]


def _is_online(command: Command) -> bool:
    link = getattr(command.station, "connection", None)
    return bool(link and link.is_open)


def _redacted(command: Command, payload: dict[str, Any]) -> dict[str, Any]:
    connection = getattr(command.station, "connection", None)
    return by_subprotocol(connection.subprotocol if connection else "").redact(command.action, payload)


class CommandBody(Body):
    """A command to send."""

    action = Text(max_length=60, help_text="The OCPP action, e.g. `Reset`.")
    payload = serializers.JSONField(
        default=dict, help_text="As the schema of the station's own version has it."
    )
    timeout_s = serializers.IntegerField(
        required=False, min_value=1, max_value=600, help_text="How long the station may take to answer."
    )
    expires_in_s = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_EXPIRY_S,
        help_text="If the station is not connected, how long the command waits for it.",
    )


_EXAMPLES = [
    OpenApiExample("restart (1.6)", {"action": "Reset", "payload": {"type": "Soft"}}, request_only=True),
    OpenApiExample("restart (2.0.1)", {"action": "Reset", "payload": {"type": "OnIdle"}}, request_only=True),
]


@extend_schema(tags=["commands"])
class StationCommands(OfStation):
    """Commands of one station."""

    scopes = {"GET": "commands.view", "POST": "commands.send"}
    serializer_class = CommandSerializer
    filterset_class = CommandFilter

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[Command]:
        return commands_shown(viewer).filter(station_id=station.pk)

    @extend_schema(operation_id="stations_commands_list", summary="Commands of a station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="stations_commands_send",
        summary="Send a command",
        request=CommandBody,
        parameters=[IDEMPOTENCY_KEY, PREFER],
        examples=_EXAMPLES,
        responses={
            202: OpenApiResponse(CommandSerializer, "Queued; Location names the command."),
            200: OpenApiResponse(CommandSerializer, "Final within the preferred wait."),
        },
    )
    def post(self, request: Request, id: str) -> Response:
        station = self.station()
        return finished(self, station, once(request, lambda: self._send(station)))

    def _send(self, station: ChargingStation) -> Response:
        body = self.read(CommandBody)
        try:
            command = command_send(station, body.pop("action"), body.pop("payload"), self.actor, **body)
        except InvalidCommand as error:
            raise Unprocessable({error.path: [str(error)]}) from None
        return accepted(self, command)


def accepted(view: Any, command: Command) -> Response:
    """202 with the command and where to ask for it."""
    location = view.request.build_absolute_uri(f"/api/v1/commands/{command.public_id}")
    return Response(
        CommandSerializer(command).data, status=status.HTTP_202_ACCEPTED, headers={"Location": location}
    )


def finished(view: Any, station: ChargingStation, response: Response) -> Response:
    """The same answer, or after the preferred wait 200 with the final command. Also for a replayed answer."""
    seconds = preferred_wait_s(view.request)
    if not seconds:
        return response
    command = command_wait(response.data["id"], seconds)
    if command.is_final:
        # Whether it is online no longer matters to what is shown, so it is not read once more.
        command.station = station
    response.data = CommandSerializer(command).data
    response.headers["Preference-Applied"] = f"wait={seconds}"
    response.status_code = status.HTTP_200_OK if command.is_final else status.HTTP_202_ACCEPTED
    return response


def shown(commands: QuerySet[Command]) -> QuerySet[Command]:
    """Commands with what their resource shows of the station."""
    return commands.select_related("station__connection")


def commands_shown(viewer: Viewer) -> QuerySet[Command]:
    """The viewer's commands, ready to be shown."""
    return shown(commands_for(viewer))


@extend_schema(tags=["commands"])
class Commands(List):
    """All commands, newest first."""

    scopes = {"GET": "commands.view"}
    selector = commands_shown
    serializer_class = CommandSerializer
    filterset_class = CommandFilter

    @extend_schema(operation_id="commands_list", summary="List commands")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["commands"])
class OneCommand(Detail):
    """One command: its state, answer and effect."""

    scopes = {"GET": "commands.view", "DELETE": "commands.send"}
    selector = commands_shown
    serializer_class = CommandSerializer

    @extend_schema(operation_id="commands_read", summary="Read a command")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="commands_cancel",
        summary="Cancel a command that is still queued",
        responses={200: CommandSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        try:
            command = command_cancel(self.row(), self.actor)
        except NotCancellable as error:
            raise Conflict(str(error)) from None
        return Response(self.show(command))
