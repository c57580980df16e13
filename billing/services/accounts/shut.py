"""Accounts that pay for nothing at any station: closed, blocked by a reminder, empty. Their cards are refused.

Asked when a card is held up, and of all cards of the lists that stations keep for the time they are offline.
"""

from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import F, Sum

from billing.books.chart import Purpose
from billing.choices import BillingMode, VoucherKind
from billing.models import Account, LedgerBalance, VoucherRedemption
from chargers.choices import AuthorizationStatus
from chargers.services.tags.objections import Objection, Start, objector, standings
from cpms.core import clock

from ..dunning.blocking import blocked_among
from ..ratings.payers import payers_of, paying_account

_BLOCKED, _NO_CREDIT = AuthorizationStatus.BLOCKED, AuthorizationStatus.NO_CREDIT
CLOSED: Final = "the account that pays is closed"
OVERDUE: Final = "an invoice of the account that pays is long overdue"


@objector
def shut_objection(start: Start) -> Objection | None:
    """Blocked where nothing may be charged to the account any more; an empty one is `payer_objection`'s to judge."""
    account = paying_account(start.id_tag)
    why = why_shut(account) if account is not None else ""
    return Objection(_BLOCKED, why) if why else None


def why_shut(account: Account) -> str:
    """Why nothing is charged to the account, "" where something may be. Guests have paid before."""
    if account.billing_mode == BillingMode.AD_HOC:
        return ""
    if account.is_closed:
        return CLOSED
    return OVERDUE if blocked_among([account.pk]) else ""


@standings
def payers_refused(tag_keys: Collection[int]) -> dict[int, AuthorizationStatus]:
    """Of these ID tags (keys) the ones whose account pays for nothing at any station."""
    payers = payers_of(tag_keys)
    accounts = Account.objects.filter(pk__in=set(payers.values())).exclude(billing_mode=BillingMode.AD_HOC)
    statuses = _statuses(list(accounts))
    return {tag: statuses[account] for tag, account in payers.items() if account in statuses}


def _statuses(accounts: list[Account]) -> dict[int, AuthorizationStatus]:
    shut = blocked_among([account.pk for account in accounts])
    shut |= {account.pk for account in accounts if account.is_closed}
    return dict.fromkeys(_empty(accounts), _NO_CREDIT) | dict.fromkeys(shut, _BLOCKED)


def _empty(accounts: list[Account]) -> set[int]:
    """The accounts (keys) whose wallet is empty, or that owe all they may, and that no voucher pays for anywhere."""
    rows = LedgerBalance.objects.filter(ledger_account__account__in=accounts).order_by()
    sums = rows.values_list("ledger_account__account", "ledger_account__purpose").annotate(
        Sum("amount_minor")
    )
    balances = {(account, purpose): minor for account, purpose, minor in sums}
    return {account.pk for account in accounts if _is_empty(account, balances)} - _with_vouchers(accounts)


def _with_vouchers(accounts: list[Account]) -> set[int]:
    """Those that have money of a voucher left, wherever it holds: the reader judges the place."""
    now = clock.now()
    rows = VoucherRedemption.objects.filter(account__in=accounts, starts_at__lte=now, ends_at__gt=now)
    left = rows.filter(campaign__kind=VoucherKind.CREDIT, granted_minor__gt=F("given_minor"))
    return set(left.values_list("account", flat=True))


def _is_empty(account: Account, balances: Mapping[tuple[int, str], int]) -> bool:
    if account.has_wallet:
        return balances.get((account.pk, Purpose.WALLET), 0) >= 0
    owed = balances.get((account.pk, Purpose.RECEIVABLE), 0)
    return account.credit_limit_minor is not None and owed >= account.credit_limit_minor
