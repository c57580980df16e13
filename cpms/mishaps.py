"""Which of our faces says that something went wrong: that of programs, of drivers, or of operators."""

from django.http import HttpRequest, HttpResponse

from cpms.api import errors as api
from cpms.portal import mishaps as portal


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`."""
    return portal.server_error(request) if portal.is_driver_page(request) else api.server_error(request)
