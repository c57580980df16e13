"""Pages of a signed-in driver: who opens them sees what is his own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from cpms.accounts.models import User


class DriverRequest(HttpRequest):
    """A request that passed `driver_page`: somebody is signed in. Describes types only, is never made."""

    user: User


View = Callable[..., HttpResponse]


def driver_page(view: View) -> View:
    """Guard a page: whoever is not signed in does that first, and comes back to it."""

    @wraps(view)
    def owned(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404("no id has a NUL character, and PostgreSQL takes none")
        if not request.user.is_authenticated:
            # The address of a form shows nothing when it is opened after signing in.
            back = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("portal:account")
            return redirect_to_login(back, reverse("portal:login"))
        answer = view(request, *args, **kwargs)
        add_never_cache_headers(answer)
        return answer

    return owned
