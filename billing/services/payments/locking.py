"""The row of a payment is the lock of everything about it: calls, refunds, disputes and what is in the books."""

from billing.models import PaymentIntent
from cpms.core import clock


def locked(intent: PaymentIntent) -> PaymentIntent:
    """The payment as it is now, until the commit nobody else's."""
    return PaymentIntent.objects.select_for_update(no_key=True).get(pk=intent.pk)


def wake(intent: PaymentIntent) -> None:
    """Something is to be done; the sweep finds it. Saved by the caller."""
    intent.next_attempt_at = clock.now()
