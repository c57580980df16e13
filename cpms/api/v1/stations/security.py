"""`stations/{id}/security`, `stations/{id}/key-rotation`, `security-events`: how stations prove themselves."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import OPEN_CHANGES, SecurityProfile
from chargers.models import ChargingStation, SecurityChange, SecurityEvent
from chargers.selectors.security import security_events_for
from chargers.selectors.stations import stations_for
from chargers.services.commands.send import InvalidCommand
from chargers.services.security import changes as security_changes
from chargers.services.security import standing as security_standing
from chargers.services.security.changes import DEFAULT_WINDOW_MIN, MAX_WINDOW_MIN
from chargers.services.security.events import events_seen

from ...auth import require
from ...errors import Conflict
from ...fields import Body, Text, public_id
from ...views import Detail, List, Named


class ChangeSerializer(serializers.ModelSerializer[SecurityChange]):
    """A change on its way or ended; `done` is proven by the station's next connection."""

    id = public_id()
    command = public_id(source="command", allow_null=True)

    class Meta:
        model = SecurityChange
        fields = [
            "id",
            "kind",
            "state",
            "profile",
            "command",
            "window_until",
            "created_at",
            "finished_at",
            "note",
        ]


class CheckSerializer(serializers.Serializer[Any]):
    """One thing a higher profile rests on."""

    label = serializers.CharField()  # type: ignore[assignment]
    is_met = serializers.BooleanField()
    advice = serializers.CharField()


class SecuritySerializer(serializers.ModelSerializer[ChargingStation]):
    """How the station proves itself: what it must reach, what it reached, what is changing."""

    profile_floor = serializers.IntegerField(source="security_profile_floor")
    profile_reached = serializers.SerializerMethodField(help_text="Of its open connection, else null.")
    changes = serializers.SerializerMethodField(help_text="On their way.")
    checks = serializers.SerializerMethodField(help_text="What the next higher profile needs.")

    class Meta:
        model = ChargingStation
        fields = ["profile_floor", "profile_reached", "open_until", "key_changed_at", "changes", "checks"]

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_profile_reached(self, station: ChargingStation) -> int | None:
        link = getattr(station, "connection", None)
        return link.security_profile if link and link.is_open else None

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, station: ChargingStation) -> Any:
        rows = SecurityChange.objects.filter(station=station, state__in=OPEN_CHANGES).select_related(
            "command"
        )
        return ChangeSerializer(rows, many=True).data

    @extend_schema_field(CheckSerializer(many=True))
    def get_checks(self, station: ChargingStation) -> Any:
        following = min(station.security_profile_floor + 1, SecurityProfile.MUTUAL)
        return CheckSerializer(security_standing.raise_checks(station, following), many=True).data


