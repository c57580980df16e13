"""QR stickers of a site, to print: one for each EVSE."""

from dataclasses import dataclass

import segno
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString

from chargers.models import Evse
from chargers.selectors import sites_for
from chargers.stickers import code_of, link_of

from ..access import OperatorRequest, page

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
    evses = Evse.objects.filter(station__site=site).select_related("station")
    shown = [_sticker(evse) for evse in evses.order_by("station__identity", "number")[:MOST]]
    return render(request, "dashboard/stickers.html", {"site": site, "stickers": shown})


def _sticker(evse: Evse) -> Sticker:
    link = link_of(evse)
    # Drawn by us from our own address, so it is safe as it is.
    # A quarter of it may be scratched away (level Q): stickers stand in the weather.
    drawing = segno.make(link, error="q", micro=False).svg_inline(omitsize=True, border=2)
    return Sticker(evse, code_of(evse), link, SafeString(drawing))
