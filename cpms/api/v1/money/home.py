"""`home-stations` and `reimbursements`: charging at home that employers pay back."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import ReimbursementLine
from billing.selectors.accounts import accounts_for
from billing.selectors.home import home_stations_for, reimbursement_lines_for, reimbursements_for
from billing.services.accounts.parties import person_named
from billing.services.home.making import reimbursement_csv, reimbursement_make
from billing.services.home.stations import home_add, home_end, rate_add
from cpms.core.papers import handed_out

from ...auth import require
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import (
    Detail,
    List,
    Named,
    by_ref,
)
from .home_shapes import (
    HomeEndBody,
    HomeMonthBody,
    HomeRateBody,
    HomeStationBody,
    HomeStationSerializer,
    ReimbursementLineSerializer,
    ReimbursementSerializer,
)


@extend_schema(tags=["home-charging"])
class HomeStations(List):
    """All stations at homes; add one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = home_stations_for
    serializer_class = HomeStationSerializer

    @extend_schema(operation_id="home_stations_list", summary="List stations at homes")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="home_stations_add",
        summary="Let an employer pay back what an employee charges at home",
        request=HomeStationBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: HomeStationSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(HomeStationBody)
        for named in ("station", "account"):
            require(self.viewer, "billing.edit", body[named].organisation_id)
        return once(request, lambda: self._add(body))

    def _add(self, body: dict[str, Any]) -> Response:
        rate = (body["kind"], body["per_kwh"])
        employee = person_named(body["employee"])
        made = home_add(body["station"], body["account"], employee, rate, body["valid_from"], self.actor)
        return Response(self.show(made), status=201)


@extend_schema(tags=["home-charging"])
class OneHomeStation(Detail):
    """One station at home."""

    scopes = {"GET": "billing.view"}
    selector = home_stations_for
    serializer_class = HomeStationSerializer

    @extend_schema(operation_id="home_stations_read", summary="Read a station at home with its rates")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


class _HomeAct(Named):
    scopes = {"POST": "billing.edit"}
    selector = home_stations_for
    serializer_class = HomeStationSerializer


@extend_schema(tags=["home-charging"])
class HomeRates(_HomeAct):
    """Another rate."""

    @extend_schema(
        operation_id="home_stations_rate",
        summary="Set another rate from a day on",
        description="422 for a day in a month that was told already.",
        request=HomeRateBody,
    )
    def post(self, request: Request, id: str) -> Response:
        found, body = self.row(), self.read(HomeRateBody)
        rate_add(found, body["kind"], body["per_kwh"], body["valid_from"], self.actor)
        return Response(self.show(self.row()))


@extend_schema(tags=["home-charging"])
class HomeEnd(_HomeAct):
    """Ending it."""

    @extend_schema(
        operation_id="home_stations_end",
        summary="Pay nothing back any more from a day on",
        request=HomeEndBody,
    )
    def post(self, request: Request, id: str) -> Response:
        found, body = self.row(), self.read(HomeEndBody)
        return Response(self.show(home_end(found, body["ended_on"], self.actor)))


@extend_schema(tags=["home-charging"])
class AccountReimbursements(Named):
    """Making the statement of a month."""

    scopes = {"POST": "billing.edit"}
    selector = accounts_for
    serializer_class = ReimbursementSerializer

    @extend_schema(
        operation_id="accounts_reimburse",
        summary="Make the statement of a month for an employer",
        description="Made by itself within an hour of the month's end; a repeat returns it.",
        request=HomeMonthBody,
        responses={201: ReimbursementSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        found = self.row()
        month = date.fromisoformat(f"{self.read(HomeMonthBody)['month']}-01")
        return Response(self.show(reimbursement_make(found, month, self.actor)), status=201)


@extend_schema(tags=["home-charging"])
class Reimbursements(List):
    """All statements."""

    scopes = {"GET": "billing.view"}
    selector = reimbursements_for
    serializer_class = ReimbursementSerializer

    @extend_schema(operation_id="reimbursements_list", summary="List what employers pay back")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["home-charging"])
class OneReimbursement(Detail):
    """One statement."""

    scopes = {"GET": "billing.view"}
    selector = reimbursements_for
    serializer_class = ReimbursementSerializer

    @extend_schema(operation_id="reimbursements_read", summary="Read what an employer pays back")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["home-charging"])
class ReimbursementLines(List):
    """The sessions of a statement."""

    scopes = {"GET": "billing.view"}
    selector = reimbursement_lines_for
    serializer_class = ReimbursementLineSerializer

    @extend_schema(operation_id="reimbursements_lines", summary="List the sessions of a statement")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    def get_queryset(self) -> QuerySet[ReimbursementLine]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        found = by_ref(reimbursements_for(self.viewer), self.kwargs["id"])
        self.check_object_permissions(self.request, found)
        return rows.filter(reimbursement=found)


@extend_schema(tags=["home-charging"])
class ReimbursementFile(Named):
    """A statement as CSV."""

    scopes = {"GET": "billing.view"}
    selector = reimbursements_for

    @extend_schema(
        operation_id="reimbursements_csv",
        summary="Every session of a statement, and what each employee gets, as CSV",
        responses={200: OpenApiResponse(OpenApiTypes.BINARY, "The file.")},
    )
    def get(self, request: Request, id: str) -> HttpResponse:
        found = self.row()
        content = "".join(reimbursement_csv(found)).encode()
        return handed_out(content, "text/csv; charset=utf-8", f"home-charging-{found.month:%Y-%m}.csv")
