"""`sites`: places where stations stand."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.filters.stations import SiteFilter
from chargers.models import Site
from chargers.selectors.stations import sites_for
from chargers.services.stations.sites import site_create, site_remove, site_update
from cpms.core.papers import handed_out
from cpms.drivers.stickers import NoPdf, stickers_file_name, stickers_pdf

from ...errors import Conflict
from ...fields import (
    Body,
    OrganisationField,
    PatchBody,
    Text,
    organisation_for,
    public_id,
)
from ...views import Detail, List, Named


class SiteSerializer(serializers.ModelSerializer[Site]):
    """A place with stations; `time_zone` is the one its drivers live in."""

    id = public_id()
    organisation = public_id(source="organisation")

    class Meta:
        model = Site
        fields = [
            "id", "organisation", "name", "address", "city", "country", "latitude", "longitude", "time_zone",
            "created_at",
        ]  # fmt: skip


class _SiteFields(Body):
    name = Text(max_length=120)
    address = Text(max_length=255, required=False, allow_blank=True)
    city = Text(max_length=120, required=False, allow_blank=True)
    country = serializers.RegexField(
        r"^[A-Z]{2}\Z", required=False, allow_blank=True, help_text="ISO 3166-1, two capital letters."
    )
    latitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-90, max_value=90, required=False, allow_null=True
    )
    longitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-180, max_value=180, required=False, allow_null=True
    )
    time_zone = Text(max_length=60, required=False, help_text="IANA name, e.g. Europe/Berlin.")


class SiteBody(_SiteFields):
    """A site to make."""

    organisation = OrganisationField()


class SitePatch(PatchBody, _SiteFields):
    """What may be changed of a site."""


_EXAMPLE = OpenApiExample(
    "a car park",
    {"name": "Harbour", "city": "Hamburg", "country": "DE", "time_zone": "Europe/Berlin"},
    request_only=True,
)


@extend_schema(tags=["sites"])
class Sites(List):
    """All sites; make one."""

    scopes = {"GET": "sites.view", "POST": "sites.edit"}
    selector = sites_for
    serializer_class = SiteSerializer
    filterset_class = SiteFilter

    @extend_schema(operation_id="sites_list", summary="List sites")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="sites_create",
        summary="Make a site",
        request=SiteBody,
        responses={201: SiteSerializer},
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        body = self.read(SiteBody)
        organisation = organisation_for(body, self.viewer, "sites.edit")
        site = site_create(organisation, self.actor, **body)
        location = request.build_absolute_uri(f"/api/v1/sites/{site.public_id}")
        return Response(self.show(site), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["sites"])
class OneSite(Detail):
    """One site."""

    scopes = {"GET": "sites.view", "PATCH": "sites.edit", "DELETE": "sites.edit"}
    selector = sites_for
    serializer_class = SiteSerializer

    @extend_schema(operation_id="sites_read", summary="Read a site")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(operation_id="sites_change", summary="Change a site", request=SitePatch)
    def patch(self, request: Request, id: str) -> Response:
        return Response(self.show(site_update(self.row(), self.actor, **self.read(SitePatch))))

    @extend_schema(operation_id="sites_remove", summary="Remove a site without stations")
    def delete(self, request: Request, id: str) -> Response:
        try:
            site_remove(self.row(), self.actor)
        except ValidationError as error:
            raise Conflict("; ".join(error.messages)) from None
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["sites"])
class SiteStickers(Named):
    """The stickers of a site."""

    scopes = {"GET": "sites.view"}
    selector = sites_for

    @extend_schema(
        operation_id="sites_stickers",
        summary="The stickers of a site, to print",
        description="A4 sheets with one QR code for each EVSE, ordered by station. 404 while the site has none.",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, id: str) -> HttpResponse:
        site = self.row()
        try:
            return handed_out(stickers_pdf(site), "application/pdf", stickers_file_name(site))
        except NoPdf as error:
            raise NotFound(str(error)) from None
