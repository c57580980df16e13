"""`needs`: what cars need by when. One resource a session, schedules of fleets, what is usual for a tag or a group."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import IdTag, IdTagGroup
from chargers.selectors import id_tag_groups_for, id_tags_for, transactions_for
from cpms.core import clock
from smartcharging.engine.estimate import Source
from smartcharging.inputs.choices import NeedClass, NeedSource
from smartcharging.inputs.filters import FleetNeedFilter
from smartcharging.inputs.needs import SessionOver, need_clear, need_of, need_set
from smartcharging.inputs.progress import progress_by_meter
from smartcharging.inputs.resolving import Basis, Wanted
from smartcharging.inputs.selectors import fleet_needs_for, need_defaults_for
from smartcharging.inputs.usual_needs import (
    fleet_need_remove,
    fleet_need_set,
    need_default_remove,
    need_default_set,
)
from smartcharging.models import FleetNeed, NeedDefault
from smartcharging.models.need import MOST_WH

from ...auth import require
from ...errors import Conflict
from ...fields import (
    Body,
    PatchBody,
    PublicIdField,
    public_id,
)
from ...views import Detail, List, Named

_PRIORITY = "Who comes first when there is not enough for all."
_SUN = (
    "Takes what the sun leaves beside the building, and from the grid only what is missing at a departure that was "
    "said. Needs a solar meter at the site."
)
_ENERGY = "Wh from the start of the session."


def _energy(text: str = _ENERGY) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1, max_value=MOST_WH, required=False, allow_null=True, help_text=text
    )


def _priority() -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=NeedClass.choices, required=False, allow_blank=True, help_text=_PRIORITY
    )


class BasisSerializer(serializers.Serializer[Basis]):
    """What an estimate stands on."""

    visits = serializers.IntegerField(help_text="So many earlier sessions.")
    of = serializers.ChoiceField(
        choices=[str(one) for one in Source if one is not Source.NOTHING],
        help_text="Whose they were: of the ID tag at about this hour, of the ID tag, of the site.",
    )


class NeedSerializer(serializers.Serializer[Wanted]):
    """What a car is taken to need: of each figure the word of the most trusted source."""

    energy_wh = serializers.IntegerField(allow_null=True, help_text=_ENERGY)
    departs_at = serializers.DateTimeField(allow_null=True)
    soon_wh = serializers.IntegerField(allow_null=True, help_text="So much of it as fast as possible.")
    priority = serializers.ChoiceField(choices=NeedClass.choices)
    charge_now = serializers.BooleanField(help_text="Not to be shifted to a better time.")
    sun_only = serializers.BooleanField(help_text=_SUN)
    sources = serializers.DictField(
        child=serializers.ChoiceField(choices=NeedSource.choices), help_text="Whose word each figure is."
    )
    confidence = serializers.FloatField(help_text="0 (nothing is known) to 1.")
    bases = serializers.DictField(
        child=BasisSerializer(), help_text="Of each figure that is an estimate, what it stands on."
    )


class TransactionNeedSerializer(NeedSerializer):
    """The same with how far charging is."""

    left_wh = serializers.SerializerMethodField(
        help_text="What is still to come of `energy_wh`; null unless it runs and somebody said one."
    )

    def get_left_wh(self, wanted: Wanted) -> int | None:
        progress = progress_by_meter(self.context["transaction"], clock.now())
        return progress.left_wh if progress else None


class NeedBody(PatchBody):
    """What is said of a session; null takes a figure back, what is left out stays."""

    energy_wh = _energy()
    departs_at = serializers.DateTimeField(allow_null=True)
    soon_wh = _energy("So much of it as fast as possible; Wh.")
    priority = _priority()
    charge_now = serializers.BooleanField(allow_null=True)
    sun_only = serializers.BooleanField(allow_null=True, help_text=_SUN)


@extend_schema(tags=["needs"])
class TransactionNeed(Named):
    """What the car of one session needs."""

    scopes = {"GET": "transactions.view", "PATCH": "needs.edit", "DELETE": "needs.edit"}
    selector = transactions_for
    serializer_class = TransactionNeedSerializer

    def _shown(self, transaction: Any) -> Response:
        told = need_of(transaction, clock.now())
        return Response(TransactionNeedSerializer(told, context={"transaction": transaction}).data)

    @extend_schema(operation_id="transaction_need_read", summary="What a car is taken to need")
    def get(self, request: Request, id: str) -> Response:
        return self._shown(self.row())

    @extend_schema(
        operation_id="transaction_need_say",
        summary="Say what a car needs",
        description="Said as the operator: the car's own word and the driver's count more.",
        request=NeedBody,
        responses=TransactionNeedSerializer,
        examples=[
            OpenApiExample(
                "40 kWh by half past seven",
                {"energy_wh": 40000, "departs_at": "2026-11-22T06:30:00Z"},
                request_only=True,
            )
        ],
    )
    def patch(self, request: Request, id: str) -> Response:
        transaction = self.row()
        try:
            need_set(transaction, NeedSource.OPERATOR, self.actor, **self.read(NeedBody))
        except SessionOver as error:
            raise Conflict(str(error)) from None
        return self._shown(transaction)

    @extend_schema(
        operation_id="transaction_need_take_back",
        summary="Take back what was said",
        responses={200: TransactionNeedSerializer},
    )
    def delete(self, request: Request, id: str) -> Response:
        transaction = self.row()
        need_clear(transaction, NeedSource.OPERATOR, self.actor)
        return self._shown(transaction)


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
    energy_wh = _energy()
    priority = _priority()
    sun_only = serializers.BooleanField(required=False, help_text=_SUN)


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


class NeedDefaultSerializer(serializers.ModelSerializer[NeedDefault]):
    """What is usual for an ID tag or for a group."""

    id = public_id()
    id_tag = public_id(source="id_tag", allow_null=True)
    group = public_id(source="group", allow_null=True)

    class Meta:
        model = NeedDefault
        fields = ["id", "id_tag", "group", "energy_wh", "departs_by", "soon_wh", "priority", "created_at"]


class NeedDefaultBody(Body):
    """What is usual for one ID tag or one group."""

    id_tag = PublicIdField(id_tags_for, "ID tag", required=False)
    group = PublicIdField(id_tag_groups_for, "group of ID tags", required=False)
    energy_wh = _energy()
    departs_by = serializers.TimeField(required=False, allow_null=True, help_text="By the clock of the site.")
    soon_wh = _energy("So much of it as fast as possible; Wh.")
    priority = _priority()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if ("id_tag" in attrs) == ("group" in attrs):
            raise serializers.ValidationError({"id_tag": "name an ID tag or a group, one of the two"})
        return attrs


@extend_schema(tags=["needs"])
class NeedDefaults(List):
    """What is usual."""

    scopes = {"GET": "tags.view", "POST": "needs.edit"}
    selector = need_defaults_for
    serializer_class = NeedDefaultSerializer

    @extend_schema(operation_id="need_defaults_list", summary="List what is usual for tags and groups")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="need_defaults_set",
        summary="Say what is usual for a tag or a group",
        description="Replaces what was usual for the same one.",
        request=NeedDefaultBody,
        responses={201: NeedDefaultSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(NeedDefaultBody)
        owner: IdTag | IdTagGroup = body.pop("id_tag", None) or body.pop("group")
        require(self.viewer, "needs.edit", owner.organisation_id)
        made = need_default_set(owner, self.actor, **body)
        location = request.build_absolute_uri(f"/api/v1/need-defaults/{made.public_id}")
        return Response(self.show(made), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["needs"])
class OneNeedDefault(Detail):
    """What is usual for one of them."""

    scopes = {"GET": "tags.view", "DELETE": "needs.edit"}
    selector = need_defaults_for
    serializer_class = NeedDefaultSerializer

    @extend_schema(operation_id="need_defaults_read", summary="Read what is usual")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="need_defaults_remove", summary="Nothing is usual any more")
    def delete(self, request: Request, id: str) -> Response:
        need_default_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
