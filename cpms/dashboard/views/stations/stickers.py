"""QR stickers of a site, to print: one for each EVSE."""

from dataclasses import dataclass

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from billing.services.invoicing.pdf import NoPdf, pdf_of
from chargers.models import Evse, Site
from chargers.selectors import sites_for
from chargers.stickers import code_of, link_of

from ...access import OperatorRequest, page

MOST = 400


@dataclass(frozen=True, slots=True)
class Sticker:
    """What is printed: name, QR code as SVG, the code for phones that cannot scan."""

    evse: Evse
    code: str
    link: str
    drawing: SafeString


@page("sites.view", "sites")
def stickers(request: OperatorRequest, public_id: str) -> HttpResponse:
    """All stickers of a site on sheets; the browser prints them or saves them as PDF."""
    site = get_object_or_404(sites_for(request.viewer), public_id=public_id)
    return render(request, "dashboard/stickers.html", {"site": site, "stickers": _stickers(site)})


@page("sites.view", "sites")
def stickers_pdf(request: OperatorRequest, public_id: str) -> HttpResponse:
    """The same as one file of A4 sheets, for who has them printed."""
    site = get_object_or_404(sites_for(request.viewer), public_id=public_id)
    html = render_to_string("documents/stickers.html", {"site": site, "stickers": _stickers(site)})
    try:
        made = pdf_of(html, f"the stickers of {site.name}")
    except NoPdf as error:
        messages.error(request, f"No file was made: {error}. The browser can print this page.")
        return redirect("dashboard:stickers", public_id)
    disposition = f'attachment; filename="stickers-{site.public_id}.pdf"'
    return HttpResponse(made, "application/pdf", headers={"Content-Disposition": disposition})


def _stickers(site: Site) -> list[Sticker]:
    evses = Evse.objects.filter(station__site=site).select_related("station")
    return [_sticker(evse) for evse in evses.order_by("station__identity", "number")[:MOST]]


def _sticker(evse: Evse) -> Sticker:
    link = link_of(evse)
    # Drawn by us from our own address, so it is safe as it is.
    # A quarter of it may be scratched away (level Q): stickers stand in the weather.
    drawing = segno.make(link, error="q", micro=False).svg_inline(omitsize=True, border=2)
    return Sticker(evse, code_of(evse), link, SafeString(drawing))
