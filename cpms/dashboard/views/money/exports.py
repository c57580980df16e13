"""The books for others: a month's journal and invoices as CSV, bookings for DATEV; months closed and opened again."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing.models import DatevSettings
from billing.selectors.books import datev_settings_for, posting_periods_for
from billing.services.books.periods import period_close, period_reopen
from billing.services.exports.months import Month, datev_batch, datev_set, invoices_csv, journal_csv
from cpms.accounts.models import Organisation

from ... import listing
from ...access import OperatorRequest, page
from ...forms.exports import DatevForm
from ...forms.saving import save, submitted
from ...money import frame

_MONTHS = 18
_CSV: dict[str, Callable[[Organisation, Month], Iterator[str]]] = {
    "journal": journal_csv,
    "invoices": invoices_csv,
}


@page("billing.view", "money")
def exports(request: OperatorRequest) -> HttpResponse:
    """The months that can be handed over, and which of them are closed."""
    rows = posting_periods_for(request.viewer).filter(organisation=request.organisation, closed=True)
    closed = {f"{row.month:%Y-%m}" for row in rows}
    months = [
        {"name": name, "closed": name in closed, "over": number > 0} for number, name in enumerate(_recent())
    ]
    context = frame(request, "exports") | {"months": months, "datev": _datev(request)}
    return render(request, "dashboard/exports.html", context)


def _recent() -> list[str]:
    today = timezone.localdate()
    counts = range(today.year * 12 + today.month - 1, today.year * 12 + today.month - 1 - _MONTHS, -1)
    return [f"{count // 12:04}-{count % 12 + 1:02}" for count in counts]


def _datev(request: OperatorRequest) -> DatevSettings | None:
    return datev_settings_for(request.viewer).filter(organisation=request.organisation).first()


@page("billing.view", "money")
def export_file(request: OperatorRequest, kind: str) -> HttpResponse:
    """One file: `?month=2026-10`, for DATEV also `&currency=EUR`."""
    if kind not in (*_CSV, "datev"):
        raise Http404("there is no such file")
    try:
        month = Month.parse(listing.text(request, "month", 7))
        if kind in _CSV:
            return _download(_CSV[kind](request.organisation, month), f"{kind}-{month.name}.csv", "utf-8")
        currency = listing.text(request, "currency", 3) or "EUR"
        lines = datev_batch(request.organisation, month, currency)
        return _download(lines, f"EXTF_Buchungsstapel_{month.name}.csv", "windows-1252")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("dashboard:exports")


def _download(lines: Iterator[Any], name: str, charset: str) -> HttpResponse:
    answer = HttpResponse(lines, content_type=f"text/csv; charset={charset}")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@page("billing.edit", "money")
def datev(request: OperatorRequest) -> HttpResponse:
    """The tax adviser's numbers and accounts."""
    form = DatevForm(_datev(request), submitted(request))
    if save(form, datev_set, organisation=request.organisation, actor=request.viewer.actor):
        messages.success(request, "Saved.")
        return redirect("dashboard:exports")
    context = {"form": form}
    return render(request, "dashboard/datev.html", context, status=422 if form.errors else 200)


@require_POST
@page("billing.edit", "money")
def month_change(request: OperatorRequest) -> HttpResponse:
    """Close a month that is over, or open it again."""
    change = period_reopen if "reopen" in request.POST else period_close
    try:
        month = Month.parse(listing.posted(request, "month", 7))
        change(request.organisation, month.first, request.viewer.actor)
        messages.success(
            request, f"{month.name} is {'open again' if 'reopen' in request.POST else 'closed'}."
        )
    except ValidationError as error:
        messages.error(request, f"Nothing was changed: {' '.join(error.messages)}.")
    return redirect("dashboard:exports")
