"""Keeping a card without a payment: it is entered on the provider's own page, and looked for there until it is over.

What the page is asked for is nothing that moves money, so a page whose answer was lost is left to itself; the provider
closes it. What came of a page is read from the provider alone, however often its owner comes back from it.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from billing.choices import EntryState
from billing.models import Account, CardEntry
from billing.payments.interface import CardAsk, CardSeen, ProviderError
from billing.providers import NoProvider, current, provider
from cpms.accounts.models import User
from cpms.core import clock
from cpms.core.actors import SYSTEM, Actor

from .methods import customer_of, method_kept
from .opening import PaymentRefused

logger = logging.getLogger(__name__)
# The pause before the next look doubles, up to an hour; Stripe closes a page after a day.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 10, 3600
_AT_ONCE = 50


def keeps_cards() -> bool:
    """Whether the provider has a page on which a card is kept without a payment."""
    try:
        return provider(current()).has_card_page
    except NoProvider:
        return False


def card_entry_open(account: Account, user: User, back: Callable[[str], str], locale: str = "") -> CardEntry:
    """Make a page on which the person enters a card of the account. Raises `PaymentRefused`.

    `back` makes, of the entry's public id, the address of the page of ours that he comes back to.
    """
    entry = CardEntry(organisation=account.organisation, account=account, user=user)
    try:
        entry.provider = current()
        entry.customer_ref = customer_of(account, entry.provider, user.email)
        ask = CardAsk(entry.public_id, entry.customer_ref, account.currency, back(entry.public_id), locale)
        seen = provider(entry.provider).card_page(ask, f"{entry.public_id}:page")
    except (NoProvider, ProviderError) as error:
        raise PaymentRefused(f"the card cannot be stored now: {error}") from None
    entry.form_ref, entry.action_url = seen.ref, seen.action_url
    entry.next_look_at = clock.now() + timedelta(seconds=_FIRST_PAUSE_S)
    entry.save()
    return entry


def card_entry_look(entry: CardEntry) -> CardEntry:
    """What became of the page; a card that was entered is kept, once. Must not be called inside a transaction."""
    if entry.state != EntryState.OPEN:
        return entry
    try:
        seen = provider(entry.provider).card_seen(entry.form_ref)
    except (NoProvider, ProviderError) as error:
        logger.warning("card entry %s cannot be looked at: %s", entry.public_id, error)
        seen = None
    return _take_in(entry, seen)


@transaction.atomic(durable=True)
def _take_in(entry: CardEntry, seen: CardSeen | None) -> CardEntry:
    rows = CardEntry.objects.select_for_update(no_key=True, of=("self",))
    entry = rows.select_related("account", "user").get(pk=entry.pk)
    if entry.state != EntryState.OPEN:
        return entry
    entry.looks += 1
    pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(entry.looks, 10))
    entry.next_look_at = clock.now() + timedelta(seconds=pause)
    if seen is not None and not seen.action_url:
        _over(entry, seen)
    entry.save()
    return entry


def _over(entry: CardEntry, seen: CardSeen) -> None:
    entry.state, entry.action_url, entry.next_look_at = EntryState.OVER, "", None
    if seen.method is not None and not entry.account.is_closed:
        actor = Actor(entry.user.email, entry.user.pk, "driver") if entry.user else SYSTEM
        entry.method = method_kept(entry.account, entry.provider, entry.customer_ref, seen.method, actor)
        entry.state = EntryState.KEPT


def card_entries_follow() -> int:
    """Look at pages whose owner may have closed his browser; how many were looked at."""
    due = CardEntry.objects.filter(state=EntryState.OPEN, next_look_at__lte=clock.now()).order_by(
        "next_look_at"
    )
    entries = list(due[:_AT_ONCE])
    for entry in entries:
        card_entry_look(entry)
    return len(entries)
