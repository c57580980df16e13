"""Reading the vouchers of a person's accounts: each query starts from the person."""

from django.db.models import QuerySet

from billing.models import Account, VoucherRedemption
from billing.selectors.vouchers import with_left
from billing.services.vouchers.redeeming import REDEEMING
from cpms.accounts.models import User

from .wallets import PAYING_ROLES


def redeeming_accounts_of(user: User) -> QuerySet[Account]:
    """Open accounts for which the person may redeem vouchers, by name."""
    rows = Account.objects.filter(
        memberships__user=user, memberships__role__in=PAYING_ROLES, closed_at=None, billing_mode__in=REDEEMING
    )
    return rows.select_related("organisation", "party").order_by("name", "id")


def vouchers_of(user: User) -> QuerySet[VoucherRedemption]:
    """What was redeemed for accounts that the person may redeem for, the newest first."""
    mine = Account.objects.filter(memberships__user=user, memberships__role__in=PAYING_ROLES)
    return with_left(VoucherRedemption.objects.filter(account__in=mine))
