"""`bulk-commands`: one command for many stations, seen beforehand, sent in waves, with a result per station."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.filters.stations import StationFilter
from chargers.models import BulkItem, ChargingStation
from chargers.selectors.commands import bulk_commands_for, bulk_items_for
from chargers.selectors.stations import stations_for
from chargers.services.bulk.plan import MOST_STATIONS, Ask, Plan, plan
from chargers.services.bulk.run import (
    DEFAULT_WAIT_S,
    FASTEST_PACE,
    LONGEST_WAIT_S,
    NotRunning,
    bulk_make,
    bulk_stop,
)
from chargers.services.bulk.waves import bulk_wave
from chargers.services.bulk.wishes import WISHES
from cpms.accounts.models import Organisation
from cpms.accounts.viewer import Viewer

from ...errors import Conflict, Unprocessable
from ...fields import (
    Body,
    OrganisationField,
    Text,
    organisation_for,
)
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import (
    Detail,
    List,
    Named,
    by_ref,
)
from .bulk_shapes import (
    BulkItemSerializer,
    BulkPlanSerializer,
    BulkSerializer,
    plan_shown,
)

FILTERS = ("search", "site", "connected", "status")


class StationChoice(Body):
    """All stations that match, as in the list of stations; {} is every station."""

    search = Text(required=False, max_length=255)
    site = Text(required=False, max_length=40)
    connected = serializers.ChoiceField(["true", "false"], required=False)
    status = Text(required=False, max_length=20)


class BulkBody(Body):
    """Whom, and what: `stations` or `filter`; `request` from the menu, or `action` with `payload`."""

    stations = serializers.ListField(
        child=Text(max_length=64), required=False, min_length=1, max_length=MOST_STATIONS,
        help_text="Public ids or identities.",
    )  # fmt: skip
    filter = StationChoice(required=False)
    request = serializers.ChoiceField(list(WISHES), required=False, help_text="In any OCPP version.")
    action = Text(required=False, max_length=60, help_text="An OCPP action of the stations' own version.")
    payload = serializers.JSONField(required=False)
    dry_run = serializers.BooleanField(default=False, help_text="Only tell what would happen.")
    confirm = serializers.IntegerField(
        required=False,
        help_text="For dangerous commands: the number of stations that get it, as in the dry run.",
    )
    per_minute = serializers.IntegerField(required=False, min_value=1, max_value=FASTEST_PACE)
    wait_s = serializers.IntegerField(
        default=DEFAULT_WAIT_S, min_value=1, max_value=LONGEST_WAIT_S,
        help_text="How long the command waits for a station that is offline.",
    )  # fmt: skip
    organisation = OrganisationField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way to say whom, exactly one to say what."""
        if ("stations" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"stations": ["give either stations or filter"]})
        if ("request" in attrs) == ("action" in attrs):
            raise serializers.ValidationError({"request": ["give either request or action"]})
        if not isinstance(attrs.get("payload", {}), dict):
            raise serializers.ValidationError({"payload": ["must be an object"]})
        return attrs


_EXAMPLES = [
    OpenApiExample("dry run", {"filter": {"site": "sit_..."}, "request": "restart", "dry_run": True}),
    OpenApiExample(
        "two stations", {"stations": ["GARAGE-07", "GARAGE-08"], "request": "restart", "confirm": 2}
    ),
]


def stations_to_command(viewer: Viewer, organisation: Organisation) -> QuerySet[ChargingStation]:
    """The stations of one organisation, in the order of their identity."""
    return stations_for(viewer).filter(organisation=organisation).order_by("identity")


