"""The stickers of a site, drawn: one for each EVSE, on a page or as a file of A4 sheets."""

from dataclasses import dataclass

import segno
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from billing.services.invoicing.pdf import NoPdf, pdf_of
from chargers.models import Evse, Site
from chargers.stickers import code_of, link_of

__all__ = ["MOST", "NoPdf", "Sticker", "stickers_file_name", "stickers_of", "stickers_pdf"]

MOST = 400


@dataclass(frozen=True, slots=True)
class Sticker:
    """What is printed: name, QR code as SVG, the code for phones that cannot scan."""

    evse: Evse
    code: str
    link: str
    drawing: SafeString


def stickers_of(site: Site) -> list[Sticker]:
    """Those of a site, by station; at most 400."""
    evses = Evse.objects.filter(station__site=site).select_related("station")
    return [_sticker(evse) for evse in evses.order_by("station__identity", "number")[:MOST]]


def stickers_pdf(site: Site) -> bytes:
    """The same on A4 sheets. Raises `NoPdf` where the machine cannot make one, or there is nothing to print."""
    stickers = stickers_of(site)
    if not stickers:
        raise NoPdf("No charger of this site has an outlet yet")
    html = render_to_string("documents/stickers.html", {"site": site, "stickers": stickers})
    return pdf_of(html, f"the stickers of {site.name}")


def stickers_file_name(site: Site) -> str:
    """How the file is called."""
    return f"stickers-{site.public_id}.pdf"


def _sticker(evse: Evse) -> Sticker:
    link = link_of(evse)
    # Drawn by us from our own address, so it is safe as it is.
    # A quarter of it may be scratched away (level Q): stickers stand in the weather.
    drawing = segno.make(link, error="q", micro=False).svg_inline(omitsize=True, border=2)
    return Sticker(evse, code_of(evse), link, SafeString(drawing))
