"""Taking over fields from forms and API bodies, by allow-list."""

from collections.abc import Collection
from typing import Any

from django.db.models import Model


def apply_changes(row: Model, fields: dict[str, Any], allowed: Collection[str]) -> dict[str, Any]:
    """Set the allowed fields that differ; returns the values before, as JSON values. Unknown names raise TypeError."""
    unknown = set(fields) - set(allowed)
    if unknown:
        raise TypeError(f"{type(row).__name__} has no field {sorted(unknown)[0]!r} to change")
    before = {}
    for name, value in fields.items():
        old = getattr(row, name)
        if old != value:
            before[name] = old if isinstance(old, bool | int | type(None)) else str(old)
            setattr(row, name, value)
    return before
