"""What sharing saved: the sessions of a site as they were, and as first come, first served would have had them."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render

from billing.models import PriceSeries
from smartcharging.engine.network import NetworkError
from smartcharging.savings import Prices, Recorded, recorded, savings, series_prices
from smartcharging.selectors import policy_of

from ...access import OperatorRequest, page
from ...energy import frame, site_of
from ...forms.savings import SavingsForm


@page("sites.view", "energy")
def report(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Both sides of a span, side by side."""
    site = site_of(request, public_id)
    policy = policy_of(site)
    form, series = SavingsForm(request.GET, policy.peak_price), policy.price_series
    context = {**frame(site, "savings"), "form": form, "found": None, "trouble": ""}
    if form.is_valid() and site.circuits.exists():
        try:
            found = recorded(site, *form.span)
            context |= {"found": savings(found, _prices(found, form, series)), "series": series}
        except NetworkError as error:
            context["trouble"] = str(error)
    return render(request, "dashboard/energy/savings.html", context)


def _prices(found: Recorded, form: SavingsForm, series: PriceSeries | None) -> Prices:
    """Those of the series the site buys by; what is entered holds where it has none."""
    return form.prices if series is None else replace(form.prices, by_step=series_prices(series, found))
