"""Webhooks: stored as they came, answered, and later only a reason to look at the payment again.

What an event says is never believed, only that something happened: so their order does not matter, nor how often each
comes, nor whether one is lost.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from billing.choices import CallState
from billing.models import PaymentIntent, ProviderEvent
from billing.providers import provider
from cpms.core import clock

from .alarms import alarm
from .locking import locked, wake

_AT_ONCE = 200


def event_receive(name: str, raw: bytes, headers: Mapping[str, str]) -> ProviderEvent:
    """Store a webhook whose signature is right; one that came before is only counted.

    Raises `BadSignature`, `NoProvider`.
    """
    told = provider(name).parse_event(raw, headers)
    facts = {"type": told.type[:80], "provider_ref": told.ref, "payment": told.payment[:40], "raw": raw}
    with transaction.atomic():
        event, is_new = ProviderEvent.objects.get_or_create(
            provider=name, event_id=told.id, defaults=facts | {"received_at": clock.now()}
        )
        if not is_new:
            ProviderEvent.objects.filter(pk=event.pk).update(deliveries=F("deliveries") + 1)
    return event


def events_process() -> int:
    """Have every payment looked at that an event came for; how many events found theirs."""
    waiting = ProviderEvent.objects.filter(processed_at=None, intent=None).order_by("id")
    return sum(_link(key) for key in list(waiting.values_list("pk", flat=True)[:_AT_ONCE]))


@transaction.atomic
def _link(key: int) -> bool:
    unread = ProviderEvent.objects.select_for_update(no_key=True, skip_locked=True)
    event = unread.filter(pk=key, processed_at=None, intent=None).first()
    if event is None:
        return False
    event.intent = _intent(event)
    if event.intent is None:
        event.processed_at, event.note = clock.now(), "about no payment of ours"
    else:
        _wake(event.intent, event)
    event.save(update_fields=["processed_at", "intent", "note"])
    return event.intent is not None


def _wake(intent: PaymentIntent, event: ProviderEvent) -> None:
    """The name a provider gave a payment may come by an event first, when the answer with it was lost."""
    row = locked(intent)
    if row.provider_ref and event.provider_ref not in ("", row.provider_ref):
        alarm(row, "double", f"the provider has another payment for it: {event.provider_ref}")
    row.provider_ref = row.provider_ref or event.provider_ref
    if not row.calls.filter(state=CallState.SENT).exists():
        wake(row)
    row.save(update_fields=["provider_ref", "next_attempt_at"])


def _intent(event: ProviderEvent) -> PaymentIntent | None:
    """The payment by the provider's name of it, else by ours."""
    its = PaymentIntent.objects.filter(provider=event.provider)
    known = its.filter(provider_ref=event.provider_ref).first() if event.provider_ref else None
    return known or its.filter(public_id=event.payment).first()
