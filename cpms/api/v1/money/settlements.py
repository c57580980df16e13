"""`settlement-agreements` and `settlements`: what site hosts get, told once a month."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from billing.filters.settlements import SettlementFilter
from billing.models import Settlement, SettlementLine
from billing.selectors.hosts import settlement_agreements_for, settlement_lines_for, settlements_for
from billing.services.books.refusals import BooksRefuse
from billing.services.invoicing.documents import NoDocument
from billing.services.settlements.agreeing import settlement_agree, settlement_pay
from billing.services.settlements.agreements import agreement_end, agreement_make
from billing.services.settlements.documents import FORMS, file_of
from billing.services.settlements.making import settlement_discard, settlement_make
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
from .invoices import refused
from .settlement_shapes import (
    AgreementBody,
    AgreementEndBody,
    AgreementSerializer,
    SettlementLineSerializer,
    SettlementMonthBody,
    SettlementPaidBody,
    SettlementSerializer,
    SettlementToldSerializer,
)


@extend_schema(tags=["settlements"])
class Agreements(List):
    """All agreements; make one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = settlement_agreements_for
    serializer_class = AgreementSerializer

    @extend_schema(operation_id="settlement_agreements_list", summary="List agreements with site hosts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="settlement_agreements_create",
        summary="Agree with the host of a site on a share",
        description="It never changes: end it and make another. A site has one at a time.",
        request=AgreementBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: AgreementSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(AgreementBody)
        site, host = body.pop("site"), body.pop("host")
        require(self.viewer, "billing.edit", site.organisation_id)
        return once(
            request, lambda: Response(self.show(agreement_make(site, host, self.actor, **body)), status=201)
        )


@extend_schema(tags=["settlements"])
class OneAgreement(Detail):
    """One agreement."""

    scopes = {"GET": "billing.view"}
    selector = settlement_agreements_for
    serializer_class = AgreementSerializer

    @extend_schema(operation_id="settlement_agreements_read", summary="Read an agreement with a site host")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["settlements"])
class AgreementEnd(Named):
    """Ending an agreement."""

    scopes = {"POST": "billing.edit"}
    selector = settlement_agreements_for
    serializer_class = AgreementSerializer

    @extend_schema(
        operation_id="settlement_agreements_end",
        summary="End an agreement on a day",
        description="422 for a day in a month that was told already.",
        request=AgreementEndBody,
    )
    def post(self, request: Request, id: str) -> Response:
        found, body = self.row(), self.read(AgreementEndBody)
        return Response(self.show(agreement_end(found, body["valid_until"], self.actor)))


@extend_schema(tags=["settlements"])
class AgreementSettlements(Named):
    """Making the statement of a month."""

    scopes = {"POST": "billing.edit"}
    selector = settlement_agreements_for
    serializer_class = SettlementToldSerializer

    @extend_schema(
        operation_id="settlement_agreements_settle",
        summary="Make the statement of a month",
        description="Made by itself within an hour of the month's end; a repeat returns it. It takes every session that"
        " ended before and is on no statement as it stands.",
        request=SettlementMonthBody,
        responses={201: SettlementToldSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        found = self.row()
        month = date.fromisoformat(f"{self.read(SettlementMonthBody)['month']}-01")
        return Response(self.show(settlement_make(found, month, self.actor)), status=201)


@extend_schema(tags=["settlements"])
class Settlements(List):
    """All statements."""

    scopes = {"GET": "billing.view"}
    selector = settlements_for
    serializer_class = SettlementSerializer
    filterset_class = SettlementFilter

    @extend_schema(operation_id="settlements_list", summary="List statements to site hosts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)


@extend_schema(tags=["settlements"])
class OneSettlement(Detail):
    """One statement; a draft can be discarded."""

    scopes = {"GET": "billing.view", "DELETE": "billing.edit"}
    selector = settlements_for
    serializer_class = SettlementToldSerializer

    @extend_schema(operation_id="settlements_read", summary="Read a statement, and why it is so much")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="settlements_discard",
        summary="Discard a draft",
        description="Its sessions come onto the next statement. 409 once it is agreed.",
        responses={204: None},
    )
    def delete(self, request: Request, id: str) -> Response:
        found = self.row()
        try:
            settlement_discard(found, self.actor)
        except (BooksRefuse, ValidationError) as error:
            raise refused(error) from None
        return Response(status=204)


class SettlementAct(Named):
    """Base of what is done to one statement."""

    scopes = {"POST": "billing.edit"}
    selector = settlements_for
    serializer_class = SettlementToldSerializer

    def done(self, act: Callable[[], Settlement]) -> Response:
        """What the act made of it. Raises Conflict."""
        try:
            made = act()
        except (BooksRefuse, ValidationError) as error:
            raise refused(error) from None
        return Response(self.show(self.get_queryset().get(pk=made.pk)))


@extend_schema(tags=["settlements"])
class SettlementAgree(SettlementAct):
    """Agreeing a draft."""

    @extend_schema(
        operation_id="settlements_agree",
        summary="Agree a statement: number it and book what is owed",
        description="A repeat returns it. 409 while something is missing that the law wants on it.",
        request=None,
    )
    def post(self, request: Request, id: str) -> Response:
        found = self.row()
        return self.done(lambda: settlement_agree(found, self.actor))


@extend_schema(tags=["settlements"])
class SettlementPay(SettlementAct):
    """Telling that it was paid."""

    @extend_schema(
        operation_id="settlements_pay",
        summary="Tell that the bank moved the share",
        description="A repeat changes nothing.",
        request=SettlementPaidBody,
    )
    def post(self, request: Request, id: str) -> Response:
        found, body = self.row(), self.read(SettlementPaidBody)
        return self.done(lambda: settlement_pay(found, body["on"], body["reference"], self.actor))


@extend_schema(tags=["settlements"])
class SettlementLines(List):
    """The sessions of a statement."""

    scopes = {"GET": "billing.view"}
    selector = settlement_lines_for
    serializer_class = SettlementLineSerializer

    @extend_schema(operation_id="settlements_lines", summary="List the sessions of a statement")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    def get_queryset(self) -> QuerySet[SettlementLine]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        found = by_ref(settlements_for(self.viewer), self.kwargs["id"])
        self.check_object_permissions(self.request, found)
        return rows.filter(settlement=found)


@extend_schema(tags=["settlements"])
class SettlementFile(Named):
    """A document, byte for byte."""

    scopes = {"GET": "billing.view"}
    selector = settlements_for

    @extend_schema(
        operation_id="settlements_file",
        summary="The document, or its sessions, as a file",
        description=f"`form` is one of {', '.join(f'`{form}`' for form in FORMS)}. 404 for documents of drafts.",
        responses={200: OpenApiResponse(OpenApiTypes.BINARY, "The file.")},
    )
    def get(self, request: Request, id: str, form: str) -> HttpResponse:
        found = self.row()
        try:
            file = file_of(found, form)
        except NoDocument as error:
            raise NotFound(str(error)) from None
        return handed_out(file.content, file.media_type, file.name)
