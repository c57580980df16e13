"""Who did what in the organisation: the audit trail as a page and as a file."""

import csv
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from chargers.filters.cases import AuditFilter, AuditSource
from cpms.accounts.selectors import audit_lines_for
from cpms.core.cells import harmless
from cpms.core.models import AuditLine

from ... import listing
from ...access import OperatorRequest, page

ASKED = ("search", "action", "source", "actor", "subject", "since", "until")
MOST_EXPORTED = 50_000
HEAD = ("at", "who", "action", "subject", "name", "detail")
# Subjects that have a page of their own, by the beginning of their id.
_PAGES = {
    "cst": "dashboard:station",
    "txn": "dashboard:transaction",
    "cmd": "dashboard:command",
    "tag": "dashboard:id_tag",
    "sit": "dashboard:site",
    "cas": "dashboard:case",
    "rsv": "dashboard:reservation",
    "blk": "dashboard:bulk_command",
    "cfp": "dashboard:push",
    "fcp": "dashboard:campaign",
}


@page("audit.view", "settings")
def activity(request: OperatorRequest) -> HttpResponse:
    """The lines, newest first: search, act, author, time span and page in the address."""
    asked = _asked(request)
    shown = listing.paginate(request, _lines(request, asked))
    context = {
        "page": shown,
        "rows": [_row(line) for line in shown.object_list],
        "asked": asked,
        "filtered": any(asked.values()),
        "sources": AuditSource.choices,
    }
    return render(request, "dashboard/activity.html", context)


def _asked(request: OperatorRequest) -> dict[str, str]:
    return {name: listing.text(request, name, 80) for name in ASKED}


def _lines(request: OperatorRequest, asked: dict[str, str]) -> QuerySet[AuditLine]:
    return AuditFilter(asked, audit_lines_for(request.viewer)).qs


def _row(line: AuditLine) -> dict[str, Any]:
    url_name = _PAGES.get(line.subject.partition("_")[0], "")
    return {
        "line": line,
        "url_name": url_name,
        "call": str(line.detail.get("call", ""))[:60],
        "command": line.detail.get("command", ""),
    }


@page("audit.view", "settings")
def activity_export(request: OperatorRequest) -> HttpResponse:
    """The same lines as CSV, at most `MOST_EXPORTED`; no cell begins a formula."""
    lines = _lines(request, _asked(request))[:MOST_EXPORTED]
    response = HttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="activity.csv"'
    return response


class _Echo:
    """Where the writer writes: nowhere, it is the text that counts."""

    def write(self, text: str) -> str:
        return text


def _csv(lines: QuerySet[AuditLine]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(HEAD)
    for line in lines.iterator(chunk_size=1_000):
        cells = (line.actor_label, line.action, line.subject, line.subject_label, str(line.detail or ""))
        yield writer.writerow([line.at.astimezone(UTC).isoformat(), *map(harmless, cells)])
