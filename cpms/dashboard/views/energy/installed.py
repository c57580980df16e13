"""What stations hold: asked for anew, and taken away where it is none of ours."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from smartcharging.selectors import foreign_profiles_for
from smartcharging.services.foreign import foreign_clear
from smartcharging.services.readback import site_ask

from ...access import OperatorRequest, page
from ...energy import site_of


@require_POST
@page("commands.send", "energy")
def profiles_read(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Ask all chargers of a site for what they hold."""
    site = site_of(request, public_id)
    asked = site_ask(site, request.viewer.actor)
    if asked:
        told = (
            f"Asked {asked} charger{'s' if asked != 1 else ''}. What they report appears here within seconds."
        )
        messages.success(request, told)
    else:
        messages.warning(
            request, "No charger could be asked: only those of OCPP 2.0.1 that are online can say."
        )
    return redirect("dashboard:energy_profiles", site.public_id)


@require_POST
@page("commands.send", "energy")
def foreign_out(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Have a charger remove a profile that is none of ours."""
    row = get_object_or_404(foreign_profiles_for(request.viewer), public_id=public_id)
    site = row.station.site
    assert site is not None
    try:
        foreign_clear(row, request.viewer.actor)
        messages.success(
            request, "Asked to remove it. It goes from here once the charger does not report it any more."
        )
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
    return redirect("dashboard:energy_profiles", site.public_id)
