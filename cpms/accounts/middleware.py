"""Puts the viewer and the chosen organisation on each request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from .models import Organisation
from .selectors import organisations_for
from .viewer import Viewer, viewer_of_user

SESSION_KEY = "organisation"


def current_organisation(request: HttpRequest, viewer: Viewer) -> Organisation | None:
    """The organisation the person chose, else their first one, else None."""
    chosen = request.session.get(SESSION_KEY)
    mine = list(organisations_for(viewer))
    return next((o for o in mine if o.public_id == chosen), mine[0] if mine else None)


class OrganisationMiddleware:
    """Sets `request.viewer` (narrowed to the chosen organisation) and `request.organisation`, lazily."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.everywhere = SimpleLazyObject(lambda: viewer_of_user(request.user))  # type: ignore[attr-defined]
        request.organisation = SimpleLazyObject(lambda: current_organisation(request, request.everywhere))  # type: ignore[attr-defined]
        request.viewer = SimpleLazyObject(lambda: _narrow(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _narrow(request: HttpRequest) -> Viewer:
    organisation = request.organisation  # type: ignore[attr-defined]
    return request.everywhere.narrowed(organisation.pk if organisation else -1)  # type: ignore[attr-defined]
