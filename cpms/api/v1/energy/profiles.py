"""`stations/{id}/charging-profiles`: limits in words of our own, checked before a station is given them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.domain import (
    SETTABLE,
    ChargingProfile,
    IllFormed,
    Period,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    Schedule,
    SetProfile,
    check_profile,
)
from chargers.models import ChargingStation
from chargers.selectors.stations import stations_for
from chargers.selectors.transactions import open_transactions_for
from chargers.services.commands.send import InvalidCommand, command_request
from cpms.accounts.viewer import Viewer
from cpms.core import clock
from smartcharging.picture import preview

from ...errors import Unprocessable
from ...fields import Body, Number, Text
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY, PREFER
from ...views import Named
from ..commands.commands import CommandSerializer, accepted, finished

HIGHEST = 2**31 - 1


class PeriodBody(Body):
    """From `start_s` seconds on at most `limit`."""

    start_s = serializers.IntegerField(min_value=0, max_value=HIGHEST)
    limit = Number(min_value=0, max_value=1e9, help_text="One decimal digit at most.")
    phases = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=3)


class ChargingScheduleBody(Body):
    """Limits over time."""

    unit = serializers.ChoiceField([str(unit) for unit in RateUnit])
    periods = serializers.ListField(child=PeriodBody(), min_length=1, max_length=1024)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    duration_s = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=HIGHEST)
    min_rate = Number(required=False, allow_null=True, min_value=0)


class ChargingProfileBody(Body):
    """A charging profile (OCPP 1.6 §7.8, 2.0.1 ChargingProfileType)."""

    number = serializers.IntegerField(min_value=1, max_value=HIGHEST)
    purpose = serializers.ChoiceField([str(purpose) for purpose in SETTABLE])
    kind = serializers.ChoiceField([str(kind) for kind in ProfileKind], default=str(ProfileKind.ABSOLUTE))
    stack_level = serializers.IntegerField(default=0, min_value=0, max_value=HIGHEST)
    recurrency = serializers.ChoiceField(["", "Daily", "Weekly"], default="")
    valid_from = serializers.DateTimeField(required=False, allow_null=True)
    valid_to = serializers.DateTimeField(required=False, allow_null=True)
    evse_no = serializers.IntegerField(
        default=0,
        min_value=0,
        max_value=HIGHEST,
        help_text="0: the station; a transaction has its own place.",
    )
    transaction = Text(required=False, max_length=40, help_text="For purpose `tx`: the running transaction.")
    schedule = ChargingScheduleBody()


class StartProfile(Body):
    """A limit that goes with a remote start; it is for the transaction that will begin."""

    stack_level = serializers.IntegerField(default=0, min_value=0, max_value=HIGHEST)
    schedule = ChargingScheduleBody()


def start_profile(body: dict[str, Any]) -> ChargingProfile:
    """A profile without a transaction (OCPP 1.6 §5.16). Raises Unprocessable."""
    schedule = schedule_of(body["schedule"])
    kind = ProfileKind.ABSOLUTE if schedule.starts_at else ProfileKind.RELATIVE
    return checked(
        ChargingProfile(1, ProfilePurpose.TX, kind, schedule, body["stack_level"]), 1, "charging_profile."
    )


def schedule_of(body: dict[str, Any]) -> Schedule:
    """The schedule in our words."""
    periods = tuple(Period(one["start_s"], one["limit"], one.get("phases")) for one in body["periods"])
    return Schedule(
        RateUnit(body["unit"]), periods, body.get("starts_at"), body.get("duration_s"), body.get("min_rate")
    )


def checked(profile: ChargingProfile, evse_no: int, path: str = "") -> ChargingProfile:
    """The same profile, if it is well-formed. Raises Unprocessable naming the place."""
    try:
        check_profile(profile, evse_no)
    except IllFormed as error:
        place = _PLACES.get(error.field, error.field)
        raise Unprocessable({f"{path}{place}": [str(error)]}) from None
    return profile


_PLACES = {
    "evse": "evse_no",
    "periods": "schedule.periods",
    "starts_at": "schedule.starts_at",
    "duration_s": "schedule.duration_s",
}


def _wish(station: ChargingStation, body: dict[str, Any], viewer: Viewer) -> SetProfile:
    """A body in our words. Raises Unprocessable naming the place."""
    purpose, evse_no, reference = ProfilePurpose(body["purpose"]), body["evse_no"], ""
    if purpose == ProfilePurpose.TX:
        named = open_transactions_for(viewer).filter(station=station, public_id=body.get("transaction", ""))
        running = named.first()
        if running is None:
            raise Unprocessable({"transaction": ["must be an open transaction of this station"]})
        evse_no, reference = running.evse_no or 0, running.reference
    profile = ChargingProfile(
        number=body["number"],
        purpose=purpose,
        kind=ProfileKind(body["kind"]),
        schedule=schedule_of(body["schedule"]),
        stack_level=body["stack_level"],
        recurrency=body["recurrency"],
        valid_from=body.get("valid_from"),
        valid_to=body.get("valid_to"),
        reference=reference,
    )
    return SetProfile(evse_no, checked(profile, evse_no))


@extend_schema(tags=["commands"])
class StationProfiles(Named):
    """Installing charging profiles."""

    scopes = {"POST": "commands.send"}
    selector = stations_for
    serializer_class = CommandSerializer

    @extend_schema(
        operation_id="stations_charging_profiles_set",
        summary="Install a charging profile",
        description="Checked before it is sent: what the specification forbids is refused with its place.",
        request=ChargingProfileBody,
        parameters=[IDEMPOTENCY_KEY, PREFER],
        examples=[
            OpenApiExample(
                "16 A for everybody",
                {
                    "number": 1,
                    "purpose": "tx_default",
                    "schedule": {"unit": "A", "periods": [{"start_s": 0, "limit": 16}]},
                },
                request_only=True,
            )
        ],
        responses={
            202: OpenApiResponse(CommandSerializer, "Queued; Location names the command."),
            200: OpenApiResponse(CommandSerializer, "Final within the preferred wait."),
        },
    )
    def post(self, request: Request, id: str) -> Response:
        station = self.row()
        wish = _wish(station, self.read(ChargingProfileBody), self.viewer)
        return finished(self, station, once(request, lambda: self._send(station, wish)))

    def _send(self, station: ChargingStation, wish: SetProfile) -> Response:
        try:
            return accepted(self, command_request(station, wish, self.actor))
        except InvalidCommand as error:
            raise Unprocessable({error.path: [str(error)]}) from None


class PreviewStepSerializer(serializers.Serializer[Any]):
    """Ampere on each line, as it is and with the profile."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    before_a = serializers.FloatField()
    after_a = serializers.FloatField()


class PreviewSerializer(serializers.Serializer[Any]):
    """The next 24 hours, as if a car began to charge now where none does."""

    accepted = serializers.BooleanField(
        source="verdict.accepted", help_text="What the station should answer."
    )
    reason = serializers.CharField(source="verdict.reason")
    beside = serializers.IntegerField(help_text="How many profiles the station is known to hold.")
    steps = PreviewStepSerializer(many=True)


@extend_schema(tags=["commands"])
class StationProfilesPreview(Named):
    """What a charging profile would come to; nothing is sent."""

    scopes = {"POST": "commands.send"}
    selector = stations_for
    serializer_class = PreviewSerializer

    @extend_schema(
        operation_id="stations_charging_profiles_preview",
        summary="The composite schedule with and without a profile",
        request=ChargingProfileBody,
        responses=PreviewSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        station = self.row()
        wish = _wish(station, self.read(ChargingProfileBody), self.viewer)
        try:
            return Response(self.show(preview(station, wish, clock.now())))
        except InvalidCommand as error:
            raise Unprocessable({error.path: [str(error)]}) from None
