"""`configuration-templates`: values for all stations of a kind."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from chargers.models import ConfigurationTemplate
from chargers.selectors.configuration import templates_for
from chargers.services.configuration.templates import (
    MAX_ENTRIES,
    template_create,
    template_remove,
    template_update,
)
from chargers.services.configuration.write import MAX_NAME, MAX_VALUE

from ...fields import (
    Body,
    OrganisationField,
    PatchBody,
    Text,
    organisation_for,
    public_id,
)
from ...views import Detail, List


class EntryBody(Body):
    """One setting of a template."""

    name = Text(max_length=MAX_NAME)
    value = Text(max_length=MAX_VALUE, allow_blank=True)
    optional = serializers.BooleanField(
        default=False, help_text="Left out where the station has no such setting."
    )


class TemplateSerializer(serializers.ModelSerializer[ConfigurationTemplate]):
    """Values for stations whose vendor and model match; of several templates the higher priority decides."""

    id = public_id()
    organisation = public_id(source="organisation")
    entries = EntryBody(many=True, read_only=True)

    class Meta:
        model = ConfigurationTemplate
        fields = ["id", "organisation", "name", "vendor", "model", "priority", "entries", "created_at"]


class _TemplateFields(Body):
    name = Text(max_length=120)
    vendor = Text(max_length=255, required=False, help_text="A pattern with * and ?; left out: any.")
    model = Text(max_length=255, required=False, help_text="A pattern with * and ?; left out: any.")
    priority = serializers.IntegerField(required=False, min_value=-1000, max_value=1000)
    entries = EntryBody(many=True, max_length=MAX_ENTRIES)  # type: ignore[call-arg]


class TemplateBody(_TemplateFields):
    """A template to make."""

    organisation = OrganisationField()


class TemplatePatch(PatchBody, _TemplateFields):
    """What may be changed of a template."""


_EXAMPLE = OpenApiExample(
    "a family",
    {"name": "ACME", "vendor": "ACME*", "entries": [{"name": "HeartbeatInterval", "value": "300"}]},
    request_only=True,
)


@extend_schema(tags=["configuration"])
class Templates(List):
    """All templates; make one."""

    scopes = {"GET": "stations.view", "POST": "stations.edit"}
    selector = templates_for
    serializer_class = TemplateSerializer

    @extend_schema(operation_id="configuration_templates_list", summary="List configuration templates")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="configuration_templates_create",
        summary="Make a configuration template",
        request=TemplateBody,
        responses={201: TemplateSerializer},
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        body = self.read(TemplateBody)
        organisation = organisation_for(body, self.viewer, "stations.edit")
        template = template_create(organisation, self.actor, **body)
        location = request.build_absolute_uri(f"/api/v1/configuration-templates/{template.public_id}")
        return Response(self.show(template), status=status.HTTP_201_CREATED, headers={"Location": location})


@extend_schema(tags=["configuration"])
class OneTemplate(Detail):
    """One template."""

    scopes = {"GET": "stations.view", "PATCH": "stations.edit", "DELETE": "stations.edit"}
    selector = templates_for
    serializer_class = TemplateSerializer

    @extend_schema(operation_id="configuration_templates_read", summary="Read a configuration template")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="configuration_templates_change",
        summary="Change a configuration template",
        request=TemplatePatch,
    )
    def patch(self, request: Request, id: str) -> Response:
        return Response(self.show(template_update(self.row(), self.actor, **self.read(TemplatePatch))))

    @extend_schema(operation_id="configuration_templates_remove", summary="Remove a configuration template")
    def delete(self, request: Request, id: str) -> Response:
        template_remove(self.row(), self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)
