"""The connection doctor of one station."""

from django.http import HttpResponse
from django.shortcuts import render

from chargers.selectors.stations import refusals_for
from chargers.services.diagnosis.diagnose import diagnose

from ...access import OperatorRequest, page
from .stations import frame, station_or_404


@page("stations.view", "stations")
def station_diagnosis(request: OperatorRequest, public_id: str) -> HttpResponse:
    """What keeps a station away, and what to set on the charger."""
    found = station_or_404(request.viewer, public_id)
    context = frame(request, found, "diagnosis") | {
        "diagnosis": diagnose(found),
        "refusals": refusals_for(request.viewer, found)[:50],
    }
    return render(request, "dashboard/station/diagnosis.html", context)
