"""Places to charge: list and search with what really happened there, one place, favourites, waiting for a free one."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chargers.models import Site
from chargers.stickers import code_of
from cpms.drivers.selectors import favourites_of, stations_of, wishes_of
from cpms.drivers.services import wishes as service
from cpms.drivers.sites import driver_for, example_price, found, nearest, search, sites_of, strong

from ..own import DriverRequest, driver_page
from ..site_map import site_map

_PAGE_SIZE = 10
# What is free is known of a place only when all of it was looked at.
_MOST_LOOKED_AT = 300
# kW: slow and fast alternating current, then what a charger by the road gives.
POWERS = (11, 22, 50, 150)


@driver_page
@require_safe
def places(request: DriverRequest) -> HttpResponse:
    """Favourites first; by distance where the phone said where it is; map and list show the same.

    `q` searches, `kw` leaves out what is weaker, `free` what is taken.
    """
    text, near = _text(request), position(request.GET.get("near", ""))
    liked = {one.site_id for one in favourites_of(request.user)}
    rows = strong(search(sites_of(request.user), text), power(request.GET.get("kw", "")) * 1000)
    sites = nearest(rows, near) if near else sorted(rows, key=lambda site: (site.pk not in liked, site.name))
    only_free = "free" in request.GET
    wanted = _with_something_free(sites) if only_free else sites
    page = Paginator(wanted, _PAGE_SIZE).get_page(request.GET.get("page"))
    shown = found(list(page.object_list), near)
    context = {
        "page": page, "rows": [(one, one.site.pk in liked) for one in shown], "text": text,
        "only_free": only_free, "near": request.GET.get("near", "") if near else "",
        "wishes": wishes_of(request.user), "map": site_map(shown, near), "powers": POWERS,
        "kw": power(request.GET.get("kw", "")), "query": _query(request),
    }  # fmt: skip
    return render(request, "portal/places.html", context)


def _text(request: DriverRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:60]


def _with_something_free(sites: Sequence[Site]) -> list[Site]:
    return [one.site for one in found(sites[:_MOST_LOOKED_AT]) if one.free]


def _query(request: DriverRequest) -> str:
    """The search without the page, for the links to the other pages."""
    given = request.GET.copy()
    given.pop("page", None)
    return given.urlencode()


def power(text: str) -> int:
    """Kilowatts that are offered for choice, 0 for anything else."""
    return next((one for one in POWERS if text == str(one)), 0)


def position(text: str) -> tuple[float, float] | None:
    """`52.52,13.40` as degrees; None for anything else."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


@driver_page
@require_safe
def place(request: DriverRequest, public_id: str) -> HttpResponse:
    """One site: each charger with its state, how sure that is, and the price of an example."""
    site = _site(request, public_id)
    here, driver = found([site])[0], driver_for(request.user, site)
    context = {
        "here": here,
        "spots": [(spot, code_of(spot.evse), example_price(spot.evse, driver)) for spot in here.spots],
        "liked": favourites_of(request.user).filter(site=site).exists(),
        "waited_for": {wish.station_id for wish in wishes_of(request.user)},
    }
    return render(request, "portal/place.html", context)


@require_POST
@driver_page
def favourite(request: DriverRequest, public_id: str) -> HttpResponse:
    """Remember a site, or forget it."""
    site = _site(request, public_id)
    act = service.favourite_remove if "forget" in request.POST else service.favourite_add
    act(request.user, site)
    return redirect("portal:place", site.public_id)


@require_POST
@driver_page
def wish(request: DriverRequest, public_id: str) -> HttpResponse:
    """Be told when a station is free."""
    station = get_object_or_404(stations_of(request.user), public_id=public_id)
    try:
        service.wish_make(request.user, station)
        messages.success(request, _("You get one mail as soon as it is free, within four hours."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("portal:place", station.site.public_id) if station.site else redirect("portal:places")


@require_POST
@driver_page
def wish_drop(request: DriverRequest, public_id: str) -> HttpResponse:
    """Take it back."""
    service.wish_drop(get_object_or_404(wishes_of(request.user), public_id=public_id))
    return redirect("portal:places")


def _site(request: DriverRequest, public_id: str) -> Site:
    return get_object_or_404(sites_of(request.user), public_id=public_id)
