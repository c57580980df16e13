"""Payloads for property tests: as a schema wants them, or the same shape with nonsense in any place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from chargers.ocpp.rpc import Version
from chargers.ocpp.schemas import Direction, schema

Strategy = st.SearchStrategy[Any]

TIMES = st.sampled_from(
    [
        "2026-01-01T00:00:00Z",
        "2026-06-30T23:59:59.999+02:00",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ]
)

NONSENSE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            "NaN",
            "1e5",
            "12,5",
            "0x10",
            "-1",
            "9" * 18,
            "1000000",
            "2026-02-30T00:00:00Z",
            "2026-01-01T00:00:00+25:00",
        ]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


def valid(version: Version, action: str, direction: Direction = "request") -> Strategy:
    """Payloads that match the published schema."""
    node, definitions = _root(version, action, direction)
    return _object(node, definitions)


@st.composite
def nonsense(draw: st.DrawFn, version: Version, action: str) -> dict[str, Any]:
    """Requests that match the schema but in up to four places, where anything stands, or nothing."""
    payload: dict[str, Any] = copy.deepcopy(draw(valid(version, action)))
    for _ in range(draw(st.integers(0, 4))):
        holder, key = draw(st.sampled_from(list(_places(payload)) or [(payload, "extra")]))
        if isinstance(holder, dict) and draw(st.booleans()):
            holder.pop(key, None)
        else:
            holder[key] = draw(NONSENSE)
    return payload


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a payload, as its holder and its key there."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def follows_order(payload: Any, version: Version, action: str, direction: Direction = "request") -> bool:
    """Whether all keys come in the order in which the schema names them."""
    node, definitions = _root(version, action, direction)
    return _ordered(payload, node, definitions)


def _root(version: Version, action: str, direction: Direction) -> tuple[dict[str, Any], dict[str, Any]]:
    root = schema(version, action, direction)
    return root, root.get("definitions", {})


def _resolved(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    return definitions[node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def _ordered(value: Any, node: dict[str, Any], definitions: dict[str, Any]) -> bool:
    node = _resolved(node, definitions)
    if isinstance(value, list):
        return all(_ordered(item, node["items"], definitions) for item in value)
    if not isinstance(value, dict) or "properties" not in node:
        return True
    in_schema = [name for name in node["properties"] if name in value]
    return list(value) == in_schema and all(
        _ordered(inner, node["properties"][name], definitions) for name, inner in value.items()
    )


def _object(node: dict[str, Any], definitions: dict[str, Any]) -> Strategy:
    parts = {name: _node(part, definitions) for name, part in node.get("properties", {}).items()}
    required = set(node.get("required", ()))
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


def _node(node: dict[str, Any], definitions: dict[str, Any]) -> Strategy:
    node = _resolved(node, definitions)
    if "enum" in node:
        return st.sampled_from(node["enum"])
    match node.get("type"):
        case "object":
            return _object(node, definitions)
        case "array":
            low = node.get("minItems", 0)
            return st.lists(_node(node["items"], definitions), min_size=low, max_size=low + 2)
        case "integer":
            return st.integers(node.get("minimum", 0), 2**31 - 1)
        case "number":
            return st.integers(0, 10**6).map(lambda tenths: tenths / 10)
        case "boolean":
            return st.booleans()
        case "string":
            return TIMES if node.get("format") == "date-time" else _text(node.get("maxLength", 40))
    return st.text(max_size=5)


def _text(limit: int) -> Strategy:
    return st.text(max_size=min(limit, 20))
