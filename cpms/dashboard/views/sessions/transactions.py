"""Transactions: the list, and one explained by its curve and its messages."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from chargers.choices import TransactionState
from chargers.explain.words import moments as times_shown
from chargers.filters.transactions import TransactionFilter
from chargers.models import Transaction
from chargers.selectors.stations import sites_for
from chargers.selectors.transactions import transactions_for
from cpms.core import clock
from smartcharging.inputs.needs.progress import progress_of

from ... import board, charts, listing
from ...access import OperatorRequest, page
from ..money.prices import price_context
from . import explain
from .car_needs import need_context
from .signed import signed_context

COLUMNS = {"started": "started_at", "energy": "energy_wh"}
ASKED = ("search", "site", "state", "open", "since", "until")


@page("transactions.view", "transactions")
def transactions(request: OperatorRequest) -> HttpResponse:
    """The list: search, site, state, time span, order and page in the address."""
    asked = {name: listing.text(request, name, 60) for name in ASKED}
    query = {name: [value] if name == "state" else value for name, value in asked.items() if value}
    rows = TransactionFilter(query, transactions_for(request.viewer)).qs
    shown = listing.paginate(request, listing.ordered(request, rows, COLUMNS, "-started"))
    context = {
        "page": shown,
        "rows": board.with_readings(list(shown.object_list)),
        "default_sort": "-started",
        "asked": asked,
        "filtered": any(asked.values()),
        "sites": sites_for(request.viewer),
        "states": TransactionState.choices,
    }
    return render(request, "dashboard/transactions.html", context)


@page("transactions.view", "transactions")
def transaction(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One transaction: figures, curves, and what happened when."""
    found = get_object_or_404(transactions_for(request.viewer), public_id=public_id)
    values = charts.readings(request.viewer, found)
    context = transaction_context(found) | {
        "charts": charts.charts(found, values),
        "values": values[-100:],
    }
    context |= explain.context(request, found) | price_context(request.viewer, found) | need_context(found)
    context |= signed_context(found)
    return render(request, "dashboard/transaction.html", context)


def transaction_context(found: Transaction) -> dict[str, Any]:
    """What the moving head of a transaction's page shows."""
    running = board.with_readings([found])[0]
    return {
        "transaction": found,
        "station": found.station,
        "running": running,
        "progress": progress_of(found, running.energy_wh, clock.now()),
        "flags": [flag_text(code, detail) for code, detail in found.flags.items()],
    }


def flag_text(code: str, detail: dict[str, Any]) -> str:
    """A flag as a sentence: its name in words, what it says, how often."""
    words = code.replace("_", " ").capitalize()
    more = f": {times_shown(detail['detail'])}" if detail.get("detail") else ""
    times = f" ({detail['count']} times)" if detail.get("count", 1) > 1 else ""
    return f"{words}{more}{times}"
