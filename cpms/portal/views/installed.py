"""What lets a phone keep the driver pages like an app: a manifest, and a page for when there is no network."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

_DAY_S = 24 * 3600
_THEME, _GROUND = "#00717c", "#f5f7f7"


@require_safe
@cache_control(max_age=_DAY_S, public=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest (W3C Application Manifest)."""
    sizes = (("any", "img/mark.svg", "image/svg+xml"), ("192x192", "img/app-192.png", "image/png"))
    icons = [{"src": static(path), "sizes": size, "type": kind} for size, path, kind in sizes]
    large = {"src": static("img/app-512.png"), "sizes": "512x512", "type": "image/png"}
    told = {
        "name": _("Charge your car"), "short_name": _("Charge"), "start_url": reverse("portal:account"),
        "id": reverse("portal:account"), "scope": "/", "display": "standalone", "theme_color": _THEME,
        "background_color": _GROUND, "icons": [*icons, large, {**large, "purpose": "maskable"}],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
@cache_control(max_age=_DAY_S, public=True)
def offline(request: HttpRequest) -> HttpResponse:
    """What a phone without network shows in the place of a page; it names nobody."""
    return render(request, "portal/offline.html")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the offline page, and nothing else: no figure and no page of anybody is ever kept."""
    context = {"keep": [reverse("portal:offline"), static("css/tokens.css"), static("css/portal.css")]}
    answer = render(
        request, "portal/service_worker.js", context, content_type="text/javascript; charset=utf-8"
    )
    answer["Service-Worker-Allowed"] = "/"
    return answer
