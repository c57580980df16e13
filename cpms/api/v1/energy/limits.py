"""`limits`: what a grid operator, a market or the owner allows for a while."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.selectors.stations import sites_for
from cpms.core import clock
from smartcharging.inputs.choices import LimitScope, LimitState
from smartcharging.inputs.filters import LimitFilter
from smartcharging.inputs.limits.taking import LimitOver, limit_end, limit_set, limit_state
from smartcharging.inputs.selectors import limits_for
from smartcharging.models import LimitEvent
from smartcharging.selectors import circuits_for

from ...auth import require
from ...errors import Conflict
from ...fields import (
    Body,
    Number,
    PublicIdField,
    Text,
    public_id,
)
from ...views import Detail, List, Named

_SCOPE = "`all`: everything behind the circuit, the building too; `chargers`: the chargers alone."
_ACKNOWLEDGED = "When it was stored: from then on it is kept, whatever fails."
_KEPT = "Since when the chargers are shared out under it; null: not yet."


class LimitSerializer(serializers.ModelSerializer[LimitEvent]):
    """A limit from outside."""

    id = public_id()
    site = public_id(source="site")
    circuit = public_id(source="circuit", allow_null=True)
    scope = serializers.ChoiceField(choices=LimitScope.choices, help_text=_SCOPE)
    state = serializers.SerializerMethodField()
    acknowledged_at = serializers.DateTimeField(help_text=_ACKNOWLEDGED)
    kept_at = serializers.DateTimeField(allow_null=True, help_text=_KEPT)

    class Meta:
        model = LimitEvent
        fields = [
            "id", "site", "circuit", "scope", "limit_w", "limit_a", "limit_percent", "starts_at",
            "ends_at", "source", "reference", "state", "acknowledged_at", "kept_at", "ended_at", "created_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(choices=LimitState.choices))
    def get_state(self, limit: LimitEvent) -> str:
        return limit_state(limit, clock.now()).value


class LimitBody(Body):
    """A limit; one of `limit_w`, `limit_a` (on each line) and `limit_percent` (of the circuit's own)."""

    site = PublicIdField(sites_for, "site")
    circuit = PublicIdField(
        circuits_for, "circuit", required=False, allow_null=True, help_text="Left out: the root of the site."
    )
    scope = serializers.ChoiceField(choices=LimitScope.choices, required=False, help_text=_SCOPE)
    limit_w = Number(min_value=0, max_value=1e9, required=False, allow_null=True)
    limit_a = Number(min_value=0, max_value=1e6, required=False, allow_null=True)
    limit_percent = Number(min_value=0, max_value=100, required=False, allow_null=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Left out: now.")
    ends_at = serializers.DateTimeField(help_text="At most 32 days ahead.")
    source = Text(  # type: ignore[assignment]
        max_length=80, help_text="Who sets it, e.g. the grid operator's name."
    )
    reference = Text(max_length=80, help_text="The sender's own; the same again replaces what it said.")


@extend_schema(tags=["limits"])
class Limits(List):
    """All limits; set one."""

    scopes = {"GET": "sites.view", "POST": "limits.edit"}
    selector = limits_for
    serializer_class = LimitSerializer
    filterset_class = LimitFilter
    ordering = ("-starts_at", "-id")

    @extend_schema(operation_id="limits_list", summary="List limits, those of the past too")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="limits_set",
        summary="Set a limit for a while",
        description="The answer is the acknowledgement: the limit is stored, and the sharing of power woken. "
        "`kept_at` tells when it took effect. Sent again with the same source and reference it replaces.",
        request=LimitBody,
        examples=[
            OpenApiExample(
                "dimming by the grid operator",
                {
                    "site": "sit_01J...", "scope": "chargers", "limit_w": 4200, "ends_at": "2026-11-21T19:00:00Z",
                    "source": "Harbour grid", "reference": "D-2026-118",
                },
                request_only=True,
            )
        ],
        responses={
            201: OpenApiResponse(LimitSerializer, "A new limit."),
            200: OpenApiResponse(LimitSerializer, "Replaced."),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        body = self.read(LimitBody)
        site = body.pop("site")
        require(self.viewer, "limits.edit", site.organisation_id)
        try:
            limit, is_new = limit_set(site, body.pop("source"), body.pop("reference"), self.actor, **body)
        except LimitOver as error:
            raise Conflict(str(error)) from None
        location = request.build_absolute_uri(f"/api/v1/limits/{limit.public_id}")
        made = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.show(limit), status=made, headers={"Location": location})


@extend_schema(tags=["limits"])
class OneLimit(Detail):
    """One limit."""

    scopes = {"GET": "sites.view"}
    selector = limits_for
    serializer_class = LimitSerializer

    @extend_schema(operation_id="limits_read", summary="Read a limit and how it is kept")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["limits"])
class LimitEnd(Named):
    """Ending a limit early."""

    scopes = {"POST": "limits.edit"}
    selector = limits_for
    serializer_class = LimitSerializer

    @extend_schema(operation_id="limits_end", summary="End a limit before its time", request=None)
    def post(self, request: Request, id: str) -> Response:
        try:
            return Response(self.show(limit_end(self.row(), self.actor)))
        except LimitOver as error:
            raise Conflict(str(error)) from None
