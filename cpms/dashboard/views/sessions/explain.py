"""A transaction explained: the timeline of messages, decisions, corrections, commands and people."""

from typing import Any

from billing.explain import price_entries
from chargers.choices import EntryActor, EntryKind
from chargers.explain import Entry, explanation_for
from chargers.models import Transaction

from ... import listing
from ...access import OperatorRequest

ICONS = {EntryActor.STATION: "plug", EntryActor.SYSTEM: "server", EntryActor.PERSON: "user"}
# References that lead to a page, by the beginning of the id.
_PAGES = {"cmd": "dashboard:command", "cas": "dashboard:case"}


def context(request: OperatorRequest, found: Transaction) -> dict[str, Any]:
    """Summary, entries (of the kind the address asks for) and the kinds there are, with their number."""
    explanation = explanation_for(request.viewer, found, price_entries(request.viewer, found))
    kind = listing.chosen(request, "kind", EntryKind.values)
    kinds = [(k.value, k.label, len(explanation.of_kind(k))) for k in EntryKind]
    return {
        "explanation": explanation,
        "entries": [_shown(entry) for entry in explanation.of_kind(kind)],
        "kind": kind,
        "kinds": [("", "All", len(explanation.entries)), *(one for one in kinds if one[2])],
    }


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        "entry": entry,
        "icon": ICONS[entry.actor],
        "url_name": _PAGES.get(entry.reference.partition("_")[0], ""),
    }
