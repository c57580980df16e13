"""What drivers see where there is no page: a link that is too old, a form that was open too long, a mistake of ours.

The pages of operators speak of roles and organisations, and English only; a driver before a charger is led to the field
for the code of its sticker.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults
from django.views.csrf import csrf_failure

from cpms.drivers.links import payment_named

from .languages import DRIVER_PATHS

Handler = Callable[[HttpRequest], HttpResponse]


def is_driver_page(request: HttpRequest) -> bool:
    """Whether the address is one of the driver pages."""
    return request.path_info.startswith(DRIVER_PATHS)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler404`."""
    if not is_driver_page(request):
        return defaults.page_not_found(request, exception)
    return render(request, "portal/not_found.html", status=404)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's `CSRF_FAILURE_VIEW`."""
    if not is_driver_page(request):
        return csrf_failure(request, reason)
    return render(request, "portal/form_expired.html", {"session": _session(request)}, status=403)


def _session(request: HttpRequest) -> str:
    """The token of the session's link that the address lies under; empty when we did not sign it."""
    token = str(request.resolver_match.kwargs.get("token", "")) if request.resolver_match else ""
    return token if payment_named(token) else ""


def server_error(request: HttpRequest) -> HttpResponse:
    """For `handler500`, on driver pages: nothing in it asks the database, which may be what is away."""
    return HttpResponse(render_to_string("portal/broken.html"), status=500)


class DriverMethods:
    """A page for whoever opens the address of a button; empty answers tell drivers nothing."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._handle(request)
        is_empty = not response.streaming and not response.content
        if response.status_code != 405 or not is_empty or not is_driver_page(request):
            return response
        page = render(request, "portal/no_page.html", {"session": _session(request)}, status=405)
        page["Allow"] = response["Allow"]
        return page
