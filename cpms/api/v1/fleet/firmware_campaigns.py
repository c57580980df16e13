"""`firmware-campaigns`: one firmware for many stations, in waves, with a stop rule."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.choices import Transport
from chargers.models import FirmwareCampaign, FirmwareUpdate
from chargers.selectors.files import (
    campaign_stations,
    firmware_campaigns_for,
    firmware_files_for,
    firmware_updates_for,
)
from chargers.selectors.stations import sites_for
from chargers.services.files import firmware_campaigns as service
from cpms.accounts.viewer import NOBODY

from ...auth import require
from ...errors import Conflict
from ...fields import Body, PublicIdField, Text
from ...views import (
    Detail,
    List,
    Named,
    by_ref,
)
from .firmware_shapes import CampaignSerializer, UpdateSerializer


class CampaignBody(Body):
    """A campaign. The stations are those the firmware is made for, narrowed by site and version they run now."""

    name = Text(max_length=120)
    firmware = PublicIdField(firmware_files_for, "firmware")
    site = PublicIdField(sites_for, "site", required=False, allow_null=True)
    current_version = Text(max_length=255, required=False, allow_blank=True)
    wave_sizes = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=5000), min_length=1, max_length=20,
        help_text="Stations a wave; the last number repeats.",
    )  # fmt: skip
    max_failures = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)
    max_failed_percent = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100)
    transport = serializers.ChoiceField(Transport.choices, required=False)
    retrieve_at = serializers.DateTimeField(required=False, allow_null=True)
    install_at = serializers.DateTimeField(required=False, allow_null=True)
    retries = serializers.IntegerField(required=False, min_value=0, max_value=10)
    dry_run = serializers.BooleanField(required=False, help_text="Only say what would happen.")


class PlannedSerializer(serializers.Serializer[service.Planned]):
    """A station of a dry run; wave 0 is left out."""

    station = serializers.CharField(source="station.public_id")
    station_identity = serializers.CharField(source="station.identity")
    wave = serializers.IntegerField()
    why = serializers.CharField()


class PlanSerializer(serializers.Serializer[dict[str, Any]]):
    """What a campaign would do."""

    stations = PlannedSerializer(many=True)


@extend_schema(tags=["firmware"])
class Campaigns(List):
    """All campaigns; begin one."""

    scopes = {"GET": "stations.view", "POST": "stations.edit"}
    selector = firmware_campaigns_for
    serializer_class = CampaignSerializer

    @extend_schema(operation_id="firmware_campaigns_list", summary="List firmware campaigns")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="firmware_campaigns_create",
        summary="Begin a firmware campaign, or try it out with dry_run",
        request=CampaignBody,
        responses={201: CampaignSerializer, 200: PlanSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(CampaignBody)
        file, site = body.pop("firmware"), body.pop("site", None)
        require(self.viewer, "stations.edit", file.organisation_id)
        version, dry_run = body.pop("current_version", ""), body.pop("dry_run", False)
        stations = campaign_stations(self.viewer, file, site, version)
        if dry_run:
            plan = service.campaign_plan(file, stations, body["wave_sizes"])
            return Response(PlanSerializer({"stations": plan}).data)
        selection = {"site": site.public_id if site else "", "current_version": version}
        campaign = service.campaign_create(
            file.organisation, self.actor, file, stations, selection=selection, **body
        )
        return Response(self.show(campaign), status=status.HTTP_201_CREATED)


@extend_schema(tags=["firmware"])
class OneCampaign(Detail):
    """One campaign."""

    scopes = {"GET": "stations.view"}
    selector = firmware_campaigns_for
    serializer_class = CampaignSerializer

    @extend_schema(operation_id="firmware_campaigns_read", summary="Read a firmware campaign")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["firmware"])
class CampaignUpdates(List):
    """The stations of a campaign."""

    scopes = {"GET": "stations.view"}
    serializer_class = UpdateSerializer

    def get_queryset(self) -> QuerySet[FirmwareUpdate]:
        if getattr(self, "swagger_fake_view", False):
            return firmware_updates_for(NOBODY)
        campaign = by_ref(firmware_campaigns_for(self.viewer), self.kwargs["id"])
        return firmware_updates_for(self.viewer).filter(campaign=campaign)

    @extend_schema(operation_id="firmware_campaigns_updates", summary="Updates of a firmware campaign")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


class CampaignAct(Named):
    """Base of what is done to a campaign."""

    scopes = {"POST": "stations.edit"}
    selector = firmware_campaigns_for
    serializer_class = CampaignSerializer

    def act(self, verb: Any) -> Response:
        """Do it. 409 when the campaign's state does not allow it."""
        campaign: FirmwareCampaign = self.row()
        try:
            return Response(self.show(verb(campaign, self.actor)))
        except service.WrongState as error:
            raise Conflict(str(error)) from None


@extend_schema(tags=["firmware"])
class CampaignPause(CampaignAct):
    """Begin no more updates."""

    @extend_schema(operation_id="firmware_campaigns_pause", summary="Pause a campaign", request=None)
    def post(self, request: Request, id: str) -> Response:
        return self.act(service.campaign_pause)


@extend_schema(tags=["firmware"])
class CampaignResume(CampaignAct):
    """Go on."""

    @extend_schema(operation_id="firmware_campaigns_resume", summary="Resume a campaign", request=None)
    def post(self, request: Request, id: str) -> Response:
        return self.act(service.campaign_resume)


@extend_schema(tags=["firmware"])
class CampaignAbort(CampaignAct):
    """End it."""

    @extend_schema(operation_id="firmware_campaigns_abort", summary="Abort a campaign", request=None)
    def post(self, request: Request, id: str) -> Response:
        return self.act(service.campaign_abort)
