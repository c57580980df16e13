"""A driver's doors: passkeys, passwords, the link in the first mail. tests/e2e plays what phones do for them."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from cpms.accounts.models import Membership, User
from tests.worlds import PASSWORD

from .driver import Motorist

pytestmark = pytest.mark.django_db


def _passkey(user: User, name: str = "My phone") -> Authenticator:
    data = {"name": name, "credential": {}}
    made: Authenticator = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    return made


def _sign_in(user: User, door: str = "/my/login/") -> str:
    """Where a password alone leads."""
    answer = Client().post(door, {"login": user.email, "password": PASSWORD})
    return str(answer.headers["Location"])


def test_a_driver_who_lost_his_passkey_still_gets_in_with_his_password(motorist: Motorist) -> None:
    _passkey(motorist.user)
    assert _sign_in(motorist.user) == "/my/"


def test_a_password_alone_never_lets_in_who_works_for_an_operator_and_has_a_key(motorist: Motorist) -> None:
    """Seen failing when whoever drives is taken for a driver only."""
    _passkey(motorist.user)
    organisation = motorist.till.world.organisation
    Membership.objects.create(user=motorist.user, organisation=organisation, role="viewer")
    assert _sign_in(motorist.user, "/my/login/") == "/my/login/code"
    assert _sign_in(motorist.user, "/accounts/login/") == "/accounts/2fa/authenticate/"


def test_a_driver_with_an_authenticator_app_is_asked_for_its_code(motorist: Motorist) -> None:
    Authenticator.objects.create(user=motorist.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert _sign_in(motorist.user) == "/my/login/code"


def test_passkeys_are_listed_named_and_removed(motorist: Motorist) -> None:
    made = _passkey(motorist.user)
    assert "My phone" in motorist.open("/my/passkeys/").text
    assert "Blue phone" in motorist.tap(f"/my/passkeys/{made.pk}/name", name="Blue phone").text
    assert "between one and 60 letters" in motorist.tap(f"/my/passkeys/{made.pk}/name", name="x" * 61).text
    _prove(motorist)
    assert "opens your account no more" in motorist.tap(f"/my/passkeys/{made.pk}/remove").text
    assert not Authenticator.objects.filter(user=motorist.user).exists()


def test_nothing_is_removed_or_added_before_the_owner_proves_himself(motorist: Motorist) -> None:
    made = _passkey(motorist.user)
    answers = [
        motorist.client.post(f"/my/passkeys/{made.pk}/remove"),
        motorist.client.get("/my/passkeys/new"),
    ]
    assert [answer.headers["Location"].partition("?")[0] for answer in answers] == ["/my/confirm/"] * 2
    assert Authenticator.objects.filter(pk=made.pk).exists()


def test_another_ones_passkey_is_not_there(motorist: Motorist) -> None:
    """Seen failing with all passkeys looked through instead of the driver's own."""
    theirs = _passkey(User.objects.create_user("eve@example.com", PASSWORD))
    for act in ("name", "remove"):
        assert motorist.client.post(f"/my/passkeys/{theirs.pk}/{act}", {"name": "mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "My phone"


def test_an_address_that_nobody_confirmed_gets_no_passkey_but_the_mail_again(motorist: Motorist) -> None:
    EmailAddress.objects.create(user=motorist.user, email=motorist.email, primary=True, verified=False)
    assert motorist.client.get("/my/passkeys/new").headers["Location"] == "/my/passkeys/"
    assert "First confirm that mia@example.com" in motorist.open("/my/passkeys/").text
    assert "on its way" in motorist.tap("/my/passkeys/mail").text
    link = re.findall(r"https?://testserver(/my/email/\S+)", str(mail.outbox[-1].body))[0]
    assert "Is mia@example.com your address?" in motorist.open(link).text
    assert "your e-mail address is confirmed" in motorist.tap(link).text
    assert "not valid any more" in motorist.open("/my/email/nonsense").text


def test_a_forgotten_password_is_replaced_on_driver_pages(motorist: Motorist) -> None:
    motorist.client.logout()
    told = motorist.tap("/my/password/forgotten/", email=motorist.email).text
    assert "a mail with a link is on its way" in told
    assert motorist.tap("/my/password/forgotten/", email="nobody@example.com").text == told
    link = re.findall(r"https?://testserver(/my/password/\S+/)", str(mail.outbox[0].body))[0]
    motorist.open(link).tap(motorist.at, password1="an even longer one", password2="an even longer one")
    assert motorist.at == "/my/login/"
    assert "used already, or is too old" in motorist.open(link).text
    assert motorist.client.login(email=motorist.email, password="an even longer one")


def test_a_mail_server_that_is_away_keeps_nobody_from_signing_up(db: None, settings: Any) -> None:
    """Seen failing with the server's own mistake page."""
    settings.EMAIL_BACKEND = "tests.portal.post.Down"
    filled = {"email": "zoe@example.com", "password1": PASSWORD, "password2": PASSWORD}
    assert Client().post("/my/signup/", filled).headers["Location"] == "/my/"
    assert User.objects.filter(email="zoe@example.com").exists()


def test_a_password_is_changed_by_who_knows_it(motorist: Motorist) -> None:
    filled = {"password1": "an even longer one", "password2": "an even longer one"}
    assert motorist.client.post("/my/password/", {"oldpassword": "wrong", **filled}).status_code == 200
    motorist.tap("/my/password/", oldpassword=PASSWORD, **filled)
    assert motorist.at == "/my/"


def _prove(motorist: Motorist) -> None:
    motorist.tap("/my/confirm/", password=PASSWORD)
