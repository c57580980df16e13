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


def visit_back_url(payment: str) -> str:
    """Where a guest comes back to from the payment provider's page."""
    return f"{settings.PUBLIC_URL}{reverse('portal:visit_back', args=[visit_token(payment)])}"


def top_up_back_url(payment: str) -> str:
    """Where a driver comes back to who pays into his wallet."""
    return f"{settings.PUBLIC_URL}{reverse('portal:top_up_back', args=[payment])}"


def bill_back_url(payment: str) -> str:
    """Where a driver comes back to who pays an invoice."""
    return f"{settings.PUBLIC_URL}{reverse('portal:bill_payment_back', args=[payment])}"


def card_entry_url(entry: str) -> str:
    """Where a driver comes back to who has a card kept; it asks the provider what came of it."""
    return f"{settings.PUBLIC_URL}{reverse('portal:card_entry', args=[entry])}"


def session_url(session: str) -> str:
    """The whole address of a driver's own session, which asks who is there."""
    return f"{settings.PUBLIC_URL}{reverse('portal:session', args=[session])}"


def bills_url() -> str:
    """The whole address of what a driver has to pay, which asks who is there."""
    return f"{settings.PUBLIC_URL}{reverse('portal:bills')}"
