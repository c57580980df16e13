"""The kinds of values that lists are narrowed by. Nothing else in a query string reaches the database."""

from datetime import UTC
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet

YES_NO = (("true", "Yes"), ("false", "No"))


class YesNoFilter(filters.TypedChoiceFilter):
    """`true` or `false`; `method` gets the bool."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=YES_NO, coerce=lambda text: text == "true", **kwargs)


class MomentField(forms.DateTimeField):
    """ISO 8601 with or without a zone; a bare date is its midnight, no zone is UTC."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and "T" in value and value.count(" ") == 1:
            value = value.replace(" ", "+")  # a plus sign typed bare into a URL arrives as a blank
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(filters.DateTimeFilter):
    field_class = MomentField


class TextFilter(filters.CharFilter):
    """Free text of at most 255 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=255, **kwargs)


class StationRefFilter(filters.CharFilter):
    """A station by public id or identity."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"field_name": "station", "max_length": 64, **kwargs})

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        name = self.field_name
        return (
            qs.filter(Q(**{f"{name}__public_id": value}) | Q(**{f"{name}__identity": value})) if value else qs
        )


def any_contains(fields: tuple[str, ...], word: str) -> Q:
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__icontains": word})
    return found
