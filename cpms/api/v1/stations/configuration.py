"""`stations/{id}/configuration` and `configuration-drift`: settings as wanted and as reported."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.filters.configuration import DriftFilter, SettingFilter
from chargers.models import ChargingStation, StationSetting
from chargers.selectors.configuration import drifted_settings_for, settings_for
from chargers.services.commands.send import InvalidCommand
from chargers.services.configuration.read import settings_read
from chargers.services.configuration.write import MAX_VALUE, settings_want
from cpms.accounts.viewer import Viewer

from ...errors import Conflict
from ...fields import Body, Text, public_id
from ...views import List, OfStation

MOST_AT_ONCE = 100


class SettingSerializer(serializers.ModelSerializer[StationSetting]):
    """One configuration key (1.6) or variable (2.x, `Component.Variable`).

    `desired` is what we want, `reported` what the station said at `checked_at`, `answer` what it said to our
    last attempt. A secret shows neither.
    """

    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)
    secret = serializers.BooleanField(source="is_secret", read_only=True)
    known = serializers.BooleanField(
        read_only=True, allow_null=True, help_text="False: the station says it has no such setting."
    )

    class Meta:
        model = StationSetting
        fields = [
            "station", "station_identity", "name", "state", "desired", "desired_at", "desired_by", "answer",
            "answered_at", "answer_note", "reported", "read_only", "known", "secret", "checked_at", "restart_since",
        ]  # fmt: skip


class WishBody(Body):
    """Values to want, by name."""

    values = serializers.DictField(
        child=Text(allow_null=True, allow_blank=True, max_length=MAX_VALUE),
        allow_empty=False,
        help_text=f"At most {MOST_AT_ONCE}; null: nothing is wanted of this setting any more.",
    )

    def validate_values(self, values: dict[str, str | None]) -> dict[str, str | None]:
        """Not more than a person can mean at once."""
        if len(values) > MOST_AT_ONCE:
            raise serializers.ValidationError(f"must be at most {MOST_AT_ONCE} settings")
        return values


class SettingsReadingSerializer(serializers.Serializer[Any]):
    """Whether a reading was begun."""

    begun = serializers.BooleanField(help_text="False: one is under way already.")


@extend_schema(tags=["configuration"])
class StationConfiguration(OfStation):
    """The settings of one station."""

    scopes = {"GET": "stations.view", "POST": "commands.send", "PATCH": "commands.send"}
    serializer_class = SettingSerializer
    filterset_class = SettingFilter
    ordering = ("name", "id")

    def rows(self, viewer: Viewer, station: ChargingStation) -> QuerySet[StationSetting]:
        return settings_for(viewer).filter(station_id=station.pk)

    @extend_schema(operation_id="stations_configuration_list", summary="Settings of a station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="stations_configuration_read",
        summary="Read all settings now",
        description="In requests as large as the station takes. One that is away is asked within the hour.",
        request=None,
        responses={202: SettingsReadingSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        station = self.station()
        try:
            begun = settings_read(station, self.actor)
        except InvalidCommand as error:
            raise Conflict(str(error)) from None
        return Response({"begun": begun}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="stations_configuration_want",
        summary="Want values of settings",
        description="They are sent now, or when the station comes; each is read back after it was accepted.",
        request=WishBody,
        responses={200: SettingSerializer(many=True)},
        examples=[OpenApiExample("one", {"values": {"HeartbeatInterval": "300"}}, request_only=True)],
    )
    def patch(self, request: Request, id: str) -> Response:
        station = self.station()
        wanted = settings_want(station, self.read(WishBody)["values"], self.actor)
        return Response({"results": SettingSerializer(wanted, many=True).data, "next": None})


@extend_schema(tags=["configuration"])
class ConfigurationDrift(List):
    """Settings whose reported value is not the wanted one."""

    scopes = {"GET": "stations.view"}
    selector = drifted_settings_for
    serializer_class = SettingSerializer
    filterset_class = DriftFilter
    ordering = ("station__identity", "name", "id")

    @extend_schema(
        operation_id="configuration_drift_list", summary="Settings that differ from what is wanted"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)
