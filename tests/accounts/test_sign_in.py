"""Signing up, in and out, and a forgotten password."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from cpms.accounts.models import User
from tests.worlds import PASSWORD, World

pytestmark = pytest.mark.django_db
NEW = {"email": "new@example.com", "password1": "quite-a-long-one-7", "password2": "quite-a-long-one-7"}


def sign_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post("/accounts/login/", {"login": email, "password": password}).status_code


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_password_signs_in_and_out(world: World, client: Client) -> None:
    assert sign_in(client, world.owner.email.upper()) == 302
    assert is_signed_in(client)
    client.get("/accounts/logout/")
    assert is_signed_in(client), "a link cannot sign anybody out"
    client.post("/accounts/logout/")
    assert not is_signed_in(client)


def test_a_wrong_password_and_an_unknown_address_look_the_same(world: World, client: Client) -> None:
    pages = []
    for email in (world.owner.email, "nobody@example.com"):
        answer = client.post("/accounts/login/", {"login": email, "password": "not-the-password"})
        assert answer.status_code == 200
        pages.append(re.sub(r'(value|nonce)="[^"]*"', "", answer.content.decode()))
    assert pages[0] == pages[1]
    assert not is_signed_in(client)


def test_somebody_inactive_does_not_get_in(world: World, client: Client) -> None:
    person = world.owner
    User.objects.update(is_active=False)
    sign_in(client, person.email)
    assert not is_signed_in(client)


def test_signing_in_gives_a_new_session(world: World, client: Client) -> None:
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "x"
    session.save()
    before = client.session.session_key
    sign_in(client, world.owner.email)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(world: World, client: Client, target: str) -> None:
    """B117."""
    answer = client.post(
        "/accounts/login/", {"login": world.owner.email, "password": PASSWORD, "next": target}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_a_form_from_elsewhere_is_refused(world: World) -> None:
    """B111."""
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, world.owner.email) == 403


def test_a_new_account_belongs_to_nothing_yet(client: Client, settings: Settings) -> None:
    assert client.post("/accounts/signup/", NEW).status_code == 302
    person = User.objects.get(email="new@example.com")
    assert not person.memberships.exists()
    assert not person.is_staff


@pytest.mark.parametrize("password", ["short", "password1234", "new@example.com", "123456789012"])
def test_a_weak_password_is_refused(client: Client, password: str) -> None:
    answer = client.post("/accounts/signup/", NEW | {"password1": password, "password2": password})
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_signing_up_cannot_grant_anything(client: Client) -> None:
    """B110."""
    client.post("/accounts/signup/", NEW | {"is_staff": "1", "is_superuser": "1", "role": "owner"})
    person = User.objects.get()
    assert (person.is_staff, person.is_superuser) == (False, False)


def test_with_verified_addresses_signing_up_does_not_tell_who_has_an_account(
    world: World, client: Client, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known = client.post("/accounts/signup/", NEW | {"email": world.owner.email})
    assert known.status_code == 302
    assert User.objects.count() == 1
    assert world.owner.email in mail.outbox[-1].to


def test_sign_up_can_be_closed(client: Client, settings: Settings) -> None:
    settings.SIGNUP_OPEN = False
    client.post("/accounts/signup/", NEW)
    assert not User.objects.exists()


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(world: World, client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": world.owner.email})
    (link,) = re.findall(r"https?://\S+/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    path = "/" + link.split("/", 3)[3]
    form = client.get(path, follow=True)
    fresh = "a-brand-new-secret-9"
    client.post(form.redirect_chain[-1][0], {"password1": fresh, "password2": fresh})
    assert sign_in(Client(), world.owner.email, fresh) == 302
    assert sign_in(Client(), world.owner.email, PASSWORD) == 200
    again = Client().get(path, follow=True)
    assert b'name="password1"' not in again.content


def test_asking_for_a_link_does_not_tell_who_has_an_account(world: World, client: Client) -> None:
    answers = [
        client.post("/accounts/password/reset/", {"email": e})
        for e in (world.owner.email, "nobody@example.com")
    ]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]


def test_the_link_is_not_poisoned_by_a_forged_host(world: World, client: Client, settings: Settings) -> None:
    """B112."""
    settings.ALLOWED_HOSTS = ["cpms.example.com"]
    answer = client.post(
        "/accounts/password/reset/", {"email": world.owner.email}, headers={"Host": "evil.example"}
    )
    assert answer.status_code == 400
    assert not mail.outbox
