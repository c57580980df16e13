"""Reading what a person's accounts have to pay: each query starts from the person."""

from django.db.models import QuerySet

from billing.choices import BillingMode, InvoiceState
from billing.models import Account, Invoice
from cpms.accounts.models import User

from .wallets import CARD_ROLES


def paying_accounts_of(user: User) -> QuerySet[Account]:
    """Accounts on invoice whose bills are the person's to pay, by name."""
    rows = Account.objects.filter(
        memberships__user=user, memberships__role__in=CARD_ROLES, billing_mode=BillingMode.POSTPAID
    )
    return rows.select_related("organisation", "party").order_by("name", "id")


def bills_of(user: User) -> QuerySet[Invoice]:
    """Issued invoices and credit notes of these accounts, the newest first."""
    rows = Invoice.objects.filter(account__in=paying_accounts_of(user).order_by(), state=InvoiceState.ISSUED)
    return rows.select_related("account", "corrects")
