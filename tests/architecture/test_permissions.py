"""Every page, API route and socket asks for a permission, or stands on the list of those that need none."""

import inspect
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cpms import routing
from cpms.accounts.models import User
from cpms.accounts.roles import PERMISSIONS
from cpms.api.auth import ANYBODY, HasScope
from cpms.portal import own_urls
from tests.worlds import PASSWORD, World

# Open to anybody, and why.
OPEN = {
    "healthz": "the supervisor asks whether the process lives",
    "readyz": "the proxy asks whether it can work",
    "crl": "whoever checks certificates has to know which are revoked (RFC 5280)",
    "home": "drivers type the code of a sticker there; it shows nothing else",
    "language": "everybody chooses the language of the driver pages; it is kept in a cookie",
    "manifest": "a phone asks for it before anybody signs in; it names nobody",
    "service_worker": "the same",
    "offline": "the same",
    "payment_webhook": "the provider's signature over the body admits the caller",
}
# Open to whoever has the signed code of a sticker or the signed link of a visit.
BY_LINK = {
    "landing", "landing_charge", "landing_join", "problem", "visit", "visit_now", "visit_stop", "visit_leave",
    "visit_back", "visit_need", "visit_invoice", "bank", "visit_verify", "visit_values",
}  # fmt: skip
# The way in, and what somebody needs who is not in: links of mails to his own address, a new password.
ENTRANCE = {
    "login",
    "signup",
    "login_code",
    "login_passkey",
    "email_confirm",
    "password_reset",
    "password_new",
}
# The pages of drivers: they show whoever is signed in nothing but their own.
DRIVERS = {route.name for route in own_urls.urlpatterns}
# Open to whoever is signed in: it shows nothing but their own.
OWN = {"start", "organisation_switch", *DRIVERS}
DOORS = ("/accounts/login/?", "/my/login/?")
METHODS = ("get", "post", "put", "patch", "delete")


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, f"{namespace}{entry.pattern}")
        else:
            yield f"{namespace}{entry.pattern}", entry


ALL = sorted(routes(get_resolver()), key=lambda route: route[0])
API = [(path, route) for path, route in ALL if path.startswith("api/")]
PAGES = [
    (path, route)
    for path, route in ALL
    if not path.startswith(("api/", "accounts/", "admin/")) and route.name not in {*OPEN, *BY_LINK, *ENTRANCE}
]
LINKS = [(path, route) for path, route in ALL if route.name in BY_LINK]


def test_there_is_something_to_check() -> None:
    assert len(API) > 15
    assert len(PAGES) > 20


def api_views() -> Iterator[tuple[str, str, type]]:
    for path, route in API:
        view = getattr(route.callback, "cls", None) or getattr(route.callback, "view_class", None)
        if view is not None:
            yield from ((path, method, view) for method in METHODS if hasattr(view, method))


API_VIEWS = list(api_views())


def permission_problem(path: str, method: str, view: type) -> str:
    """What is wrong with how a method of a route asks for a permission; empty when nothing is."""
    names = [cls.__name__ for cls in getattr(view, "permission_classes", [])]
    if HasScope.__name__ not in names:
        described = "schema" in path or "docs" in path
        return "" if described and method == "get" and names in ([], ["AllowAny"]) else "is open to anybody"
    scope = getattr(view, "scopes", {}).get(method.upper())
    return "" if scope == ANYBODY or scope in PERMISSIONS else f"names {scope!r}"


def test_every_method_of_the_api_names_a_permission_that_exists() -> None:
    """Seen failing with a view whose `scopes` lacked DELETE."""
    assert len(API_VIEWS) > 300
    problems = [(method, path, permission_problem(path, method, view)) for path, method, view in API_VIEWS]
    assert not [row for row in problems if row[2]]


def filled(path: str) -> str:
    """The address with something in the place of every parameter."""
    parts = path.replace("<", "\0<").split("\0")
    return "/" + "".join(_value(part) + part.partition(">")[2] if part[:1] == "<" else part for part in parts)


def _value(parameter: str) -> str:
    return "1" if parameter.startswith("<int:") else "CP-1"


def sends_to_the_door(path: str) -> bool:
    """Whether a page sends somebody who is not signed in to a page where he can."""
    answer = Client().get(filled(path))
    to_a_door = answer.status_code == 302 and answer["Location"].startswith(DOORS)
    return to_a_door or answer.status_code == 405


def test_every_page_asks_who_is_there(db: None) -> None:
    """Seen failing with the decorator `page` taken from a view."""
    assert not [path for path, _ in PAGES if not sends_to_the_door(path)]


def test_no_page_opens_for_somebody_without_an_organisation(world: World) -> None:
    """Seen failing with the decorator `page` taken from a view."""
    _ = world.station
    client = Client()
    client.force_login(User.objects.create_user("outsider@example.com", PASSWORD))
    answers = [(path, route.name, client.get(filled(path))) for path, route in PAGES]
    refused = (403, 404, 405)
    assert not [path for path, name, a in answers if name not in OWN and a.status_code not in refused]
    assert not [path for path, _, answer in answers if world.mark in answer.content.decode()]


@pytest.mark.parametrize(("path", "route"), LINKS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_link_that_we_did_not_sign_opens_nothing(world: World, path: str, route: URLPattern) -> None:
    _ = world.station
    statuses = {Client().get(filled(path)).status_code, Client().post(filled(path)).status_code}
    assert statuses <= {404, 405}, f"{path} answers {statuses}"
    assert 404 in statuses


def test_every_page_says_its_permission_in_its_decorator() -> None:
    nameless = [
        path for path, route in PAGES if route.name not in OWN and "guarded" not in _code_name(route.callback)
    ]
    assert not nameless


def test_every_page_of_drivers_is_guarded() -> None:
    """Seen failing with the decorator `driver_page` taken from a view."""
    open_ones = [r.name for r in own_urls.urlpatterns if "owned" not in _code_name(r.callback).split()]
    assert not open_ones


def _code_name(view: object) -> str:
    """The names of the functions a view is wrapped in."""
    names = []
    while view is not None:
        code = getattr(view, "__code__", None)
        names.append(code.co_name if code else type(view).__name__)
        view = getattr(view, "__wrapped__", None)
    return " ".join(names)


def test_every_socket_is_the_live_one_or_a_chargers() -> None:
    source = inspect.getsource(routing.build)
    assert source.count("as_asgi()") == 1
    assert "AllowedHostsOriginValidator" in source
    assert "AuthMiddlewareStack" in source
