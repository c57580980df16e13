"""`exports`: the books of a month as CSV and for DATEV; posting periods closed and opened again."""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import DatevSettings, PostingPeriod
from billing.selectors.books import datev_settings_for, posting_periods_for
from billing.services.books.periods import period_close, period_reopen
from billing.services.exports.months import Month, datev_batch, datev_set, invoices_csv, journal_csv
from cpms.accounts.models import Organisation

from ...fields import (
    Body,
    OrganisationField,
    Text,
    organisation_for,
    public_id,
)
from ...views import List, Resource, check_parameters

_MONTH = OpenApiParameter("month", str, required=True, description="A posting period, such as 2026-10.")
_CURRENCY = OpenApiParameter("currency", str, description="Entries in this one; EUR unless said.")
_ORGANISATION = OpenApiParameter("organisation", str, description="Of callers who belong to several.")
_FILE: dict[Any, Any] = {
    (200, "text/csv"): OpenApiTypes.STR,
    404: OpenApiResponse(description="There is no such organisation, or none of yours."),
}
_BATCH: dict[Any, Any] = {
    **_FILE,
    422: OpenApiResponse(description="An account is missing: nothing is handed over in part."),
}


class PeriodSerializer(serializers.ModelSerializer[PostingPeriod]):
    """A calendar month that was closed or opened again; a month that is not listed is open."""

    id = public_id()
    organisation = public_id(source="organisation")

    class Meta:
        model = PostingPeriod
        fields = ["id", "organisation", "month", "closed", "changed_at", "changed_by"]


class MonthBody(Body):
    """A month to close, or to open again."""

    month = Text(max_length=7, help_text="Such as 2026-10.")
    closed = serializers.BooleanField()
    organisation = OrganisationField()


class DatevSerializer(serializers.ModelSerializer[DatevSettings]):
    """The tax adviser's numbers, and which account of his each ledger account is."""

    id = public_id()
    organisation = public_id(source="organisation")
    accounts = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = DatevSettings
        fields = [
            "id", "organisation", "consultant", "client", "year_begins_month", "account_digits", "accounts",
        ]  # fmt: skip


class DatevBody(Body):
    """The same, set as a whole."""

    organisation = OrganisationField()
    consultant = serializers.IntegerField(min_value=1001, max_value=9_999_999)
    client = serializers.IntegerField(min_value=1, max_value=99_999)
    year_begins_month = serializers.IntegerField(min_value=1, max_value=12, default=1)
    account_digits = serializers.IntegerField(min_value=4, max_value=8, default=4)
    accounts = serializers.DictField(
        child=Text(max_length=9),
        help_text='By ledger account, e.g. {"revenue": "8200", "output_tax/DE-19": "1776"}.',
    )


class _Export(Resource):
    """A file of one month."""

    scopes = {"GET": "billing.view"}
    selector = posting_periods_for
    serializer_class = PeriodSerializer
    pagination_class = None
    known = {"month", "organisation"}

    def asked(self, request: Request) -> tuple[Organisation, Month]:
        """Whose books, and which month. Raises ParseError, ValidationError."""
        check_parameters(request, self.known)
        named = request.query_params.get("organisation")
        body: dict[str, Any] = {}
        if named is not None:
            field = OrganisationField()
            field.bind("organisation", serializers.Serializer(context=self.get_serializer_context()))
            body["organisation"] = field.to_internal_value(named)
        try:
            month = Month.parse(request.query_params.get("month", ""))
        except ValidationError as error:
            raise ParseError(error.message_dict) from None
        return organisation_for(body, self.viewer, "billing.view"), month


def _file(lines: Iterator[Any], name: str, charset: str = "utf-8") -> HttpResponse:
    answer = HttpResponse(lines, content_type=f"text/csv; charset={charset}")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@extend_schema(tags=["exports"])
class JournalExport(_Export):
    """The journal of a month."""

    write: Callable[[Organisation, Month], Iterator[str]] = staticmethod(journal_csv)
    name = "journal"

    @extend_schema(
        operation_id="exports_journal",
        summary="The lines of the journal booked in a month, as CSV",
        parameters=[_MONTH, _ORGANISATION],
        responses=_FILE,
    )
    def get(self, request: Request) -> HttpResponse:
        organisation, month = self.asked(request)
        return _file(type(self).write(organisation, month), f"{self.name}-{month.name}.csv")


@extend_schema(tags=["exports"])
class InvoicesExport(JournalExport):
    """The invoices of a month."""

    write = staticmethod(invoices_csv)
    name = "invoices"

    @extend_schema(
        operation_id="exports_invoices",
        summary="The invoices and credit notes issued in a month, as CSV",
        parameters=[_MONTH, _ORGANISATION],
        responses=_FILE,
    )
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)


@extend_schema(tags=["exports"])
class DatevExport(_Export):
    """The bookings of a month for DATEV."""

    known = {"month", "organisation", "currency"}

    @extend_schema(
        operation_id="exports_datev",
        summary="The entries of a month as a DATEV batch (EXTF 700, Windows-1252)",
        description="422 when an account is missing: nothing is handed over in part.",
        parameters=[_MONTH, _CURRENCY, _ORGANISATION],
        responses=_BATCH,
    )
    def get(self, request: Request) -> HttpResponse:
        organisation, month = self.asked(request)
        currency = request.query_params.get("currency", "EUR").replace("\0", "")[:3]
        lines = datev_batch(organisation, month, currency)
        return _file(lines, f"EXTF_Buchungsstapel_{month.name}.csv", "windows-1252")


@extend_schema(tags=["exports"])
class PostingPeriods(List):
    """Months that were closed or opened again."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = posting_periods_for
    serializer_class = PeriodSerializer

    @extend_schema(
        operation_id="posting_periods_list", summary="List months that were closed or opened again"
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="posting_periods_change",
        summary="Close a month that is over, or open it again",
        description="A closed month takes no more entries.",
        request=MonthBody,
    )
    def post(self, request: Request) -> Response:
        body = self.read(MonthBody)
        organisation = organisation_for(body, self.viewer, "billing.edit")
        change = period_close if body["closed"] else period_reopen
        return Response(self.show(change(organisation, Month.parse(body["month"]).first, self.actor)))


@extend_schema(tags=["exports"])
class DatevSettingsOf(List):
    """The numbers of tax advisers."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = datev_settings_for
    serializer_class = DatevSerializer

    @extend_schema(operation_id="datev_settings_list", summary="Read the numbers of the tax adviser")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="datev_settings_set", summary="Set the numbers of the tax adviser", request=DatevBody
    )
    def post(self, request: Request) -> Response:
        body = self.read(DatevBody)
        organisation = organisation_for(body, self.viewer, "billing.edit")
        return Response(self.show(datev_set(organisation, self.actor, **body)))
