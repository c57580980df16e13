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
        "type": "urn:cpms:problem:invalid",
        "title": "Invalid input.",
        "status": 422,
        "detail": "identity: This field is required.",
        "errors": [{"field": "identity", "message": "This field is required."}],
    },
}
PROBLEMS = {
    "400": "The request cannot be read: the body is not JSON, a query parameter or cursor is not understood.",
    "401": "No valid key.",
    "403": "The key or role lacks the permission.",
    "404": "Something the address or the body names is not there, or not yours.",
    "406": "Only JSON is answered.",
    "409": "The state does not allow it.",
    "413": "The body is too large.",
    "415": "The media type is not read.",
    "422": "The content cannot be used; the errors name the place.",
    "429": "Too many requests; see Retry-After.",
    "500": "A defect of ours.",
    "503": "The database is away; nothing was done.",
}
_ALWAYS = {"400", "401", "403", "406", "429", "500", "503"}
_WITH_BODY = {"404", "409", "413", "415", "422"}

INTRODUCTION = """\
Everything the pages do, for programs.

- **Keys**: `Authorization: Bearer <key>` or `X-API-Key: <key>`. A key belongs to one organisation and holds scopes;
  `GET /api/v1/me` tells what it may do. What belongs to others is answered with 404.
- **Ids**: stations are named by public id (`cst_...`) or by their OCPP identity, everything else by public id.
- **Lists** come in pages: `limit` rows (50, at most 500) and `next`, the address of the following page, or null.
- **Errors** are RFC 9457 problem details; `errors` names each field.
- **Repeats**: a write with an `Idempotency-Key` is done once, however often it is sent.
- **Waiting**: `Prefer: wait=25` on a command answers when the command is final instead of at once.
- **Units** are in the names: `energy_wh`, `power_w`, `current_a`, `voltage_v`. Times are ISO 8601 in UTC.
"""
TAGS = {
    "stations": "Charging stations, their connectors and logs.",
    "commands": "What stations are asked to do, in their own OCPP words, with answer and effect.",
    "reservations": "Places kept for an ID tag until a time.",
    "firmware": "Firmware files, updates of stations, campaigns in waves.",
    "logs": "Logs and diagnostics that stations bring.",
    "transactions": "What was charged, with readings and messages.",
    "ratings": "What sessions cost, line by line; what is held; what a session would cost.",
    "accounts": "Whose money it is: people and companies, their members, ID tags, wallets and limits.",
    "exports": "Journal, invoices and DATEV for accountants.",
    "settlements": "What site hosts get: agreements, monthly statements, their sessions and documents.",
    "subscriptions": "Plans in versions, who has one, its months and what is left of them.",
    "vouchers": "Campaigns with their codes, what accounts redeemed, what is left of it.",
    "dunning": "Reminding who does not pay: rules, cases, fees, blocked cards.",
    "home-charging": "What employees charge at home and employers pay back.",
    "invoices": "What customers get in writing: invoices, credit notes, their documents, who sells.",
    "payments": "What is held and captured of whose money, every call that was made for it, and refunds.",
    "cases": "What came late, twice, contradictory or without an owner, and what was decided.",
    "id-tags": "Who may charge.",
    "local-lists": "Who may charge while a station is offline, and how far each station is.",
    "configuration": "Settings of stations: wanted, reported, pushed to many at once.",
    "unknown-stations": "Stations that called and are nobody's yet.",
    "security": "How stations prove themselves: profiles, passwords, certificates, security events.",
    "sites": "Places where stations stand.",
    "energy": "How sites are wired and share their power: circuits, grants with reasons, proof, plans, profiles.",
    "price-series": "What energy costs on a market, interval by interval.",
    "site-meters": "What buildings and solar roofs draw and give, and how sure that is.",
    "limits": "Limits that grid operators and others set for a while, and how they were kept.",
    "needs": "What cars need by when: said for a session, scheduled by a fleet, usual for a tag or a group.",
    "tariffs": "What charging costs, where and for whom, with the look at it before it is published.",
    "events": "Everything that happened, in a stable order.",
    "members": "People and roles.",
    "api-keys": "Keys for programs.",
    "audit": "Who did what.",
    "me": "Who is asking.",
    "my": "A driver's own: accounts, sessions and everything else of whoever is signed in. Keys have nothing here.",
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


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Introduce the API and add the problem answers to every operation of the generated schema."""
    result["info"]["description"] = INTRODUCTION
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["responses"] = {f"Problem{code}": _problem(text) for code, text in PROBLEMS.items()}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for code in _codes(path, method):
                operation["responses"].setdefault(code, {"$ref": f"#/components/responses/Problem{code}"})
    return result


def _codes(path: str, method: str) -> list[str]:
    codes = set(_ALWAYS)
    if "{" in path:
        codes.add("404")
    if method in {"post", "patch", "put"}:
        codes |= _WITH_BODY
    if method == "delete":
        codes.add("409")
    return sorted(codes)


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}
