"""What a provider is asked for when a payment begins."""

from billing.choices import PaymentPurpose
from billing.models import PaymentIntent
from billing.payments.interface import HoldAsk

from .methods import customer_of
from .words import paid_for


def hold_ask(intent: PaymentIntent) -> HoldAsk:
    """The first call of a payment. Raises `ProviderError` where the payer of a card that is kept cannot be made."""
    return HoldAsk(
        payment=intent.public_id, minor=intent.requested_minor, currency=intent.currency,
        at_once=intent.purpose != PaymentPurpose.SESSION,
        customer_ref=_customer(intent), keeps_card=intent.keeps_card,
        method_ref=intent.method_ref, off_session=intent.off_session,
        back_url=intent.back_url, what=paid_for(intent), email=intent.email, locale=intent.locale,
    )  # fmt: skip


def _customer(intent: PaymentIntent) -> str:
    """With whom its card is stored, or is to be. Raises `ProviderError`."""
    if intent.method is not None:
        return str(intent.method.customer_ref)
    if intent.keeps_card and intent.account is not None:
        return customer_of(intent.account, intent.provider, intent.email)
    return ""
