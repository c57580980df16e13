"""Prices of energy markets: the series, what they say today and tomorrow, and files that fill them."""

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Max, Min
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from billing.models import PriceSeries
from billing.selectors.tariffs import price_series_for
from billing.services.tariffs import market
from cpms.core import clock

from ... import listing
from ...access import OperatorRequest, page, require
from ...forms.price_series import PriceFileForm, SeriesForm
from ...forms.saving import save, submitted
from ...price_chart import price_chart


@page("billing.view", "energy")
def price_series_list(request: OperatorRequest) -> HttpResponse:
    """All series with the time they know prices for."""
    rows = (
        price_series_for(request.viewer)
        .annotate(since=Min("points__starts_at"), last=Max("points__starts_at"))
        .order_by("name", "pk")
    )
    return render(
        request, "dashboard/energy/price_series_list.html", {"page": listing.paginate(request, rows)}
    )


@page("billing.edit", "energy")
def price_series_new(request: OperatorRequest) -> HttpResponse:
    """A new series."""
    start = {"time_zone": request.organisation.time_zone}
    form = SeriesForm(submitted(request), initial=start, is_new=True)
    made = save(form, market.series_create, organisation=request.organisation, actor=request.viewer.actor)
    if made is not None:
        messages.success(request, "Series made. Give it prices: import a file, or send them by the API.")
        return redirect("dashboard:price_series", made.public_id)
    return _form(request, form, None)


@page("billing.edit", "energy")
def price_series_edit(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Change a series."""
    series = _series(request, public_id)
    form = SeriesForm(submitted(request), initial=SeriesForm.start(series), is_new=False)
    if save(form, partial(market.series_update, series), actor=request.viewer.actor) is not None:
        messages.success(request, "Saved.")
        return redirect("dashboard:price_series", public_id)
    return _form(request, form, series)


@page("billing.view", "energy")
def price_series(request: OperatorRequest, public_id: str) -> HttpResponse:
    """What a kWh costs today and tomorrow; a file that is sent is taken."""
    series = _series(request, public_id)
    form = PriceFileForm()
    if request.method == "POST":
        require(request, "billing.edit")
        form = PriceFileForm(request.POST, request.FILES)
        taken = save(form, partial(market.prices_import, series), actor=request.viewer.actor)
        if taken is not None:
            messages.success(request, taken.text)
            return redirect("dashboard:price_series", public_id)
    context = {"series": series, "form": form, **_shown(series)}
    return render(request, "dashboard/energy/price_series.html", context, status=422 if form.errors else 200)


def _shown(series: PriceSeries) -> dict[str, object]:
    """Today and tomorrow by the clock of the market."""
    now, zone = clock.now(), ZoneInfo(series.time_zone)
    today = datetime.combine(now.astimezone(zone).date(), time(), zone)
    until = today + timedelta(days=2)
    points = market.prices_newest(series, today, until)
    length = timedelta(seconds=series.length_s)
    return {
        "chart": price_chart(points, series.length_s, today, until, now),
        "since": today, "until": until, "zone": zone,
        "prices": [(point, (point.starts_at + length)) for point in points],
        "gaps": market.gaps(points, series),
    }  # fmt: skip


def _series(request: OperatorRequest, public_id: str) -> PriceSeries:
    found: PriceSeries = get_object_or_404(price_series_for(request.viewer), public_id=public_id)
    return found


def _form(request: OperatorRequest, form: SeriesForm, series: PriceSeries | None) -> HttpResponse:
    context = {"form": form, "series": series}
    return render(
        request, "dashboard/energy/price_series_form.html", context, status=422 if form.errors else 200
    )
