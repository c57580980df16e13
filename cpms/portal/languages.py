"""Driver pages speak the driver's language: the one he chose, else the first of his browser that we have."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

DRIVER_PATHS = ("/drive/", "/my/", "/c/", "/v/")
YEAR_S = 365 * 24 * 3600


class DriverLanguage:
    """Translates the answers to driver pages; all other pages stay in English."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(DRIVER_PATHS):
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the language of the button that was pressed, and go back to the page it stood on."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/drive/"
    response = redirect(back)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        name, secure = settings.LANGUAGE_COOKIE_NAME, request.is_secure()
        response.set_cookie(name, language, max_age=YEAR_S, samesite="Lax", secure=secure, httponly=True)
    return response
