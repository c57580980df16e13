"""`stations/{id}/start`: start charging for a tag, whatever version the station speaks."""

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import TokenType
from chargers.domain import RemoteStart, Token
from chargers.models import ChargingStation
from chargers.selectors.stations import stations_for
from chargers.selectors.tags import id_tags_for
from chargers.services.commands.send import InvalidCommand, command_request

from ...errors import Unprocessable
from ...fields import Body, Text
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY, PREFER
from ...views import Named
from ..energy.profiles import StartProfile, start_profile
from .commands import CommandSerializer, accepted, finished


class StartBody(Body):
    """Who shall charge, and where."""

    uid = Text(max_length=36, help_text="The ID tag that charges.")
    evse_no = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Left out: the station chooses.",
    )
    charging_profile = StartProfile(required=False, help_text="A limit for the transaction that begins.")


@extend_schema(tags=["commands"])
class StationStart(Named):
    """Starting a transaction from here."""

    scopes = {"POST": "commands.send"}
    selector = stations_for
    serializer_class = CommandSerializer

    @extend_schema(
        operation_id="stations_start",
        summary="Ask the station to start charging for a tag",
        description="The same as sending the station's own remote start command.",
        request=StartBody,
        parameters=[IDEMPOTENCY_KEY, PREFER],
        examples=[OpenApiExample("outlet 1", {"uid": "TAG-001", "evse_no": 1}, request_only=True)],
        responses={
            202: OpenApiResponse(CommandSerializer, "Queued; Location names the command."),
            200: OpenApiResponse(CommandSerializer, "Final within the preferred wait."),
        },
    )
    def post(self, request: Request, id: str) -> Response:
        station = self.row()
        return finished(self, station, once(request, lambda: self._start(station)))

    def _start(self, station: ChargingStation) -> Response:
        body = self.read(StartBody)
        limit = start_profile(body["charging_profile"]) if "charging_profile" in body else None
        wish = RemoteStart(self._token(station, body["uid"]), body.get("evse_no"), profile=limit)
        try:
            return accepted(self, command_request(station, wish, self.actor))
        except InvalidCommand as error:
            raise Unprocessable({error.path: [str(error)]}) from None

    def _token(self, station: ChargingStation, uid: str) -> Token:
        """A tag we know brings its kind with it."""
        tags = id_tags_for(self.viewer).filter(organisation_id=station.organisation_id, uid__iexact=uid)
        known = tags.first()
        return Token(known.uid, TokenType(known.type)) if known else Token(uid)
