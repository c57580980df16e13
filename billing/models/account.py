"""Accounts: who pays for sessions, how, and up to how much."""

from django.conf import settings
from django.db import models

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import AccountRole, BillingMode, InvoiceCycle
from .party import Party


class Account(PublicModel):
    """One payer in one currency. Limits are minor units; empty means none.

    The row is also the lock of its ledger accounts: who posts to a wallet or a claim holds it.
    """

    id_prefix = "acc"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="billing_accounts")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="accounts")
    name = models.CharField(max_length=120)
    billing_mode = models.CharField(max_length=8, choices=BillingMode)
    currency = models.CharField(max_length=3, help_text="ISO 4217; never changes.")
    credit_limit_minor = models.PositiveBigIntegerField(null=True, blank=True)
    session_limit_minor = models.PositiveBigIntegerField(null=True, blank=True)
    day_limit_minor = models.PositiveBigIntegerField(null=True, blank=True)
    month_limit_minor = models.PositiveBigIntegerField(null=True, blank=True)
    overshoot_minor = models.PositiveBigIntegerField(
        default=0, help_text="How far a wallet may fall below zero while a session ends."
    )
    payment_terms_days = models.PositiveSmallIntegerField(default=14)
    invoice_cycle = models.CharField(
        max_length=7,
        choices=InvoiceCycle,
        default=InvoiceCycle.MONTH,
        help_text="Of accounts on invoice; wallets and guests get an invoice after each session.",
    )
    cost_centre = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                name="account_currency_is_three_letters", condition=models.Q(currency__regex="^[A-Z]{3}$")
            ),
            models.CheckConstraint(
                name="account_limits_not_negative",
                condition=models.Q(overshoot_minor__gte=0)
                & (models.Q(credit_limit_minor=None) | models.Q(credit_limit_minor__gte=0)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        """Whether nothing new is charged to it."""
        return self.closed_at is not None

    @property
    def cycle(self) -> InvoiceCycle:
        """How often it is invoiced."""
        at_once = self.billing_mode != BillingMode.POSTPAID
        return InvoiceCycle.SESSION if at_once else InvoiceCycle(self.invoice_cycle)

    @property
    def has_wallet(self) -> bool:
        """Whether its sessions are paid from a wallet."""
        return self.billing_mode == BillingMode.PREPAID


class AccountMembership(PublicModel):
    """What a person may do with an account; the budget is for each calendar month, empty for no limit."""

    id_prefix = "acm"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account_memberships"
    )
    role = models.CharField(max_length=6, choices=AccountRole)
    budget_minor = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="account_membership_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"
