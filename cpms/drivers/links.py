"""Links that are their own key: signed, so that nobody finds what they open by trying."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

_SIGNER = Signer(salt="portal.visit", sep=".")


def visit_token(payment: str) -> str:
    """The signed name of the visit that a payment's public id stands for."""
    return _SIGNER.sign(payment)


def payment_named(token: str) -> str | None:
    """The public id of the payment that a token stands for; None for one that we did not make."""
    try:
        return _SIGNER.unsign(token)
    except BadSignature:
        return None


def visit_url(payment: str) -> str:
    """The whole address of a visit, for mails."""
    return f"{settings.PUBLIC_URL}{reverse('portal:visit', args=[visit_token(payment)])}"


def session_url(session: str) -> str:
    """The whole address of a driver's own session, which asks who is there."""
    return f"{settings.PUBLIC_URL}{reverse('portal:session', args=[session])}"


def bills_url() -> str:
    """The whole address of what a driver has to pay, which asks who is there."""
    return f"{settings.PUBLIC_URL}{reverse('portal:bills')}"
