"""QR stickers of a site, to print: one for each EVSE."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from chargers.selectors.stations import sites_for
from cpms.drivers.stickers import NoPdf, stickers_file_name, stickers_of
from cpms.drivers.stickers import stickers_pdf as pdf_of_site

from ...access import OperatorRequest, page


@page("sites.view", "sites")
def stickers(request: OperatorRequest, public_id: str) -> HttpResponse:
    """All stickers of a site on sheets; the browser prints them or saves them as PDF."""
    site = get_object_or_404(sites_for(request.viewer), public_id=public_id)
    return render(request, "dashboard/stickers.html", {"site": site, "stickers": stickers_of(site)})


@page("sites.view", "sites")
def stickers_pdf(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The same as one file of A4 sheets, for who has them printed."""
    site = get_object_or_404(sites_for(request.viewer), public_id=public_id)
    try:
        made = pdf_of_site(site)
    except NoPdf as error:
        messages.error(request, f"No file was made: {error}. The browser can print this page.")
        return redirect("dashboard:stickers", public_id)
    disposition = f'attachment; filename="{stickers_file_name(site)}"'
    return HttpResponse(made, "application/pdf", headers={"Content-Disposition": disposition})
