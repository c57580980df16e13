"""Our payloads in the field order of their schema: the database keeps objects, not the order of their keys.

Some stations read by position what they should read by name (ocpp.md, decisions, "Key order").
"""

from typing import Any

from .rpc import Version
from .schemas import Schema, UnknownActionError, schema

_DEFINITION = "#/definitions/"


def ordered(version: Version, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The request with its keys, also of nested objects, as the schema lists them; unknown ones come last."""
    try:
        root = schema(version, action, "request")
    except UnknownActionError:
        return payload
    found: dict[str, Any] = _ordered(payload, root, root)
    return found


def _ordered(value: Any, rule: Schema, root: Schema) -> Any:
    rule = _resolved(rule, root)
    if isinstance(value, list):
        return [_ordered(item, rule.get("items", {}), root) for item in value]
    if not isinstance(value, dict):
        return value
    rules: Schema = rule.get("properties", {})
    names = [name for name in rules if name in value] + [name for name in value if name not in rules]
    return {name: _ordered(value[name], rules.get(name, {}), root) for name in names}


def _resolved(rule: Schema, root: Schema) -> Schema:
    reference = rule.get("$ref", "")
    if not reference.startswith(_DEFINITION):
        return rule
    found: Schema = root.get("definitions", {}).get(reference.removeprefix(_DEFINITION), {})
    return found
