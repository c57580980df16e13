"""Firmware campaigns: tried out, begun, watched, paused, resumed, aborted."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from chargers.choices import (
    FAILED_UPDATES,
    OPEN_UPDATES,
    CampaignState,
    FirmwareFileState,
    FirmwareUpdateState,
)
from chargers.models import FirmwareCampaign
from chargers.selectors.files import (
    campaign_stations,
    firmware_campaigns_for,
    firmware_files_for,
    firmware_updates_for,
)
from chargers.selectors.stations import sites_for
from chargers.services.files import firmware_campaigns as service

from ... import listing
from ...access import OperatorRequest, page
from ...forms.firmware import CampaignForm
from ...forms.saving import save, submitted
from ...maintenance import frame

SENDABLE = (FirmwareFileState.UNSIGNED, FirmwareFileState.VERIFIED)
ACTS = {
    "pause": (service.campaign_pause, "Paused: updates under way go on, no other begins."),
    "resume": (service.campaign_resume, "Resumed."),
    "abort": (service.campaign_abort, "Aborted: whoever has not fetched the file gets none."),
}


@page("stations.edit", "maintenance")
def campaign_new(request: OperatorRequest) -> HttpResponse:
    """Choose, try out, begin: the button decides which."""
    files = firmware_files_for(request.viewer).filter(state__in=SENDABLE)
    first = {"firmware": listing.text(request, "firmware", 40)}
    form = CampaignForm(submitted(request), initial=first, files=files, sites=sites_for(request.viewer))
    context: dict[str, Any] = frame(request, "firmware") | {"form": form, "has_files": files.exists()}
    if "begin" in request.POST:
        made = save(form, _begin, request=request)
        if made:
            return redirect("dashboard:campaign", made.public_id)
    elif request.method == "POST" and form.is_valid():
        context |= _plan(request, form.cleaned_data)
    return render(request, "dashboard/campaign_new.html", context, status=422 if form.errors else 200)


def _plan(request: OperatorRequest, fields: dict[str, Any]) -> dict[str, Any]:
    stations = campaign_stations(
        request.viewer, fields["firmware"], fields["site"], fields["current_version"]
    )
    plan = service.campaign_plan(fields["firmware"], stations, fields["wave_sizes"])
    included = sum(bool(one.wave) for one in plan)
    return {"plan": plan, "included": included, "left_out": len(plan) - included}


def _begin(request: OperatorRequest, **fields: Any) -> FirmwareCampaign:
    file, site, version = fields.pop("firmware"), fields.pop("site"), fields.pop("current_version")
    return service.campaign_create(
        request.organisation,
        request.viewer.actor,
        file,
        campaign_stations(request.viewer, file, site, version),
        selection={"site": site.name if site else "", "current_version": version},
        **fields,
    )


@page("stations.view", "maintenance")
def campaign(request: OperatorRequest, public_id: str) -> HttpResponse:
    """How far it is: figures, the stop rule, and one row a station."""
    found = get_object_or_404(firmware_campaigns_for(request.viewer), public_id=public_id)
    updates = (
        firmware_updates_for(request.viewer).filter(campaign=found).order_by("wave", "station__identity")
    )
    context = frame(request, "firmware") | {
        "campaign": found,
        "page": listing.paginate(request, updates, 100),
        "figures": _figures(found),
        "is_running": found.state == CampaignState.RUNNING,
        "can_resume": found.state in (CampaignState.PAUSED, CampaignState.STOPPED),
    }
    return render(request, "dashboard/campaign.html", context)


def _figures(campaign: FirmwareCampaign) -> dict[str, int]:
    counts = Counter(campaign.updates.values_list("state", flat=True))
    waiting, done = counts[FirmwareUpdateState.PLANNED], counts[FirmwareUpdateState.DONE]
    return {
        "all": sum(counts.values()),
        "done": done,
        "failed": sum(counts[state] for state in FAILED_UPDATES),
        "waiting": waiting,
        "running": sum(counts[state] for state in OPEN_UPDATES) - waiting,
    }


@require_POST
@page("stations.edit", "maintenance")
def campaign_act(request: OperatorRequest, public_id: str, act: str) -> HttpResponse:
    """Pause, resume or abort."""
    found = get_object_or_404(firmware_campaigns_for(request.viewer), public_id=public_id)
    if act not in ACTS:
        raise Http404("no such act")
    work, said = ACTS[act]
    try:
        work(found, request.viewer.actor)
    except service.WrongState as error:
        messages.error(request, f"{capfirst(str(error))}.")
    else:
        messages.success(request, said)
    return redirect("dashboard:campaign", public_id)
