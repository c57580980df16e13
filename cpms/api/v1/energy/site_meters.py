"""`site-meters`: what the building draws, and what meters that send by themselves say."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.selectors.stations import sites_for
from cpms.core import clock
from smartcharging.inputs.choices import MeterDriver
from smartcharging.inputs.filters import LoadReadingFilter, MeterFilter
from smartcharging.inputs.metering.load import building_load
from smartcharging.inputs.metering.meters import meter_create, meter_remove, meter_update
from smartcharging.inputs.metering.store import readings_store
from smartcharging.inputs.selectors import load_readings_for, meters_for
from smartcharging.meters import Sample
from smartcharging.models import LoadReading, SiteMeter

from ...auth import require
from ...errors import Conflict
from ...views import (
    Detail,
    List,
    Named,
    by_ref,
)
from .site_meter_shapes import (
    BuildingLoadSerializer,
    KeptSerializer,
    LoadReadingSerializer,
    MeterPushBody,
    SiteMeterBody,
    SiteMeterPatch,
    SiteMeterSerializer,
)

_MODBUS = OpenApiExample(
    "a Modbus meter",
    {
        "site": "sit_01J...", "name": "Main meter", "driver": "modbus", "measures": "whole",
        "address": "modbus://192.0.2.7:502",
        "settings": {
            "unit": 1,
            "values": {
                "l1_a": {"address": 12, "type": "float32"}, "l2_a": {"address": 14, "type": "float32"},
                "l3_a": {"address": 16, "type": "float32"},
            },
        },
    },
    request_only=True,
)  # fmt: skip
_PUSHED = OpenApiExample(
    "one reading",
    {"readings": [{"at": "2026-11-21T12:00:00Z", "l1_a": 12.4, "l2_a": 8.1, "l3_a": 9.9}]},
    request_only=True,
)


@extend_schema(tags=["site-meters"])
class SiteMeters(List):
    """All meters; make one."""

    scopes = {"GET": "sites.view", "POST": "sites.edit"}
    selector = meters_for
    serializer_class = SiteMeterSerializer
    filterset_class = MeterFilter

    @extend_schema(operation_id="site_meters_list", summary="List site meters")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="site_meters_create", summary="Make a site meter", request=SiteMeterBody,
        responses={201: SiteMeterSerializer}, examples=[_MODBUS],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(SiteMeterBody)
        site = body.pop("site")
        require(self.viewer, "sites.edit", site.organisation_id)
        meter = meter_create(site, self.actor, **body)
        location = request.build_absolute_uri(f"/api/v1/site-meters/{meter.public_id}")
        return Response(self.show(meter), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["site-meters"])
class OneSiteMeter(Detail):
    """One meter."""

    scopes = {"GET": "sites.view", "PATCH": "sites.edit", "DELETE": "sites.edit"}
    selector = meters_for
    serializer_class = SiteMeterSerializer

    @extend_schema(operation_id="site_meters_read", summary="Read a site meter with its state")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="site_meters_change", summary="Change a site meter", request=SiteMeterPatch)
    def patch(self, request: Request, id: str) -> Response:
        return Response(self.show(meter_update(self.row(), self.actor, **self.read(SiteMeterPatch))))

    @extend_schema(operation_id="site_meters_remove", summary="Remove a site meter with what it said")
    def delete(self, request: Request, id: str) -> Response:
        meter_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["site-meters"])
class SiteMeterReadings(List):
    """What a meter said in the last two days; telling what it says."""

    scopes = {"GET": "sites.view", "POST": "meters.send"}
    selector = meters_for
    serializer_class = LoadReadingSerializer
    filterset_class = LoadReadingFilter

    def meter(self) -> SiteMeter:
        """The meter the URL names. Raises Http404, PermissionDenied."""
        meter = by_ref(meters_for(self.viewer), self.kwargs["id"])
        require(self.viewer, self.scopes["GET" if self.request.method == "HEAD" else str(self.request.method)],
                meter.site.organisation_id)  # fmt: skip
        return meter

    def get_queryset(self) -> QuerySet[LoadReading]:
        if getattr(self, "swagger_fake_view", False):
            return LoadReading.objects.none()
        return load_readings_for(self.viewer, self.meter())

    @extend_schema(operation_id="site_meter_readings_list", summary="List what a meter said, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="site_meter_readings_send",
        summary="Send what a meter says",
        description="For meters with the driver `push`. A reading with a time that is there already changes nothing, "
        "so a batch may be sent again. What is not believed is named in `refused`; the rest is kept.",
        request=MeterPushBody,
        examples=[_PUSHED],
        responses={200: OpenApiResponse(KeptSerializer, "What became of each reading.")},
    )
    def post(self, request: Request, id: str) -> Response:
        meter, body = self.meter(), self.read(MeterPushBody)
        if meter.driver != MeterDriver.PUSH or not meter.active:
            raise Conflict("this meter is switched off, or asked by us: nothing is sent to it")
        samples = [Sample(one["values"], one["at"]) for one in body["readings"]]
        return Response(KeptSerializer(readings_store(meter, samples, clock.now())).data)


@extend_schema(tags=["site-meters"])
class SiteBuildingLoad(Named):
    """What a site's building draws now."""

    scopes = {"GET": "sites.view"}
    selector = sites_for
    serializer_class = BuildingLoadSerializer

    @extend_schema(
        operation_id="site_building_load",
        summary="What everything but the chargers draws",
        description="One entry for each circuit with a meter: what charging is reckoned with, and how sure that is.",
        responses={200: BuildingLoadSerializer(many=True)},
    )
    def get(self, request: Request, id: str) -> Response:
        loads = building_load(self.row(), clock.now())
        shown = BuildingLoadSerializer(loads, many=True)  # type: ignore[arg-type]
        return Response(shown.data)
