"""`tariff-assignments` and `tariff-choice`: where and for whom tariffs hold, and which one applies."""

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import TariffFamily
from billing.selectors.tariffs import tariff_assignments_for
from billing.services.tariffs import versions as service
from billing.services.tariffs.explain import tariff_explain
from cpms.core import clock

from ...auth import require
from ...errors import Conflict, Unprocessable
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import (
    Detail,
    List,
    Named,
    Resource,
)
from .tariff_shapes import (
    AssignmentBody,
    ChoiceBody,
    EndBody,
    TariffAssignmentSerializer,
    TariffChoiceSerializer,
)


@extend_schema(tags=["tariffs"])
class Assignments(List):
    """All assignments; make one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = tariff_assignments_for
    serializer_class = TariffAssignmentSerializer

    @extend_schema(operation_id="tariff_assignments_list", summary="List assignments of tariffs")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="tariff_assignments_create",
        summary="Say where and for whom a tariff holds",
        request=AssignmentBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: TariffAssignmentSerializer},
        examples=[
            OpenApiExample(
                "one site", {"tariff": "trf_...", "scope": "site", "site": "sit_..."}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        body = self.read(AssignmentBody)
        family = body.pop("tariff")
        require(self.viewer, "billing.edit", family.organisation_id)
        return once(request, lambda: self._make(family, body))

    def _make(self, family: TariffFamily, body: dict[str, Any]) -> Response:
        made = service.tariff_assign(family, self.actor, **body)
        location = self.request.build_absolute_uri(f"/api/v1/tariff-assignments/{made.public_id}")
        return Response(self.show(made), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["tariffs"])
class OneAssignment(Detail):
    """One assignment."""

    scopes = {"GET": "billing.view", "DELETE": "billing.edit"}
    selector = tariff_assignments_for
    serializer_class = TariffAssignmentSerializer

    @extend_schema(operation_id="tariff_assignments_read", summary="Read an assignment")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="tariff_assignments_remove",
        summary="Take back an assignment that has not begun",
        description="409 once it has begun: end it instead.",
    )
    def delete(self, request: Request, id: str) -> Response:
        try:
            service.assignment_remove(self.row(), self.actor)
        except ValidationError as error:
            raise Conflict("; ".join(error.messages)) from None
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["tariffs"])
class AssignmentEnd(Named):
    """The end of an assignment."""

    scopes = {"POST": "billing.edit"}
    selector = tariff_assignments_for
    serializer_class = TariffAssignmentSerializer

    @extend_schema(
        operation_id="tariff_assignments_end",
        summary="Let an assignment end",
        description="Sessions that began under it keep its price.",
        request=EndBody,
        responses=TariffAssignmentSerializer,
    )
    def post(self, request: Request, id: str) -> Response:
        assignment, body = self.row(), self.read(EndBody)
        try:
            return Response(self.show(service.assignment_end(assignment, body.get("at"), self.actor)))
        except ValidationError as error:
            raise Unprocessable({"at": error.messages}) from None


@extend_schema(tags=["tariffs"])
class TariffChoice(Resource):
    """Which tariff applies."""

    scopes = {"POST": "billing.view"}
    selector = tariff_assignments_for
    serializer_class = TariffChoiceSerializer
    pagination_class = None

    @extend_schema(
        operation_id="tariff_choice",
        summary="Which tariff applies at an EVSE, and why each other one does not",
        request=ChoiceBody,
        responses=TariffChoiceSerializer,
        examples=[OpenApiExample("a guest, now", {"station": "GARAGE-07", "evse_no": 1}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        body = self.read(ChoiceBody)
        require(self.viewer, "billing.view", body["station"].organisation_id)
        tag = body.get("id_tag")
        group = tag.group if tag else body.get("group")
        found = tariff_explain(body["station"], body["evse_no"], group, body.get("at") or clock.now())
        return Response(TariffChoiceSerializer(found).data)
