"""The frame of the energy pages of a site, and its picture with what went wrong in it."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from chargers.models import Site
from chargers.selectors.stations import sites_for
from cpms.core import clock
from smartcharging.engine.network import NetworkError
from smartcharging.picture import Picture, picture

from .access import OperatorRequest

TABS: tuple[tuple[str, str, str], ...] = (
    ("now", "Now", "dashboard:energy"),
    ("plan", "Plan", "dashboard:energy_plan"),
    ("wires", "Wires", "dashboard:wires"),
    ("sharing", "Sharing", "dashboard:sharing"),
    ("meters", "Meters", "dashboard:meters"),
    ("limits", "Limits", "dashboard:limits"),
    ("profiles", "Charging profiles", "dashboard:energy_profiles"),
    ("savings", "Savings", "dashboard:savings"),
)
"""Name, label and URL name."""


def site_of(request: OperatorRequest, public_id: str) -> Site:
    """The site in the URL. Raises Http404."""
    return get_object_or_404(sites_for(request.viewer), public_id=public_id)


def frame(site: Site, tab: str) -> dict[str, Any]:
    """What every energy page of a site shows above itself."""
    tabs = [
        {"label": label, "url": reverse(url, args=[site.public_id]), "current": name == tab}
        for name, label, url in TABS
    ]
    return {"site": site, "tabs": tabs}


def pictured(site: Site) -> tuple[Picture | None, str]:
    """How the site stands, or why nobody can say; both empty without circuits."""
    if not site.circuits.exists():
        return None, ""
    try:
        return picture(site, clock.now()), ""
    except NetworkError as error:
        return None, str(error)
