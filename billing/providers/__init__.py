"""Payment providers, one folder each. Which one takes new payments is the setting `PAYMENT_PROVIDER`."""

from functools import cache

from django.conf import settings

from billing.payments.interface import Provider


class NoProvider(Exception):
    """No payment can be taken here; the text says which provider is missing."""


@cache
def provider(name: str) -> Provider:
    """The provider of this name. Raises `NoProvider` when it is not set up here."""
    if name == "stripe" and settings.STRIPE["SECRET_KEY"]:
        from .stripe.provider import StripeProvider

        return StripeProvider(**{key.lower(): value for key, value in settings.STRIPE.items()})
    if name == "fake" and settings.FAKE_PAYMENTS:
        from .fake.provider import FakeProvider

        return FakeProvider(settings.FAKE_PAYMENTS)
    raise NoProvider(f"the payment provider {name!r} is not set up")


def current() -> str:
    """The name of the provider for new payments. Raises `NoProvider`."""
    if not settings.PAYMENT_PROVIDER:
        raise NoProvider("no payment provider is set up")
    return str(provider(settings.PAYMENT_PROVIDER).name)
