"""The schema and the pages to browse it, served from here alone."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The OpenAPI description; it only changes with the code."""
    return SchemaGenerator().get_schema(request=None, public=True)


@extend_schema(exclude=True)
class SchemaView(APIView):
    """`/api/v1/schema`: OpenAPI 3.1 as JSON, or as YAML with `Accept: application/vnd.oai.openapi`."""

    authentication_classes = []
    permission_classes = []
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]

    def get(self, request: Request) -> Response:
        return Response(schema())


def docs(request: HttpRequest) -> HttpResponse:
    """`/api/v1/docs`: Swagger UI on the schema."""
    return render(request, "api/docs.html")
