"""How the API describes itself: security schemes, shared headers, and the errors every operation may answer with."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ListSerializer

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A repeat within a day with the same key does nothing and gets the first answer again.",
)
PREFER = OpenApiParameter(
    "Prefer",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="`wait=25`: answer when the command is final, after at most so many seconds (60 at most).",
)

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Path of the place, e.g. `payload.type`."},
                    "message": {"type": "string"},
                },
            },
        },
    },
    "example": {
        "type": "about:blank#invalid",
        "title": "Invalid input.",
        "status": 422,
        "detail": "identity: This field is required.",
        "errors": [{"field": "identity", "message": "This field is required."}],
    },
}
_ALWAYS = {
    "400": "The request cannot be read.",
    "401": "No valid key.",
    "403": "The key or role lacks the permission.",
    "406": "Only JSON is answered.",
    "429": "Too many requests; see Retry-After.",
    "500": "A defect of ours.",
    "503": "The database is away; nothing was done.",
}
_WITH_BODY = {
    "404": "Something the body names is not there.",
    "409": "The state does not allow it.",
    "413": "The body is too large.",
    "415": "The media type is not read.",
    "422": "The content cannot be used; the errors name the place.",
}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """An API key in either of two headers."""

    target_class = "cpms.api.auth.ApiKeyAuthentication"
    name = ["bearerKey", "headerKey"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        """Either header will do."""
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """`Authorization: Bearer <key>` or `X-API-Key: <key>`."""
        return [
            {"type": "http", "scheme": "bearer", "description": "An API key: `Authorization: Bearer <key>`."},
            {
                "type": "apiKey",
                "in": "header",
                "name": "X-API-Key",
                "description": "The same key in another header.",
            },
        ]


class Described(AutoSchema):
    """Knows our lists by their `is_list`."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        if isinstance(serializer, ListSerializer):
            return True
        return self.method == "GET" and getattr(self.view, "is_list", False)


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the problem answers to every operation of the finished schema."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for code, text in sorted(_answers(path, method).items()):
                operation["responses"].setdefault(code, _problem(text))
    return result


def _answers(path: str, method: str) -> dict[str, str]:
    answers = dict(_ALWAYS)
    if "{" in path:
        answers["404"] = "Not there, or not yours."
    if method in {"post", "patch"}:
        answers = _WITH_BODY | answers
    if method == "delete":
        answers["409"] = _WITH_BODY["409"]
    return answers


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}
