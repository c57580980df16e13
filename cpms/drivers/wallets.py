"""Reading the wallets a person belongs to: each query starts from the person."""

from django.db.models import QuerySet

from billing.books.chart import Purpose
from billing.choices import AccountRole, BillingMode, PaymentPurpose
from billing.models import Account, CardEntry, JournalLine, PaymentIntent, PaymentMethod
from cpms.accounts.models import User

# Who may put money into a wallet; the others only look.
PAYING_ROLES = (AccountRole.OWNER, AccountRole.ADMIN, AccountRole.DRIVER)
# Whose cards are stored there.
CARD_ROLES = (AccountRole.OWNER, AccountRole.ADMIN)


def wallets_of(user: User) -> QuerySet[Account]:
    """Open accounts with a wallet that the person belongs to, by name."""
    rows = Account.objects.filter(memberships__user=user, billing_mode=BillingMode.PREPAID, closed_at=None)
    return rows.select_related("organisation", "party").order_by("name", "id")


def may_pay_into(user: User, account: Account) -> bool:
    """Whether the person may put money into it."""
    return account.memberships.filter(user=user, role__in=PAYING_ROLES).exists()


def stored_cards_of(user: User, account: Account) -> QuerySet[PaymentMethod]:
    """Stored cards of an account that are the person's to use and to remove."""
    return cards_of(user).filter(account=account).order_by("-id")


def cards_of(user: User) -> QuerySet[PaymentMethod]:
    """The same of all accounts of the person."""
    mine = Account.objects.filter(memberships__user=user, memberships__role__in=CARD_ROLES)
    return PaymentMethod.objects.filter(account__in=mine, removed_at=None).select_related("account")


def top_ups_of(user: User) -> QuerySet[PaymentIntent]:
    """Top-ups of the person's wallets, newest first."""
    mine = Account.objects.filter(memberships__user=user, memberships__role__in=PAYING_ROLES)
    rows = PaymentIntent.objects.filter(purpose=PaymentPurpose.TOP_UP, account__in=mine)
    return rows.select_related("account__organisation", "method").order_by("-id")


def bill_payments_of(user: User) -> QuerySet[PaymentIntent]:
    """Payments of invoices of the person's accounts, newest first."""
    mine = Account.objects.filter(memberships__user=user, memberships__role__in=CARD_ROLES)
    rows = PaymentIntent.objects.filter(purpose=PaymentPurpose.INVOICE, account__in=mine)
    return rows.select_related("account__organisation", "method", "invoice").order_by("-id")


def card_accounts_of(user: User) -> QuerySet[Account]:
    """Open accounts with which the person may have cards kept."""
    rows = Account.objects.filter(memberships__user=user, memberships__role__in=CARD_ROLES, closed_at=None)
    return rows.select_related("organisation", "party")


def card_entries_of(user: User) -> QuerySet[CardEntry]:
    """Cards of these accounts that were to be kept, newest first."""
    mine = card_accounts_of(user)
    return CardEntry.objects.filter(account__in=mine).select_related("account", "method").order_by("-id")


def wallet_lines(account: Account) -> QuerySet[JournalLine]:
    """What went into and out of a wallet, newest first."""
    rows = JournalLine.objects.filter(ledger_account__account=account, ledger_account__purpose=Purpose.WALLET)
    return rows.select_related("entry").order_by("-id")
