"""Registering many stations at once: each row by itself, with a result for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.models import Site
from cpms.accounts.models import Organisation
from cpms.core.actors import Actor

from .stations import station_register

COLUMNS = ("identity", "password", "name", "site", "notes")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one row: either a public id and a password to show once, or errors by field."""

    row: int
    identity: str
    station: str = ""
    password: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)


def stations_import(
    organisation: Organisation, rows: Iterable[Mapping[str, Any]], actor: Actor
) -> list[Imported]:
    """Register each row (`identity`, and optionally `password`, `name`, `site` by name or public id, `notes`).

    Rows that cannot be used are reported and do not keep the others out.
    """
    sites = {
        key: site
        for site in Site.objects.filter(organisation=organisation)
        for key in (site.name, site.public_id)
    }
    return [_one(organisation, number, row, sites, actor) for number, row in enumerate(rows, 1)]


def _one(
    organisation: Organisation, number: int, row: Mapping[str, Any], sites: dict[str, Site], actor: Actor
) -> Imported:
    identity = str(row.get("identity") or "").strip()
    try:
        fields = _fields(row, sites)
        with transaction.atomic():
            station, password = station_register(organisation, identity, actor, **fields)
    except ValidationError as error:
        return Imported(number, identity[:48], errors=_messages(error))
    return Imported(number, identity, station.public_id, password)


def _fields(row: Mapping[str, Any], sites: dict[str, Site]) -> dict[str, Any]:
    unknown = set(row) - set(COLUMNS)
    if unknown:
        raise ValidationError(
            {str(sorted(map(str, unknown))[0])[:60]: f"unknown column; known: {', '.join(COLUMNS)}"}
        )
    values = {key: str(row[key]).strip() for key in ("name", "notes") if row.get(key)}
    site = str(row.get("site") or "").strip()
    if site and site not in sites:
        raise ValidationError({"site": f"no such site: {site[:60]!r}"})
    return values | {
        "site": sites.get(site),
        "password": str(row["password"]) if row.get("password") else None,
    }


def _messages(error: ValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {name: [str(m) for m in messages] for name, messages in error.message_dict.items()}
    return {"row": [str(m) for m in error.messages]}
