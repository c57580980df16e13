"""Registering many stations at once: each row stands for itself, with a result for each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from chargers.models import ChargingStation, Site
from cpms.accounts.models import Organisation
from cpms.core.actors import Actor

from .registration import TAKEN, station_draft, stations_store

COLUMNS = ("identity", "password", "name", "site", "notes")
# Rows stored in one transaction.
CHUNK = 500


@dataclass(slots=True)
class Imported:
    """What became of one row: either a public id and a password to show once, or errors by field."""

    row: int
    identity: str
    password: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)
    draft: ChargingStation | None = None

    @property
    def station(self) -> str:
        """The public id, or an empty text for a row left out."""
        return "" if self.draft is None else self.draft.public_id

    def refuse(self, errors: dict[str, list[str]]) -> None:
        """Leave the row out."""
        self.draft, self.password, self.errors = None, "", errors


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
    results = [_read(organisation, number, row, sites) for number, row in enumerate(rows, 1)]
    for chunk in _chunks(results):
        _store(chunk, actor)
    return results


def _read(
    organisation: Organisation, number: int, row: Mapping[str, Any], sites: dict[str, Site]
) -> Imported:
    result = Imported(number, str(row.get("identity") or "").strip())
    try:
        result.draft, result.password = station_draft(organisation, result.identity, **_fields(row, sites))
    except ValidationError as error:
        result.refuse(_messages(error))
        result.identity = result.identity[:48]
    return result


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


def _chunks(results: list[Imported]) -> Iterator[list[Imported]]:
    usable = (result for result in results if result.draft is not None)
    while chunk := list(islice(usable, CHUNK)):
        yield chunk


def _store(chunk: list[Imported], actor: Actor) -> None:
    """Store what is free; if somebody takes an identity in between, find out which, one by one."""
    _refuse_taken(chunk)
    drafts = [result.draft for result in chunk if result.draft is not None]
    try:
        stations_store(drafts, actor)
    except IntegrityError:
        if len(chunk) == 1:
            chunk[0].refuse({"identity": [TAKEN]})
            return
        for result in chunk:
            _store([result], actor)


def _refuse_taken(chunk: list[Imported]) -> None:
    names = [result.identity for result in chunk]
    taken = set(ChargingStation.objects.filter(identity__in=names).values_list("identity", flat=True))
    for result in chunk:
        if result.identity in taken:
            result.refuse({"identity": [TAKEN]})
        taken.add(result.identity)
