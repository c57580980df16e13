"""Putting money into a wallet: once for a double tap, and the card kept for the next time if its owner wants that."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import translation

from billing.choices import EntryState, PaymentPurpose
from billing.choices.payments import ENDED_UNPAID
from billing.models import Account, CardEntry, PaymentIntent, PaymentMethod
from billing.services.payments.card_entries import card_entry_open
from billing.services.payments.methods import method_add
from billing.services.payments.opening import Means, PaymentRefused, top_up
from cpms.accounts.models import User
from cpms.core import clock

from ..links import card_entry_url, top_up_back_url
from ..wallets import CARD_ROLES, card_accounts_of, may_pay_into
from .joining import actor_of

# Two taps on the same button are so near to each other, two wishes are not.
DOUBLE_TAP: Final = timedelta(seconds=20)


@transaction.atomic
def wallet_top_up(
    user: User, account: Account, minor: int, method: PaymentMethod | None, *, keeps_card: bool = False
) -> PaymentIntent:
    """Ask for so much from a stored card, else from one entered in the provider's form. Raises `PaymentRefused`.

    That one is kept for the next time if he wants that and may.

    The same amount from the same card a moment later is the same top-up. The provider is asked by `payment_drive`.
    """
    # The account's row is the lock: of two taps the second finds the first one's payment.
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if not may_pay_into(user, account):
        raise PaymentRefused("only its drivers may top this wallet up")
    keeps_card = keeps_card and method is None and card_accounts_of(user).filter(pk=account.pk).exists()
    earlier = _just_now(account, minor, method, keeps_card)
    means = Means(
        method=method,
        keeps_card=keeps_card,
        email=user.email,
        locale=translation.get_language() or "",
        back=top_up_back_url,
    )
    return earlier or top_up(account, minor, means, actor_of(user))


def _just_now(
    account: Account, minor: int, method: PaymentMethod | None, keeps_card: bool
) -> PaymentIntent | None:
    rows = PaymentIntent.objects.filter(
        account=account, purpose=PaymentPurpose.TOP_UP, requested_minor=minor, method=method, keeps_card=keeps_card,
        created_at__gt=clock.now() - DOUBLE_TAP,
    )  # fmt: skip
    return rows.exclude(state__in=ENDED_UNPAID).order_by("-id").first()


def card_enter(user: User, account: Account) -> CardEntry:
    """A page of the provider on which a card is entered that is kept; two taps are the same one.

    Raises `PaymentRefused`.
    """
    if not card_accounts_of(user).filter(pk=account.pk).exists():
        raise PaymentRefused("only its owners may have a card kept")
    recent = CardEntry.objects.filter(account=account, user=user, state=EntryState.OPEN)
    earlier = recent.filter(created_at__gt=clock.now() - DOUBLE_TAP).order_by("-id").first()
    return earlier or card_entry_open(account, user, card_entry_url, translation.get_language() or "")


def card_keep(user: User, account: Account, method_ref: str) -> PaymentMethod | None:
    """Keep a card with the account for the next time; None where the person may not. Raises `PaymentRefused`."""
    if not account.memberships.filter(user=user, role__in=CARD_ROLES).exists():
        return None
    return method_add(account, method_ref, user.email, actor_of(user))