class WindowField(serializers.IntegerField):
    """Minutes in which the old way and the new one both hold."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Minutes in which the old way holds beside the new one.")
        super().__init__(
            min_value=1, max_value=MAX_WINDOW_MIN, default=DEFAULT_WINDOW_MIN, required=False, **kwargs
        )


class ProfileBody(Body):
    """A security profile."""

    profile = serializers.ChoiceField(choices=[1, 2, 3])
    window_min = WindowField()
    anyway = serializers.BooleanField(
        default=False, help_text="Ask for the higher one although `checks` say that something is missing."
    )
    confirm = Text(
        max_length=48, required=False, help_text="The station's identity; needed to set a lower profile."
    )


class RotationBody(Body):
    """How long the old password holds."""

    window_min = WindowField()


@extend_schema(tags=["security"])
class StationSecurity(Detail):
    """How one station proves itself."""

    scopes = {"GET": "stations.view", "POST": "stations.credentials"}
    selector = stations_for
    serializer_class = SecuritySerializer

    @extend_schema(operation_id="stations_security", summary="How a station proves itself")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="stations_security_change",
        summary="Raise or lower the security profile",
        description="A higher one is asked of the station and holds once it came back with it. The one it has or a "
        "lower one changes only what is asked of it, needs `stations.lower` and the identity in `confirm`. "
        "409 names what a higher one still misses; such a station may never come back, so that takes `anyway`.",
        request=ProfileBody,
        responses={200: SecuritySerializer, 202: ChangeSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        station, body = self.row(), self.read(ProfileBody)
        if body["profile"] > station.security_profile_floor:
            wanted = {name: body[name] for name in ("profile", "window_min", "anyway")}
            change = _asked(lambda: security_changes.profile_raise(station, self.actor, **wanted))
            return Response(ChangeSerializer(change).data, status=status.HTTP_202_ACCEPTED)
        require(self.viewer, "stations.lower", station.organisation_id)
        if body.get("confirm") != station.identity:
            raise ValidationError({"confirm": f"must be {station.identity}"})
        security_changes.profile_floor_set(station, self.actor, body["profile"])
        return Response(self.show(self.row()))


@extend_schema(tags=["security"])
class KeyRotation(Named):
    """A new password for a station that nobody sees."""

    scopes = {"POST": "stations.credentials"}
    selector = stations_for
    serializer_class = ChangeSerializer

    @extend_schema(
        operation_id="stations_key_rotation",
        summary="Rotate a station's password",
        description="160 random bits. Old and new hold until the station has come back with the new one.",
        request=RotationBody,
        responses={202: ChangeSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        station, body = self.row(), self.read(RotationBody)
        change = _asked(lambda: security_changes.key_rotate(station, self.actor, body["window_min"]))
        return Response(self.show(change), status=status.HTTP_202_ACCEPTED)


def _asked(ask: Any) -> Any:
    """Have the station asked. What cannot be asked now is a conflict."""
    try:
        return ask()
    except security_changes.NotReady as error:
        raise Conflict({"profile": [f"{c.label}: no. {c.advice}" for c in error.missing]}) from None
    except InvalidCommand as error:
        raise Conflict(str(error)) from None
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            raise
        raise Conflict("; ".join(error.messages)) from None


class SecurityEventSerializer(serializers.ModelSerializer[SecurityEvent]):
    """Something that touches security. `text` is what the station wrote: not to be trusted."""

    id = public_id()
    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)

    class Meta:
        model = SecurityEvent
        fields = [
            "id", "station", "station_identity", "source", "type", "text", "is_critical", "happened_at", "received_at",
            "count", "last_at", "seen_at", "seen_by",
        ]  # fmt: skip


class SecurityEventFilter(filters.FilterSet):
    """By station, kind, and whether somebody still has to look."""

    station = filters.CharFilter(method="of_station", help_text="Id or identity of a station.")
    type = filters.CharFilter(help_text="Exactly this kind.")
    critical = filters.BooleanFilter(field_name="is_critical")
    seen = filters.BooleanFilter(field_name="seen_at", lookup_expr="isnull", exclude=True)

    def of_station(self, rows: QuerySet[SecurityEvent], name: str, value: str) -> QuerySet[SecurityEvent]:
        value = value.replace("\0", "")
        return rows.filter(station__public_id=value) | rows.filter(station__identity=value)


@extend_schema(tags=["security"])
class SecurityEvents(List):
    """Security events of all stations, newest first."""

    scopes = {"GET": "stations.view"}
    selector = security_events_for
    serializer_class = SecurityEventSerializer
    filterset_class = SecurityEventFilter
    ordering = ("-received_at", "-id")

    @extend_schema(operation_id="security_events_list", summary="List security events")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["security"])
class SecurityEventSeen(Named):
    """Noting that a security event is dealt with."""

    scopes = {"POST": "commands.send"}
    selector = security_events_for
    serializer_class = SecurityEventSerializer

    @extend_schema(operation_id="security_events_seen", summary="Note an event as dealt with", request=None)
    def post(self, request: Request, id: str) -> Response:
        event = self.row()
        events_seen(event.organisation, self.actor, [event.pk])
        event.refresh_from_db()
        return Response(self.show(event))
