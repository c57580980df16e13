"""`parties`: people and companies that owe or are owed."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.choices import PartyKind, VatAnswer
from billing.models import Party, VatCheck
from billing.selectors.accounts import parties_for
from billing.selectors.hosts import vat_checks_for
from billing.services.accounts.parties import party_change, party_create
from billing.services.invoicing.vat import Answer, vat_check_record
from chargers.filters.fields import TextFilter

from ...fields import organisation_for
from ...idempotency import once
from ...schema import IDEMPOTENCY_KEY
from ...views import Detail, List, by_ref
from .party_shapes import (
    PartyBody,
    PartyPatch,
    PartySerializer,
    VatCheckBody,
    VatCheckSerializer,
)


class PartyFilter(filters.FilterSet):
    """Parties: by kind and words of the name."""

    kind = filters.ChoiceFilter(choices=PartyKind.choices, label="Kind")
    search = TextFilter(field_name="legal_name", lookup_expr="icontains", label="Search")

    class Meta:
        model = Party
        fields: list[str] = []


@extend_schema(tags=["accounts"])
class Parties(List):
    """All parties; add one."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = parties_for
    serializer_class = PartySerializer
    filterset_class = PartyFilter

    @extend_schema(operation_id="parties_list", summary="List parties")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="parties_create",
        summary="Add a party",
        description="Site hosts, companies and drivers; holders of accounts are also added with their account.",
        request=PartyBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: PartySerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(PartyBody)
        organisation = organisation_for(body, self.viewer, "billing.edit")
        return once(
            request, lambda: Response(self.show(party_create(organisation, self.actor, **body)), status=201)
        )


@extend_schema(tags=["accounts"])
class OneParty(Detail):
    """One party."""

    scopes = {"GET": "billing.view", "PATCH": "billing.edit"}
    selector = parties_for
    serializer_class = PartySerializer

    @extend_schema(operation_id="parties_read", summary="Read a party")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="parties_change", summary="Change a party", request=PartyPatch)
    def patch(self, request: Request, id: str) -> Response:
        return Response(self.show(party_change(self.row(), self.actor, **self.read(PartyPatch))))


@extend_schema(tags=["accounts"])
class VatChecks(List):
    """What a register answered about a party's VAT id; write an answer down."""

    scopes = {"GET": "billing.view", "POST": "billing.edit"}
    selector = vat_checks_for
    serializer_class = VatCheckSerializer

    def party(self) -> Party:
        """The party the URL names. Raises Http404, PermissionDenied."""
        found = by_ref(parties_for(self.viewer), self.kwargs["id"])
        self.check_object_permissions(self.request, found)
        return found

    def get_queryset(self) -> QuerySet[VatCheck]:
        rows = super().get_queryset()
        return rows if getattr(self, "swagger_fake_view", False) else rows.filter(party=self.party())

    @extend_schema(operation_id="parties_vat_checks", summary="List what VIES answered about a VAT id")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="parties_vat_check",
        summary="Write down what VIES answered about a VAT id",
        description="Nothing is asked from here. A valid answer makes reverse charges possible, one that is not known"
        " takes that back. 422 for an id whose form or check digits are wrong.",
        request=VatCheckBody,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: VatCheckSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        party, body = self.party(), self.read(VatCheckBody)
        told = Answer(**body | {"answer": VatAnswer(body["answer"])})
        return once(
            request, lambda: Response(self.show(vat_check_record(party, told, self.actor)), status=201)
        )
