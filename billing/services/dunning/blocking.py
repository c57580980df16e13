"""Whose cards are refused as an invoice is long overdue: read from the books each time, so paying frees at once."""

from collections.abc import Collection

from django.db.models import QuerySet

from billing.choices import DunningLevel, DunningState
from billing.models import Account, DunningCase
from billing.services.invoicing.open_items import open_items_of

from .contesting import open_dispute


def is_blocked(account: Account) -> bool:
    """Whether an invoice of the account that blocks its cards is still open, and no payment of it is disputed."""
    blocking = set(_blocking([account.pk]).values_list("invoice", flat=True))
    if not blocking or open_dispute(account.pk) is not None:
        return False
    return any(item.invoice.pk in blocking for item in open_items_of(account))


def blocked_among(account_keys: Collection[int]) -> set[int]:
    """Which of these accounts (keys) are blocked."""
    keys = _blocking(account_keys).values("account")
    accounts = Account.objects.filter(pk__in=keys).select_related("organisation")
    return {account.pk for account in accounts if is_blocked(account)}


def _blocking(account_keys: Collection[int]) -> QuerySet[DunningCase]:
    return DunningCase.objects.filter(
        account__in=account_keys, state=DunningState.RUNNING, level__gte=DunningLevel.BLOCK
    )
