"""`dunning-rules` and `dunning-cases`: reminding who does not pay."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.choices import DunningLevel
from billing.filters.dunning import DunningCaseFilter
from billing.models import DunningStep
from billing.selectors.dunning import dunning_cases_for, dunning_rules_for, dunning_steps_for
from billing.services.dunning.cases import case_go_on, case_hold, case_open
from billing.services.dunning.rules import rules_set
from billing.services.dunning.steps import step_now
from billing.services.invoicing.issuer import NoIssuer

from ...auth import require
from ...errors import Conflict
from ...fields import organisation_for
from ...views import Detail, List, Named, by_ref
from .dunning_shapes import (
    DunningAdvanceBody,
    DunningCaseBody,
    DunningCaseSerializer,
    DunningHoldBody,
    DunningRulesBody,
    DunningRulesSerializer,
    DunningStepSerializer,
)


@extend_schema(tags=["dunning"])
class DunningRules(List):
    """When customers are reminded."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = dunning_rules_for
    serializer_class = DunningRulesSerializer

    @extend_schema(
        operation_id="dunning_rules_list",
        summary="Read when customers are reminded",
        description="Empty where nobody set any rules: nobody is reminded then.",
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="dunning_rules_set", summary="Set when customers are reminded", request=DunningRulesBody
    )
    def post(self, request: Request) -> Response:
        body = self.read(DunningRulesBody)
        organisation = organisation_for(body, self.viewer, "billing.edit")
        return Response(self.show(rules_set(organisation, self.actor, **body)))


@extend_schema(tags=["dunning"])
class DunningCases(List):
    """Invoices that were not paid in time."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = dunning_cases_for
    serializer_class = DunningCaseSerializer
    filterset_class = DunningCaseFilter

    @extend_schema(operation_id="dunning_cases_list", summary="List invoices that were not paid in time")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="dunning_cases_open",
        summary="Begin with an invoice by hand, on the day it is due",
        description="From the next day on it begins by itself, where reminders are switched on. A repeat returns the"
        " case. 422 when nothing is open of the invoice, or it is not due.",
        request=DunningCaseBody,
        responses={201: DunningCaseSerializer},
    )
    def post(self, request: Request) -> Response:
        invoice = self.read(DunningCaseBody)["invoice"]
        require(self.viewer, "billing.edit", invoice.organisation_id)
        return Response(self.show(case_open(invoice, self.actor)), status=201)


@extend_schema(tags=["dunning"])
class OneDunningCase(Detail):
    """One of them."""

    scopes = {"GET": "billing.view"}
    selector = dunning_cases_for
    serializer_class = DunningCaseSerializer

    @extend_schema(operation_id="dunning_cases_read", summary="Read how far reminding of an invoice has come")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["dunning"])
class DunningSteps(List):
    """What was done about one invoice."""

    scopes = {"GET": "billing.view"}
    selector = dunning_steps_for
    serializer_class = DunningStepSerializer

    @extend_schema(operation_id="dunning_cases_steps", summary="List the levels that were taken")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    def get_queryset(self) -> QuerySet[DunningStep]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        found = by_ref(dunning_cases_for(self.viewer), self.kwargs["id"])
        self.check_object_permissions(self.request, found)
        return rows.filter(case=found)


class _CaseAct(Named):
    scopes = {"POST": "billing.edit"}
    selector = dunning_cases_for
    serializer_class = DunningCaseSerializer


@extend_schema(tags=["dunning"])
class DunningHold(_CaseAct):
    """Stopping for now."""

    @extend_schema(
        operation_id="dunning_cases_hold",
        summary="Stop reminding of an invoice for now",
        description="Blocked cards charge again meanwhile. 422 once it has ended.",
        request=DunningHoldBody,
    )
    def post(self, request: Request, id: str) -> Response:
        found, body = self.row(), self.read(DunningHoldBody)
        case_hold(found, body["because"], self.actor, is_disputed=body["is_disputed"])
        return Response(self.show(self.row()))


@extend_schema(tags=["dunning"])
class DunningResume(_CaseAct):
    """Going on."""

    @extend_schema(
        operation_id="dunning_cases_resume", summary="Let it go on from where it was", request=None
    )
    def post(self, request: Request, id: str) -> Response:
        case_go_on(self.row(), self.actor)
        return Response(self.show(self.row()))


@extend_schema(tags=["dunning"])
class DunningAdvance(_CaseAct):
    """Going ahead of the days."""

    @extend_schema(
        operation_id="dunning_cases_advance",
        summary="Take the next level now",
        description="The customer gets its mail and owes its fee. A repeat changes nothing. 422 when it is not the"
        " next one, is on hold or paid.",
        request=DunningAdvanceBody,
    )
    def post(self, request: Request, id: str) -> Response:
        found, body = self.row(), self.read(DunningAdvanceBody)
        try:
            step_now(found, DunningLevel[body["level"].upper()], self.actor)
        except NoIssuer as error:
            raise Conflict(str(error)) from None
        return Response(self.show(self.row()))
