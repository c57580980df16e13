"""Configuration templates: values for all stations of a kind."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.models import ChargingStation, ConfigurationTemplate
from cpms.accounts.models import Organisation
from cpms.core import audit
from cpms.core.actors import Actor

from ..changes import apply_changes
from .write import check_wish

FIELDS: Final = ("name", "vendor", "model", "priority", "entries")
MAX_ENTRIES: Final = 200
Entry = dict[str, Any]
"""`{"name", "value", "optional"}`."""


@transaction.atomic
def template_create(organisation: Organisation, actor: Actor, **fields: Any) -> ConfigurationTemplate:
    """A new template. Raises ValidationError naming the field."""
    template = ConfigurationTemplate(organisation=organisation)
    apply_changes(template, fields, FIELDS)
    _check(template)
    template.save()
    _record(actor, "configuration_template.created", template)
    return template


@transaction.atomic
def template_update(template: ConfigurationTemplate, actor: Actor, **fields: Any) -> ConfigurationTemplate:
    """Change a template; stations get it with the next push. Raises ValidationError naming the field."""
    before = apply_changes(template, fields, FIELDS)
    _check(template)
    template.save()
    _record(actor, "configuration_template.changed", template, before=before)
    return template


@transaction.atomic
def template_remove(template: ConfigurationTemplate, actor: Actor) -> None:
    """Remove a template. What it wanted of stations stays wanted, its pushes stay told."""
    _record(actor, "configuration_template.removed", template)
    template.delete()


def entries_checked(entries: Any) -> list[Entry]:
    """The entries in their one shape. Raises ValidationError naming the line."""
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_ENTRIES:
        raise ValidationError({"entries": f"must be 1 to {MAX_ENTRIES} settings"})
    checked = [_entry(number, entry) for number, entry in enumerate(entries, 1)]
    names = [entry["name"].lower() for entry in checked]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise ValidationError({"entries": f"{double} is there twice"})
    return checked


def _entry(number: int, entry: Any) -> Entry:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise ValidationError({"entries": f"entry {number}: needs a name and a value, both text"})
    if not isinstance(entry.get("value"), str) or not isinstance(entry.get("optional", False), bool):
        raise ValidationError({"entries": f"entry {number}: needs a name and a value, both text"})
    name = entry["name"].strip()
    try:
        check_wish(name, entry["value"])
    except ValidationError as error:
        raise ValidationError({"entries": f"entry {number}: {name} {'; '.join(error.messages)}"}) from None
    return {"name": name, "value": entry["value"].strip(), "optional": entry.get("optional", False)}


def matches(template: ConfigurationTemplate, station: ChargingStation) -> bool:
    """Whether the template is for stations of this kind."""
    pairs = ((station.vendor, template.vendor), (station.model, template.model))
    return all(fnmatchcase(text.lower(), pattern.lower()) for text, pattern in pairs)


def stations_of(
    template: ConfigurationTemplate, stations: Iterable[ChargingStation]
) -> list[ChargingStation]:
    """Those of the stations the template is for."""
    return [station for station in stations if matches(template, station)]


def overruled(
    template: ConfigurationTemplate | None,
    station: ChargingStation,
    templates: Iterable[ConfigurationTemplate],
) -> set[str]:
    """Names in lower case that templates of higher priority decide at this station."""
    if template is None:
        return set()
    higher = (t for t in templates if t.priority > template.priority and matches(t, station))
    return {entry["name"].lower() for other in higher for entry in other.entries}


def _check(template: ConfigurationTemplate) -> None:
    template.name, template.vendor = template.name.strip(), template.vendor.strip()
    template.model = template.model.strip()
    template.entries = entries_checked(template.entries)
    template.full_clean(exclude=["organisation"])
    template.validate_constraints()


def _record(actor: Actor, action: str, template: ConfigurationTemplate, **detail: Any) -> None:
    audit.record(
        actor, action, organisation_id=template.organisation_id, subject=template.public_id,
        label=template.name, **detail,
    )  # fmt: skip