@extend_schema(tags=["commands"])
class BulkCommands(List):
    """All bulk commands, newest first."""

    scopes = {"GET": "commands.view", "POST": "commands.send"}
    selector = bulk_commands_for
    serializer_class = BulkSerializer

    @extend_schema(operation_id="bulk_commands_list", summary="List bulk commands")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="bulk_commands_send",
        summary="Send a command to many stations, or see what would happen",
        request=BulkBody,
        parameters=[IDEMPOTENCY_KEY],
        examples=_EXAMPLES,
        responses={
            202: OpenApiResponse(BulkSerializer, "Begun; Location names the bulk command."),
            200: OpenApiResponse(BulkPlanSerializer, "The dry run: nothing was sent."),
        },
    )
    def post(self, request: Request) -> Response:
        body = self.read(BulkBody)
        organisation = organisation_for(body, self.viewer, "commands.send")
        made = plan(self._stations(body, organisation), self._ask(body))
        if body["dry_run"]:
            return Response(plan_shown(made))
        return once(request, lambda: self._begin(organisation, made, body))

    def _stations(self, body: dict[str, Any], organisation: Organisation) -> QuerySet[ChargingStation]:
        mine = stations_to_command(self.viewer, organisation)
        if "filter" in body:
            return _matching(mine, dict(body["filter"]))
        wanted = list(dict.fromkeys(body["stations"]))
        found = mine.filter(Q(public_id__in=wanted) | Q(identity__in=wanted))
        known = {name for row in found for name in (row.public_id, row.identity)}
        missing = next((name for name in wanted if name not in known), None)
        if missing is not None:
            raise Unprocessable({"stations": [f"there is no station {missing!r}"]}, code="does_not_exist")
        return found

    def _ask(self, body: dict[str, Any]) -> Ask:
        return Ask(body.get("request", ""), body.get("action", ""), body.get("payload", {}))

    def _begin(self, organisation: Organisation, made: Plan, body: dict[str, Any]) -> Response:
        if made.needs_word and body.get("confirm") != len(made.sendable):
            text = f"{made.danger} Give the number of stations that get it ({len(made.sendable)})."
            raise Unprocessable({"confirm": [text]})
        bulk = bulk_make(
            organisation, made, self.actor, per_minute=body.get("per_minute"), wait_s=body["wait_s"]
        )
        bulk_wave(bulk.pk)
        bulk.refresh_from_db()
        location = self.request.build_absolute_uri(f"/api/v1/bulk-commands/{bulk.public_id}")
        return Response(self.show(bulk), status=status.HTTP_202_ACCEPTED, headers={"Location": location})


def _matching(stations: QuerySet[ChargingStation], asked: dict[str, Any]) -> QuerySet[ChargingStation]:
    chosen = StationFilter(asked, stations)
    if not chosen.is_valid():
        raise Unprocessable({f"filter.{name}": list(texts) for name, texts in chosen.errors.items()})
    return chosen.qs


@extend_schema(tags=["commands"])
class OneBulkCommand(Detail):
    """One bulk command with its counts."""

    scopes = {"GET": "commands.view"}
    selector = bulk_commands_for
    serializer_class = BulkSerializer

    @extend_schema(operation_id="bulk_commands_read", summary="Read a bulk command")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["commands"])
class BulkStations(List):
    """The stations of a bulk command."""

    scopes = {"GET": "commands.view"}
    selector = bulk_commands_for
    serializer_class = BulkItemSerializer

    def get_queryset(self) -> QuerySet[BulkItem]:
        if getattr(self, "swagger_fake_view", False):
            return BulkItem.objects.none()
        bulk = by_ref(super().get_queryset(), self.kwargs["id"])
        self.check_object_permissions(self.request, bulk)
        return bulk_items_for(self.viewer, bulk)

    @extend_schema(operation_id="bulk_commands_stations", summary="What became of each station")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["commands"])
class BulkStop(Named):
    """Stopping a bulk command."""

    scopes = {"POST": "commands.send"}
    selector = bulk_commands_for
    serializer_class = BulkSerializer

    @extend_schema(
        operation_id="bulk_commands_stop",
        summary="Send it to nobody else",
        description="What was sent stays sent.",
        request=None,
        responses=BulkSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        try:
            return Response(self.show(bulk_stop(self.row(), self.actor)))
        except NotRunning as error:
            raise Conflict(str(error)) from None
