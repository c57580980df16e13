"""`configuration-pushes`: the same values for many stations, tried dry first, with a result for each."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import PushState
from chargers.models import ChargingStation, ConfigurationPush, ConfigurationTemplate, PushResult
from chargers.selectors.configuration import pushes_for, templates_for
from chargers.selectors.stations import sites_for, stations_for
from chargers.services.configuration.plan import StationPlan, push_plan
from chargers.services.configuration.push import push_start
from chargers.services.configuration.results import overall
from chargers.services.configuration.templates import MAX_ENTRIES, Entry, entries_checked, stations_of
from cpms.accounts.models import Organisation
from cpms.accounts.viewer import Viewer

from ...errors import Unprocessable
from ...fields import (
    Body,
    OrganisationField,
    PublicIdField,
    organisation_for,
    public_id,
)
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List
from .configuration_templates import EntryBody

MOST_STATIONS = 5_000


class SettingChangeSerializer(serializers.Serializer[Any]):
    """One setting at one station: what it was, what is wanted, what was planned and answered."""

    name = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    wanted = serializers.CharField()
    plan = serializers.CharField(help_text="change, same, unread, read_only, absent, optional, overruled")
    answer = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class PushResultSerializer(serializers.ModelSerializer[PushResult]):
    """How far a push is at one station."""

    station = public_id(source="station")
    station_identity = serializers.CharField(source="station.identity", read_only=True)
    changes = SettingChangeSerializer(many=True, read_only=True)

    class Meta:
        model = PushResult
        fields = ["station", "station_identity", "state", "changes", "finished_at"]


class PushSerializer(serializers.ModelSerializer[ConfigurationPush]):
    """A push as it was asked for, and how far it is."""

    id = public_id()
    organisation = public_id(source="organisation")
    template = public_id(source="template", allow_null=True)
    entries = EntryBody(many=True, read_only=True)
    state = serializers.SerializerMethodField()
    sent_by = serializers.CharField(source="actor_label", read_only=True)

    class Meta:
        model = ConfigurationPush
        fields = ["id", "organisation", "label", "template", "entries", "state", "sent_by", "created_at"]

    def get_state(self, push: ConfigurationPush) -> str:
        """waiting, running, done, nothing, restart or failed."""
        state: PushState = overall({result.state for result in push.results.all()})
        return state.value


class PushDetail(PushSerializer):
    """The same with the result of each station."""

    results = PushResultSerializer(many=True, read_only=True)

    class Meta(PushSerializer.Meta):
        fields = [*PushSerializer.Meta.fields, "results"]


class SettingPlanSerializer(serializers.Serializer[StationPlan]):
    """What a push would do at one station."""

    station = serializers.CharField(source="station.public_id")
    station_identity = serializers.CharField(source="station.identity")
    online = serializers.BooleanField(source="is_online")
    read = serializers.BooleanField(
        source="is_read", help_text="Whether its settings were ever read; they are before anything is set."
    )
    to_set = serializers.IntegerField()
    left_alone = serializers.IntegerField()
    changes = SettingChangeSerializer(many=True)


class SettingsDryRunSerializer(serializers.Serializer[Any]):
    """What would happen."""

    dry_run = serializers.BooleanField()
    stations = SettingPlanSerializer(many=True)


class PushBody(Body):
    """What to set and where: a template or entries; stations, a site, or all the template is for."""

    template = PublicIdField(templates_for, "template", required=False)
    entries = EntryBody(many=True, required=False, max_length=MAX_ENTRIES)  # type: ignore[call-arg]
    stations = serializers.ListField(
        child=PublicIdField(stations_for, "station"),
        required=False,
        max_length=MOST_STATIONS,
        help_text="Ids or identities.",
    )
    site = PublicIdField(sites_for, "site", required=False)
    dry_run = serializers.BooleanField(default=False, help_text="True: nothing is stored or sent.")
    organisation = OrganisationField()

    def validate(self, body: dict[str, Any]) -> dict[str, Any]:
        """One source of values, and somewhere to put them."""
        if ("template" in body) == ("entries" in body):
            raise serializers.ValidationError({"template": "give either a template or entries"})
        if "entries" in body and not body.keys() & {"stations", "site"}:
            raise serializers.ValidationError({"stations": "entries need stations or a site"})
        return body


def pushes_shown(viewer: Viewer) -> QuerySet[ConfigurationPush]:
    """The viewer's pushes with their results."""
    return pushes_for(viewer).prefetch_related("results__station")


_EXAMPLE = OpenApiExample("try it first", {"template": "cft_01", "dry_run": True}, request_only=True)


@extend_schema(tags=["configuration"])
class Pushes(List):
    """All pushes; begin one or try it."""

    scopes = {"GET": "stations.view", "POST": "commands.send"}
    selector = pushes_shown
    serializer_class = PushSerializer

    @extend_schema(operation_id="configuration_pushes_list", summary="List pushes of settings")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="configuration_pushes_create",
        summary="Set values on many stations, or see what that would do",
        request=PushBody,
        responses={
            202: OpenApiResponse(PushDetail, "Begun; Location names the push."),
            200: OpenApiResponse(SettingsDryRunSerializer, "What would happen (`dry_run`)."),
        },
        parameters=[IDEMPOTENCY_KEY],
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        return once(request, self._push)

    def _push(self) -> Response:
        body = self.read(PushBody)
        template: ConfigurationTemplate | None = body.get("template")
        if template is not None:
            body["organisation"] = template.organisation
        organisation = organisation_for(body, self.viewer, "commands.send")
        entries: list[Entry] = template.entries if template else entries_checked(body["entries"])
        stations = self._stations(body, template, organisation)
        if body["dry_run"]:
            plans = push_plan(entries, stations, template)
            return Response(SettingsDryRunSerializer({"dry_run": True, "stations": plans}).data)
        label = template.name if template else "by hand"
        push = push_start(organisation, label, entries, stations, self.actor, template)
        location = self.request.build_absolute_uri(f"/api/v1/configuration-pushes/{push.public_id}")
        headers = {"Location": location}
        return Response(PushDetail(push).data, status=status.HTTP_202_ACCEPTED, headers=headers)

    def _stations(
        self, body: dict[str, Any], template: ConfigurationTemplate | None, organisation: Organisation
    ) -> list[ChargingStation]:
        rows = stations_for(self.viewer).filter(organisation=organisation)
        if "stations" in body:
            rows = rows.filter(pk__in=[station.pk for station in body["stations"]])
        if "site" in body:
            rows = rows.filter(site=body["site"])
        chosen = list(rows) if template is None else stations_of(template, rows)
        if not 0 < len(chosen) <= MOST_STATIONS:
            raise Unprocessable({"stations": [f"{len(chosen)} stations match; must be 1 to {MOST_STATIONS}"]})
        return chosen


@extend_schema(tags=["configuration"])
class OnePush(Detail):
    """One push with the result of each station."""

    scopes = {"GET": "stations.view"}
    selector = pushes_shown
    serializer_class = PushDetail

    @extend_schema(operation_id="configuration_pushes_read", summary="Read a push of settings")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)
