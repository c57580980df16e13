"""Cursor pagination by key: stable while rows come and go, bounded in size, cheap on page ten thousand."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ValidationError as ModelError
from django.db.models import Field, Model, Q, QuerySet
from rest_framework.exceptions import ParseError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
_MAX_CURSOR = 400
_BIGINT = 2**63


class Cursor(BasePagination):
    """`?cursor=` is where the page begins, `?limit=` how many rows it has (more than 500 gives 500).

    A view may set `ordering`: field names that end in a unique one, e.g. `("-started_at", "-id")`.
    """

    ordering: tuple[str, ...] = ("-id",)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The page's rows. Raises ParseError at an unreadable cursor or limit."""
        self.request = request
        self.ordering = tuple(getattr(view, "ordering", self.ordering))
        limit = read_limit(request)
        rows = list(self._behind(queryset.order_by(*self.ordering))[: limit + 1])
        self.next_cursor = self._write(rows[limit - 1]) if len(rows) > limit else None
        return rows[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        """`{"results": [...], "next": URL or null}`, the URL also as a Link header."""
        link = None
        if self.next_cursor:
            link = replace_query_param(self.request.build_absolute_uri(), "cursor", self.next_cursor)
        headers = {"Link": f'<{link}>; rel="next"'} if link else None
        return Response({"results": data, "next": link}, headers=headers)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the page looks in OpenAPI."""
        link = {
            "type": ["string", "null"],
            "format": "uri",
            "description": "The next page; null on the last.",
        }
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": link},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The two query parameters in OpenAPI."""
        return [
            _parameter(
                "cursor", {"type": "string", "maxLength": _MAX_CURSOR}, "From `next` of the page before."
            ),
            _parameter(
                "limit", {"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT}, "Rows, at most 500."
            ),
        ]

    def _behind(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows after the cursor: `a < x or (a = x and b < y)`, with `a <= x` outside for the index."""
        text = self.request.query_params.get("cursor")
        if not text:
            return queryset
        values = self._read(text, queryset.model)
        first = self.ordering[0]
        behind, same = Q(), Q()
        for name, value in zip(self.ordering, values, strict=True):
            behind |= same & Q(**{_compare(name, ""): value})
            same &= Q(**{name.lstrip("-"): value})
        return queryset.filter(Q(**{_compare(first, "e"): values[0]}), behind)

    def _write(self, row: Any) -> str:
        values = [getattr(row, name.lstrip("-")) for name in self.ordering]
        plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
        return (
            base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")
        )

    def _read(self, text: str, model: type[Model]) -> list[Any]:
        try:
            if len(text) > _MAX_CURSOR:
                raise ValueError
            values = json.loads(
                base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            )
            return [_value(model, name, v) for name, v in zip(self.ordering, values, strict=True)]
        except (ValueError, TypeError, ModelError, binascii.Error, RecursionError):
            raise ParseError({"cursor": ["is not a cursor of this list"]}) from None


def read_limit(request: Request) -> int:
    """`?limit=` as a number of 1 to 500. Raises ParseError when it is no whole number above 0."""
    text = request.query_params.get("limit", "")
    if not text:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) > 0):
        raise ParseError({"limit": ["must be a whole number above 0"]})
    return min(int(text), MAX_LIMIT)


def _compare(name: str, equal: str) -> str:
    return f"{name.lstrip('-')}__{'lt' if name.startswith('-') else 'gt'}{equal}"


def _value(model: type[Model], name: str, value: Any) -> Any:
    """A cursor's value as the field's own type: nothing else reaches the database."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError(name)
    read = cast("Field[Any, Any]", model._meta.get_field(name.lstrip("-"))).to_python(value)
    too_big = isinstance(read, int) and not -_BIGINT <= read < _BIGINT
    if read is None or too_big or (isinstance(read, str) and "\0" in read):
        raise ValueError(name)
    return read


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
