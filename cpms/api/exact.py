"""JSON whose numbers keep every digit both ways, for documents that say what something costs."""

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.renderers import JSONRenderer

from billing.services.tariffs.canonical import canonical

from .parsers import StrictJSONParser


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ParseError(f"the number {text[:40]} is too large") from None


class ExactJSONParser(StrictJSONParser):
    """Numbers with a point are decimals, never floats."""

    number = staticmethod(_decimal)


class ExactJSONRenderer(JSONRenderer):
    """Decimals of documents are written as numbers, with all their digits."""

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return b"" if data is None else canonical(data).encode()


@extend_schema_field(OpenApiTypes.OBJECT)
class DocumentField(serializers.Field):
    """A JSON object taken and given as it is; who uses it checks it."""

    default_error_messages = {"invalid": "must be an object"}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value
