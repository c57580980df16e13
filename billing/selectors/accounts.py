"""Reading parties, accounts and members, each query starting from the viewer: the getter is the permission check."""

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from billing.books.chart import Purpose
from billing.models import (
    Account,
    AccountGroup,
    AccountMembership,
    AccountTag,
    LedgerBalance,
    Party,
    SpendingStop,
)
from billing.selectors.scope import mine
from cpms.accounts.viewer import Viewer


def parties_for(viewer: Viewer) -> QuerySet[Party]:
    """Parties, by name."""
    return Party.objects.filter(mine(viewer))


def accounts_for(viewer: Viewer) -> QuerySet[Account]:
    """Accounts with their party, by name."""
    return Account.objects.filter(mine(viewer)).select_related("party")


def accounts_with_money(viewer: Viewer) -> QuerySet[Account]:
    """The same with `wallet_minor`, the money in the wallet, and `owed_minor`, what the account owes."""
    return accounts_for(viewer).annotate(
        wallet_minor=-_balance(Purpose.WALLET), owed_minor=_balance(Purpose.RECEIVABLE)
    )


def _balance(purpose: Purpose) -> Combinable:
    rows = LedgerBalance.objects.filter(
        ledger_account__account=OuterRef("pk"), ledger_account__purpose=purpose
    )
    sums = (
        rows.order_by().values("ledger_account__account").annotate(total=Sum("amount_minor")).values("total")
    )
    return Coalesce(Subquery(sums), Value(0), output_field=BigIntegerField())


def account_memberships_for(viewer: Viewer) -> QuerySet[AccountMembership]:
    """Who belongs to accounts, with account and person."""
    members = AccountMembership.objects.filter(mine(viewer, "account__organisation"))
    return members.select_related("account", "user")


def spending_stops_for(viewer: Viewer) -> QuerySet[SpendingStop]:
    """Sessions that were asked to stop before a limit, newest first."""
    return SpendingStop.objects.filter(mine(viewer)).select_related("transaction", "account")


def account_tags_for(viewer: Viewer) -> QuerySet[AccountTag]:
    """Which ID tags pay from which account."""
    return AccountTag.objects.filter(mine(viewer, "account__organisation")).select_related(
        "account", "id_tag"
    )


def account_groups_for(viewer: Viewer) -> QuerySet[AccountGroup]:
    """Which groups of ID tags pay from which account."""
    rows = AccountGroup.objects.filter(mine(viewer, "account__organisation"))
    return rows.select_related("account", "group")
