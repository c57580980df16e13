"""Who may open a page: signed in, member of an organisation, holder of the permission the page names."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from cpms.accounts.models import Organisation, User
from cpms.accounts.viewer import Viewer
from cpms.drivers.selectors import drivers_of


class OperatorRequest(HttpRequest):
    """A request that passed `page`: signed in, with an organisation. Describes types only, is never made."""

    user: User
    viewer: Viewer
    organisation: Organisation
    area: str


View = Callable[..., HttpResponse]


def page(permission: str, area: str = "") -> Callable[[View], View]:
    """Guard a view with a permission, tell the navigation its area, show times in the organisation's zone.

    Raises PermissionDenied (403) for members without the permission; people without any organisation read
    how to get into one.
    """

    def wrap(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            request.area = area
            if "\0" in request.path_info:
                raise Http404("no id has a NUL character, and PostgreSQL takes none")
            if not request.organisation:
                return _outsider(request)
            if not request.viewer.may(permission):
                raise PermissionDenied(f"needs {permission}")
            with timezone.override(request.organisation.time_zone):
                return view(request, *args, **kwargs)

        return guarded

    return wrap


def _outsider(request: Any) -> HttpResponse:
    """A driver who signed in at the operators' door is shown to his own account."""
    if request.path == "/" and drivers_of(request.user).exists():
        return redirect("portal:account")
    return render(request, "dashboard/no_organisation.html", status=403)


def require(request: OperatorRequest, permission: str) -> None:
    """For pages whose parts need more than the page itself. Raises PermissionDenied."""
    if not request.viewer.may(permission):
        raise PermissionDenied(f"needs {permission}")
