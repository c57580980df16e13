"""What sharing saved: the sessions of a site as they were, and as first come, first served would have had them."""

from django.http import HttpResponse
from django.shortcuts import render

from smartcharging.engine.network import NetworkError
from smartcharging.savings import recorded, savings

from ...access import OperatorRequest, page
from ...energy import frame, site_of
from ...forms.savings import SavingsForm


@page("sites.view", "energy")
def report(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Both sides of a span, side by side."""
    site = site_of(request, public_id)
    form = SavingsForm(request.GET)
    context = {**frame(site, "savings"), "form": form, "found": None, "trouble": ""}
    if form.is_valid() and site.circuits.exists():
        try:
            context["found"] = savings(recorded(site, *form.span), form.prices)
        except NetworkError as error:
            context["trouble"] = str(error)
    return render(request, "dashboard/energy/savings.html", context)
