"""`stations/{id}/messages` and `stations/{id}/authorizations`: what was said, and every yes and no."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.filters.stations import MessageFilter
from chargers.filters.tags import AuthorizationFilter
from chargers.models import Authorization, ChargingStation, MessageExchange
from chargers.selectors.stations import messages_for
from chargers.selectors.tags import authorizations_for
from cpms.accounts.viewer import Viewer

from ...fields import public_id
from ...views import OfStation


class MessageSerializer(serializers.ModelSerializer[MessageExchange]):
    """A request with its reply: texts as on the wire, secrets redacted."""

    class Meta:
        model = MessageExchange
        fields = [
            "id", "received_at", "direction", "action", "message_id", "request", "reply", "outcome", "notes", "epoch",
        ]  # fmt: skip


class AuthorizationSerializer(serializers.ModelSerializer[Authorization]):
    """A decision about a token, with its reason."""

    id_tag = public_id(source="id_tag", allow_null=True)

    class Meta:
        model = Authorization
        fields = ["id", "at", "uid", "id_tag", "status", "reason", "occasion"]


@extend_schema(tags=["stations"])
class StationMessages(OfStation):
    """The message log of one station, newest first."""

    scopes = {"GET": "messages.view"}
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    ordering = ("-received_at", "-id")

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[MessageExchange]:
        return messages_for(viewer, station)

    @extend_schema(operation_id="stations_messages", summary="Message log of a station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["stations"])
class StationAuthorizations(OfStation):
    """The authorise log of one station, newest first."""

    scopes = {"GET": "tags.view"}
    serializer_class = AuthorizationSerializer
    filterset_class = AuthorizationFilter
    ordering = ("-at", "-id")

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[Authorization]:
        return authorizations_for(viewer).filter(station_id=station.pk)

    @extend_schema(operation_id="stations_authorizations", summary="Authorise log of a station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)
