"""The firmware repository: files, their bytes, the roots that vouch for them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from chargers.choices import FirmwareFileState
from chargers.selectors.files import (
    firmware_campaigns_for,
    firmware_files_for,
    firmware_updates_for,
    manufacturer_roots_for,
)
from chargers.services.files import firmware_files as service
from chargers.services.files.links import link_for_firmware_download, link_for_firmware_upload

from ... import listing
from ...access import OperatorRequest, page
from ...forms.firmware import FirmwareForm, RootForm
from ...forms.saving import save, submitted
from ...maintenance import frame

LATEST = 10


@page("stations.view", "maintenance")
def firmware(request: OperatorRequest) -> HttpResponse:
    """Files and campaigns."""
    context = frame(request, "firmware") | {
        "page": listing.paginate(request, firmware_files_for(request.viewer)),
        "campaigns": firmware_campaigns_for(request.viewer)[:LATEST],
        "roots": manufacturer_roots_for(request.viewer),
    }
    return render(request, "dashboard/firmware.html", context)


@page("stations.edit", "maintenance")
def firmware_new(request: OperatorRequest) -> HttpResponse:
    """The facts of a firmware; its page then takes the file."""
    form = FirmwareForm(submitted(request))
    made = save(
        form, service.firmware_file_create, organisation=request.organisation, actor=request.viewer.actor
    )
    if made:
        return redirect("dashboard:firmware_file", made.public_id)
    context = frame(request, "firmware") | {"form": form, "title": "Add firmware", "button": "Continue"}
    return render(request, "dashboard/firmware_form.html", context, status=422 if form.errors else 200)


@page("stations.view", "maintenance")
def firmware_file(request: OperatorRequest, public_id: str) -> HttpResponse:
    """One firmware: what its signature is worth, where it runs; the form for its bytes while they are missing."""
    file = get_object_or_404(firmware_files_for(request.viewer), public_id=public_id)
    context: dict[str, Any] = frame(request, "firmware") | {
        "file": file,
        "updates": firmware_updates_for(request.viewer).filter(file=file)[:50],
    }
    if file.state == FirmwareFileState.EMPTY and request.viewer.may("stations.edit", file.organisation_id):
        context["upload_url"] = link_for_firmware_upload(file)
    response = render(request, "dashboard/firmware_file.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@page("stations.edit", "maintenance")
def firmware_download(request: OperatorRequest, public_id: str) -> HttpResponse:
    """To a one-time address with the file."""
    file = get_object_or_404(firmware_files_for(request.viewer).exclude(storage_name=""), public_id=public_id)
    return redirect(link_for_firmware_download(file))


@require_POST
@page("stations.edit", "maintenance")
def firmware_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Remove a firmware that was never sent."""
    file = get_object_or_404(firmware_files_for(request.viewer), public_id=public_id)
    try:
        service.firmware_file_remove(file, request.viewer.actor)
    except ValidationError as error:
        messages.error(request, f"{capfirst(error.messages[0])}.")
        return redirect("dashboard:firmware_file", public_id)
    messages.success(request, "The firmware was removed.")
    return redirect("dashboard:firmware")


@page("stations.edit", "maintenance")
def root_new(request: OperatorRequest) -> HttpResponse:
    """Trust a manufacturer's root."""
    form = RootForm(submitted(request))
    made = save(
        form, service.manufacturer_root_add, organisation=request.organisation, actor=request.viewer.actor
    )
    if made:
        messages.success(request, "The root is stored; this manufacturer's firmware was judged anew.")
        return redirect("dashboard:firmware")
    context = frame(request, "firmware") | {"form": form, "title": "Add manufacturer root", "button": "Save"}
    return render(request, "dashboard/firmware_form.html", context, status=422 if form.errors else 200)


@require_POST
@page("stations.edit", "maintenance")
def root_remove(request: OperatorRequest, public_id: str) -> HttpResponse:
    """Trust a root no longer."""
    root = get_object_or_404(manufacturer_roots_for(request.viewer), public_id=public_id)
    service.manufacturer_root_remove(root, request.viewer.actor)
    messages.success(request, "The root was removed; this manufacturer's firmware was judged anew.")
    return redirect("dashboard:firmware")
