"""A form from the JSON schema of an OCPP request: simple parts become fields, the rest stays in JSON mode."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from django import forms

from . import words

Schema = dict[str, Any]
Path = tuple[str | int, ...]

# Optional groups deeper than this are left to JSON mode.
DEEPEST = 3
LONG_TEXT = 255
SKIPPED = {"customData"}
# OCPP 2.x descriptions start with lines such as `Id_ Token. Type. Code` and `urn:x-oca:ocpp:uid:1:569`.
_MODEL_IDS = r"urn:\S+|^[A-Za-z_]+\. [A-Za-z_. ]+$"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a payload: where it goes, what may stand there, whether it must."""

    path: Path
    schema: Schema
    required: bool

    @property
    def name(self) -> str:
        """The field's name: the path with dots, e.g. `evse.connectorId`."""
        return ".".join(str(step) for step in self.path)


def leaves(schema: Schema) -> tuple[list[Leaf], bool]:
    """The values a form can ask for, required ones first, and whether anything was left out."""
    found = list(_walk(schema, schema, (), True))
    kept = [leaf for leaf in found if leaf is not None]
    return sorted(kept, key=lambda leaf: not leaf.required), None in found


def _walk(root: Schema, node: Schema, path: Path, required: bool) -> Iterator[Leaf | None]:
    needed = set(node.get("required", ()))
    for name, child in node.get("properties", {}).items():
        if name not in SKIPPED:
            yield from _property(root, _resolved(root, child), (*path, name), required and name in needed)


def _property(root: Schema, node: Schema, path: Path, required: bool) -> Iterator[Leaf | None]:
    kind = node.get("type", "string")
    if kind == "array":
        yield from _array(root, node, path, required)
    elif kind != "object":
        yield Leaf(path, node, required)
    elif required or (len(path) < DEEPEST and _is_flat(root, node)):
        yield from _walk(root, node, path, required)
    else:
        yield None


def _array(root: Schema, node: Schema, path: Path, required: bool) -> Iterator[Leaf | None]:
    item = _resolved(root, node.get("items", {}))
    if item.get("type") != "object":
        yield Leaf(path, {**node, "items": item}, required)
        return
    # More than one entry is a matter of JSON mode; one covers nearly every use.
    yield None
    if required:
        yield from _walk(root, item, (*path, 0), required)


def _is_flat(root: Schema, node: Schema) -> bool:
    children = (
        _resolved(root, child) for name, child in node.get("properties", {}).items() if name not in SKIPPED
    )
    return all(child.get("type") not in {"object", "array"} for child in children)


def _resolved(root: Schema, node: Schema) -> Schema:
    target = node.get("$ref", "")
    if not target.startswith("#/"):
        return node
    found: Any = root
    for step in target[2:].split("/"):
        found = found[step]
    return {**found, **{key: value for key, value in node.items() if key != "$ref"}}


def form_class(schema: Schema, places: Sequence[tuple[str, str]] = ()) -> type[forms.Form]:
    """A form class with a field for each leaf; `places` are what may be chosen for a connector, if known."""
    fields = {leaf.name: _place(leaf, places) or _field(leaf) for leaf in leaves(schema)[0]}
    return type("SchemaForm", (forms.Form,), fields)


def _place(leaf: Leaf, places: Sequence[tuple[str, str]]) -> forms.Field | None:
    """Connectors to choose from, where they are numbered through the whole station."""
    if leaf.path != ("connectorId",) or not places:
        return None
    empty = ("", "Choose" if leaf.required else "not sent")
    return forms.TypedChoiceField(choices=[empty, *places], coerce=int, empty_value=None, **_common(leaf))


def _common(leaf: Leaf) -> dict[str, Any]:
    hint = words.hint(leaf.name, _hint(leaf.schema))
    return {"label": words.label(leaf.name), "required": leaf.required, "help_text": hint}


def _field(leaf: Leaf) -> forms.Field:
    common = _common(leaf)
    kind = leaf.schema.get("type", "string")
    if "enum" in leaf.schema:
        return forms.ChoiceField(choices=_choices(leaf.schema["enum"], leaf.required), **common)
    if kind == "boolean":
        return forms.ChoiceField(choices=_choices(["true", "false"], leaf.required), **common)
    if kind == "array":
        area = forms.Textarea(attrs={"rows": 4})
        return forms.CharField(
            widget=area, **common | {"help_text": f"One a line. {common['help_text']}".strip()}
        )
    if kind in {"integer", "number"}:
        cls = forms.IntegerField if kind == "integer" else forms.FloatField
        return cls(min_value=leaf.schema.get("minimum"), max_value=leaf.schema.get("maximum"), **common)
    return _text_field(leaf, common)


def _text_field(leaf: Leaf, common: dict[str, Any]) -> forms.Field:
    if leaf.schema.get("format") == "date-time":
        return forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), **common)
    longest = leaf.schema.get("maxLength")
    widget = forms.Textarea(attrs={"rows": 3}) if longest and longest > LONG_TEXT else forms.TextInput()
    return forms.CharField(max_length=longest, widget=widget, **common)


def _choices(values: list[Any], required: bool) -> list[tuple[str, str]]:
    return [("", "Choose" if required else "not sent"), *((str(value), str(value)) for value in values)]


def _hint(schema: Schema) -> str:
    """The first sentence of the standard's description, without its model identifiers."""
    named = re.sub(_MODEL_IDS, "", schema.get("description", ""), flags=re.MULTILINE)
    text = re.sub(r"\s+", " ", named)
    sentence = text.strip().split(". ")[0].strip(" .")
    return f"{sentence[:160]}." if sentence else ""


def payload(schema: Schema, cleaned: dict[str, Any]) -> Schema:
    """The payload that the cleaned fields make; what was left empty is left out."""
    made: Schema = {}
    for leaf in leaves(schema)[0]:
        value = cleaned.get(leaf.name)
        if value not in (None, "", []):
            _put(made, leaf.path, _value(leaf.schema, value))
    return made


def _value(schema: Schema, value: Any) -> Any:
    kind = schema.get("type", "string")
    if kind == "boolean":
        return value == "true"
    if kind == "array":
        return [_item(schema.get("items", {}), line.strip()) for line in value.splitlines() if line.strip()]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value


def _item(schema: Schema, line: str) -> Any:
    return int(line) if schema.get("type") == "integer" and line.lstrip("-").isdigit() else line


def _put(made: Schema, path: Path, value: Any) -> None:
    here: Any = made
    for step, following in pairwise(path):
        fresh: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            here += [fresh] if len(here) <= step else []
            here = here[step]
        else:
            here = here.setdefault(step, fresh)
    here[path[-1]] = value
