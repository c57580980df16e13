"""Cards that their owners removed are forgotten by the provider as well, as soon as it can be reached.

Whoever removes a card waits for nobody: the sweep asks. A payment that is not over yet may still need the card, so it
is ended first. To forget a card twice does no harm.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from billing.choices.payments import LIVE_PAYMENTS
from billing.models import PaymentIntent, PaymentMethod
from billing.payments.interface import ProviderError, Refused
from billing.providers import NoProvider, provider
from cpms.core import clock

logger = logging.getLogger(__name__)
# The first pause outlives a provider's time to answer; the next ones double, up to a day.
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=1)
_AT_ONCE = 50


def methods_forget() -> int:
    """Ask for every card that is due; how many were forgotten. Must not be called inside a transaction."""
    rows = PaymentMethod.objects.filter(forget_at__lte=clock.now()).exclude(_is_in_use())
    due = list(rows.order_by("forget_at").values_list("pk", flat=True)[:_AT_ONCE])
    return sum(_forget(method) for method in map(_claimed, due) if method is not None)


def _is_in_use() -> Exists:
    return Exists(PaymentIntent.objects.filter(method=OuterRef("pk"), state__in=LIVE_PAYMENTS))


@transaction.atomic(durable=True)
def _claimed(key: int) -> PaymentMethod | None:
    """The card with its next attempt put off, so that nobody else asks meanwhile, and not at once if this one fails."""
    rows = PaymentMethod.objects.select_for_update(no_key=True, skip_locked=True)
    method = rows.filter(pk=key, forget_at__lte=clock.now()).first()
    if method is not None:
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(method.forget_attempts, 11))
        method.forget_at = clock.now() + pause
        method.forget_attempts += 1
        method.save(update_fields=["forget_at", "forget_attempts"])
    return method


def _forget(method: PaymentMethod) -> bool:
    try:
        provider(method.provider).forget_method(method.provider_ref, f"{method.public_id}:forget")
    except Refused as error:
        # It is not stored there any more: somebody removed it at the provider's own pages.
        logger.info("card %s was forgotten before: %s", method.public_id, error)
    except (ProviderError, NoProvider) as error:
        logger.warning("card %s is not forgotten yet: %s", method.public_id, error)
        return False
    except Exception:
        logger.exception("card %s is not forgotten yet", method.public_id)
        return False
    PaymentMethod.objects.filter(pk=method.pk, forget_at=method.forget_at).update(forget_at=None)
    return True
