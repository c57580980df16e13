"""`fleet-needs`: what a fleet tells of its cars before they come."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import IdTag
from chargers.selectors.tags import id_tags_for
from cpms.api.auth import require
from cpms.api.fields import Body, PublicIdField, public_id
from cpms.api.v1.energy.need_shapes import SUN, energy_field, priority_field
from cpms.api.views import Detail, List
from smartcharging.inputs.filters import FleetNeedFilter
from smartcharging.inputs.needs.usual import (
    fleet_need_remove,
    fleet_need_set,
)
from smartcharging.inputs.selectors import fleet_needs_for
from smartcharging.models import FleetNeed


class FleetNeedSerializer(serializers.ModelSerializer[FleetNeed]):
    """A departure a fleet scheduled."""

    id = public_id()
    id_tag = public_id(source="id_tag")

    class Meta:
        model = FleetNeed
        fields = ["id", "id_tag", "departs_at", "energy_wh", "priority", "sun_only", "created_at"]


class FleetNeedBody(Body):
    """When the car with an ID tag leaves, and what it needs by then."""

    id_tag = PublicIdField(id_tags_for, "ID tag")
    departs_at = serializers.DateTimeField()
    energy_wh = energy_field()
    priority = priority_field()
    sun_only = serializers.BooleanField(required=False, help_text=SUN)


@extend_schema(tags=["needs"])
class FleetNeeds(List):
    """Schedules of fleets."""

    scopes = {"GET": "tags.view", "POST": "needs.edit"}
    selector = fleet_needs_for
    serializer_class = FleetNeedSerializer
    filterset_class = FleetNeedFilter
    ordering = ("departs_at", "id")

    @extend_schema(operation_id="fleet_needs_list", summary="List scheduled departures")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="fleet_needs_set",
        summary="Schedule a departure",
        description="For the same ID tag and moment it replaces what was said, so it may be sent again.",
        request=FleetNeedBody,
        responses={201: FleetNeedSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(FleetNeedBody)
        tag: IdTag = body.pop("id_tag")
        require(self.viewer, "needs.edit", tag.organisation_id)
        made = fleet_need_set(tag, self.actor, **body)
        location = request.build_absolute_uri(f"/api/v1/fleet-needs/{made.public_id}")
        return Response(self.show(made), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["needs"])
class OneFleetNeed(Detail):
    """One departure."""

    scopes = {"GET": "tags.view", "DELETE": "needs.edit"}
    selector = fleet_needs_for
    serializer_class = FleetNeedSerializer

    @extend_schema(operation_id="fleet_needs_read", summary="Read a scheduled departure")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="fleet_needs_remove", summary="Remove a scheduled departure")
    def delete(self, request: Request, id: str) -> Response:
        fleet_need_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
