"""Drivers stay on driver pages: what allauth has for everybody has a twin in their dress and their language."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver

from cpms.accounts.models import User
from cpms.portal.doors import TWINS
from cpms.portal.languages import DRIVER_PATHS
from tests.worlds import PASSWORD, World

from .driver import Motorist

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _free() -> None:
    """Codes and mails are counted in the cache."""
    cache.clear()


def patterns(resolver: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of everything below `/accounts/`."""
    for one in resolver.url_patterns:
        route = prefix + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from patterns(one, route)
        elif route.startswith("accounts/"):
            yield one.name, route


THEIRS = dict(patterns(get_resolver()))


def address(name: str) -> str:
    """One that fits the route."""
    route = THEIRS[name].replace("^", "").replace("$", "")
    route = route.replace("(?P<key>[-:\\w]+)", "k").replace("(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)", "1-set")
    return "/" + re.sub("<[^>]+>", "1", route)


def code() -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time())))))


def with_app(motorist: Motorist) -> None:
    """His app makes codes, and he has codes for emergencies."""
    TOTP.activate(motorist.user, SECRET)
    RecoveryCodes.activate(motorist.user)


def test_every_page_of_allauth_has_a_twin() -> None:
    """Seen failing with a line of `TWINS` left out."""
    assert set(THEIRS) == set(TWINS)


@pytest.mark.parametrize("has_app", [False, True], ids=["password", "app"])
def test_a_driver_finds_driver_pages_in_his_language_wherever_he_goes(
    motorist: Motorist, has_app: bool
) -> None:
    """Seen failing with the middleware left out: the operators' pages in English."""
    if has_app:
        with_app(motorist)
    motorist.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    for name in THEIRS:
        answer = motorist.client.get(address(name), follow=True)
        assert answer.wsgi_request.path.startswith(DRIVER_PATHS), (name, answer.redirect_chain)
        assert (answer.status_code, answer.headers["Content-Language"]) in ((200, "de"), (404, "de")), name
        assert answer.status_code == 404 or "css/portal.css" in answer.content.decode(), name


def test_a_form_of_the_operators_pages_does_nothing_for_a_driver(motorist: Motorist) -> None:
    """Seen failing with signing out told from others by where its twin is: the list of sessions has the same."""
    with_app(motorist)
    for name in set(THEIRS) - {"account_logout"}:
        filled = {"email": "other@example.com", "action_add": "yes", "password1": "x", "code": code()}
        answer = motorist.client.post(address(name), filled)
        assert answer.headers["Location"].startswith(DRIVER_PATHS), name
    assert Authenticator.objects.filter(user=motorist.user).count() == 2
    assert not EmailAddress.objects.filter(email="other@example.com").exists()
    motorist.client.post("/accounts/logout/")
    assert motorist.client.get("/my/").status_code == 302


def test_who_works_for_an_operator_has_the_pages_he_had(world: World) -> None:
    client = Client()
    client.force_login(world.owner)
    for path in ("/accounts/email/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/"):
        page = client.get(path)
        assert (page.status_code, "css/portal.css" in page.content.decode()) == (200, False)


@pytest.mark.parametrize("door", ["/my/login/", "/accounts/login/"])
def test_the_code_of_the_app_is_asked_for_on_a_driver_page_whichever_the_door(
    motorist: Motorist, door: str
) -> None:
    with_app(motorist)
    motorist.client.logout()
    motorist.tap(door, login=motorist.email, password=PASSWORD)
    assert (motorist.at, "One more code" in motorist.text) == ("/my/login/code", True)
    motorist.tap("/my/login/code", code="000000")
    assert motorist.client.get("/my/").status_code == 302
    motorist.tap("/my/login/code", code=code())
    assert motorist.at == "/my/"


def test_a_recovery_code_lets_in_once(motorist: Motorist) -> None:
    with_app(motorist)
    spare = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()[0]
    for expected in ("/my/", "/my/login/code"):
        motorist.client.logout()
        cache.clear()
        motorist.tap("/my/login/", login=motorist.email, password=PASSWORD)
        motorist.tap("/my/login/code", code=spare)
        assert motorist.at == expected
        assert motorist.client.get("/my/").status_code == (200 if expected == "/my/" else 302)


def test_a_code_page_without_a_password_before_leads_to_the_door() -> None:
    assert Client().get("/my/login/code").headers["Location"] == "/my/login/"


def test_two_steps_are_switched_on_and_off(motorist: Motorist) -> None:
    assert "Switch it on" in motorist.open("/my/two-factor/").text
    assert "Is it you?" in motorist.open("/my/two-factor/on").text
    motorist.tap("/my/confirm/?next=/my/two-factor/on", password=PASSWORD)
    assert motorist.at == "/my/two-factor/on"
    secret = re.findall(r'class="secret">([A-Z2-7]+)<', motorist.page)[0]
    shown = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert "Switch it on" in motorist.tap("/my/two-factor/on", code="000000").text
    cache.clear()
    motorist.tap("/my/two-factor/on", code=shown)
    assert (motorist.at, "Recovery codes" in motorist.text) == ("/my/two-factor/codes", True)
    assert len(re.findall(r'class="secret">(\w+)<', motorist.page)) == 10
    assert "It is on" in motorist.open("/my/two-factor/").text
    motorist.tap("/my/two-factor/off")
    assert (motorist.at, "Switch it on" in motorist.text) == ("/my/two-factor/", True)
    assert not Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()


def test_new_recovery_codes_take_the_place_of_the_old_ones(motorist: Motorist) -> None:
    with_app(motorist)
    motorist.tap("/my/confirm/", password=PASSWORD)
    before = re.findall(r'class="secret">(\w+)<', motorist.open("/my/two-factor/codes").page)
    motorist.tap("/my/two-factor/codes/new")
    after = re.findall(r'class="secret">(\w+)<', motorist.page)
    assert (motorist.at, len(after), set(before) & set(after)) == ("/my/two-factor/codes", 10, set())


def test_the_code_proves_who_one_is_instead_of_the_password(motorist: Motorist) -> None:
    with_app(motorist)
    assert "Use a code of your app" in motorist.open("/my/two-factor/codes").text
    motorist.tap("/my/confirm/code?next=/my/two-factor/codes", code=code())
    assert motorist.at == "/my/two-factor/codes"


def test_another_address_counts_once_it_is_confirmed(motorist: Motorist) -> None:
    EmailAddress.objects.create(user=motorist.user, email=motorist.email, primary=True, verified=True)
    motorist.tap("/my/addresses/", email="mia@work.example", action_add="yes")
    assert (motorist.at, "It is not confirmed yet" in motorist.text) == ("/my/addresses/", True)
    link = re.findall(r"https?://testserver(/my/email/\S+)", str(mail.outbox[-1].body))[0]
    motorist.tap(link)
    motorist.tap("/my/addresses/", email="mia@work.example", action_primary="yes")
    assert User.objects.filter(email="mia@work.example").exists()
    motorist.email = "mia@work.example"
    motorist.tap("/my/addresses/", email="mia@example.com", action_remove="yes")
    assert [one.email for one in EmailAddress.objects.filter(user=motorist.user)] == ["mia@work.example"]


def test_a_closed_account_stays_at_the_drivers_door(motorist: Motorist) -> None:
    User.objects.filter(pk=motorist.user.pk).update(is_active=False)
    motorist.client.logout()
    motorist.tap("/my/login/", login=motorist.email, password=PASSWORD)
    assert motorist.at == "/my/login/"
    assert motorist.client.get("/my/").status_code == 302
