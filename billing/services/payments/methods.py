"""Stored means of payment: the provider keeps the card, we keep its name."""

from django.db import transaction

from billing.models import Account, CardEntry, PaymentMethod
from billing.payments.interface import Declined, MethodSeen, ProviderError
from billing.providers import NoProvider, current, provider
from cpms.core import audit, clock
from cpms.core.actors import Actor

from .opening import PaymentRefused


def method_add(account: Account, method_ref: str, email: str, actor: Actor) -> PaymentMethod:
    """Store what the payer entered in the provider's form; a repeat returns the stored one. Raises `PaymentRefused`."""
    try:
        name = current()
        its = provider(name)
        customer = customer_of(account, name, email)
        seen = its.setup_method(customer, method_ref, f"{account.public_id}:method:{method_ref}"[:120])
    except Declined as error:
        raise PaymentRefused(f"the card was refused: {error}") from None
    except (NoProvider, ProviderError) as error:
        raise PaymentRefused(f"the card cannot be stored now: {error}") from None
    return method_kept(account, name, customer, seen, actor)


def customer_of(account: Account, name: str, email: str) -> str:
    """The provider's name of the account, made when it has none. Raises `ProviderError`, `NoProvider`."""
    for rows in (PaymentMethod.objects, CardEntry.objects.exclude(customer_ref="")):
        known = rows.filter(account=account, provider=name).first()
        if known is not None:
            return str(known.customer_ref)
    return provider(name).create_customer(account.public_id, email, f"{account.public_id}:customer")


def method_kept(account: Account, name: str, customer: str, seen: MethodSeen, actor: Actor) -> PaymentMethod:
    """Write down a method that the provider keeps, once. Raises `PaymentRefused` for another account's."""
    with transaction.atomic():
        method, is_new = PaymentMethod.objects.get_or_create(
            provider=name, provider_ref=seen.ref,
            defaults={
                "organisation": account.organisation, "account": account, "customer_ref": customer,
                "label": seen.label[:60], "expires_on": seen.expires_on,
            },
        )  # fmt: skip
        if method.account_id != account.pk:
            raise PaymentRefused("this card is stored with another account")
        if is_new or method.removed_at is not None:
            # Kept anew by the provider, so it is nothing to be forgotten there.
            method.removed_at = method.forget_at = None
            method.save(update_fields=["removed_at", "forget_at"])
            _record(actor, "payment_method.added", method)
    return method


@transaction.atomic
def method_remove(method: PaymentMethod, actor: Actor) -> PaymentMethod:
    """From now on nothing new is paid with it; payments that run are finished, then the provider forgets it, too."""
    method = PaymentMethod.objects.select_for_update(no_key=True).get(pk=method.pk)
    if method.removed_at is None:
        method.removed_at = method.forget_at = clock.now()
        method.forget_attempts = 0
        method.save(update_fields=["removed_at", "forget_at", "forget_attempts"])
        _record(actor, "payment_method.removed", method)
    return method


def _record(actor: Actor, action: str, method: PaymentMethod) -> None:
    audit.record(
        actor, action, organisation_id=method.organisation_id, subject=method.public_id, label=method.label
    )
