"""Subscriptions: plans in immutable versions, who has one, its periods, and the energy that is included."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from chargers.models import IdTagGroup, Transaction
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from .account import Account
from .ledger import JournalEntry


class SubscriptionPlan(PublicModel):
    """A plan as people know it; what it costs and gives is in its versions."""

    id_prefix = "spl"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="subscription_plans"
    )
    name = models.CharField(max_length=120)
    is_offered = models.BooleanField(default=True, help_text="Whether drivers can choose it themselves.")

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="plan_name_unique")]

    def __str__(self) -> str:
        return self.name


class PlanVersion(PublicModel):
    """What a plan costs and gives to who subscribes from now on; a trigger refuses every change.

    `fee_minor` is for each month, without tax. `group`: subscribers get the tariffs of this group of ID tags.
    """

    id_prefix = "spv"

    plan = models.ForeignKey(SubscriptionPlan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="Counts within the plan, from 1.")
    currency = models.CharField(max_length=3)
    fee_minor = models.PositiveBigIntegerField()
    included_wh = models.PositiveBigIntegerField(default=0)
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    rebate_per_kwh = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    has_free_start = models.BooleanField(default=False)
    group = models.ForeignKey(
        IdTagGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="plan_versions"
    )
    minimum_months = models.PositiveSmallIntegerField(default=1)
    notice_days = models.PositiveSmallIntegerField(default=0)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=160)

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number_unique"),
            models.CheckConstraint(
                name="plan_version_in_range",
                condition=Q(percent__gte=0, percent__lte=100, rebate_per_kwh__gte=0, minimum_months__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} v{self.number}"


class Subscription(PublicModel):
    """A plan that an account has from an instant on, until `ends_at`; empty while nobody cancelled.

    Its periods begin on the day of the month of `anchor_on`, at midnight in `time_zone`.
    """

    id_prefix = "sub"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="subscriptions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="subscriptions")
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="subscriptions")
    anchor_on = models.DateField()
    time_zone = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ends_at=None), name="subscription_one_an_account"
            ),
            models.CheckConstraint(
                name="subscription_ends_after_it_begins",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version.plan} of {self.account}"

    def is_over(self, at: datetime) -> bool:
        """Whether it has ended."""
        return self.ends_at is not None and self.ends_at <= at


class SubscriptionPeriod(PublicModel):
    """A month of a subscription that was charged: one row each, so a fee is charged once. Never changes (trigger).

    `ends_at` is the begin of the next. `entry` is empty where the fee is nothing.
    """

    id_prefix = "sbp"

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="periods")
    number = models.PositiveIntegerField(help_text="Counts from 1.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    amount = models.JSONField(help_text="The fee: as in SessionCharge.")
    gross_minor = models.PositiveBigIntegerField()
    tax_decision = models.JSONField(help_text="Which rule of the tax table held, with its evidence.")
    entry = models.OneToOneField(
        JournalEntry, null=True, on_delete=models.PROTECT, related_name="subscription_period"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "number"], name="subscription_period_once"),
            models.CheckConstraint(
                name="subscription_period_has_an_entry_unless_free",
                condition=Q(gross_minor=0, entry=None) | Q(gross_minor__gt=0, entry__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"period {self.number}"


class EnergyGrant(PublicModel):
    """Energy that is included for the sessions of an account which begin in a time: granted, and used of it so far.

    The database lets no more be used than was granted.
    """

    id_prefix = "egr"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="energy_grants")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="energy_grants")
    period = models.OneToOneField(
        SubscriptionPeriod, null=True, on_delete=models.PROTECT, related_name="grant"
    )
    name = models.CharField(max_length=120, help_text="What includes it, as drivers read it.")
    granted_wh = models.PositiveBigIntegerField()
    used_wh = models.PositiveBigIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="grant_used_at_most_granted", condition=Q(used_wh__gte=0, used_wh__lte=F("granted_wh"))
            ),
        ]
        indexes = [models.Index(fields=["account", "ends_at"], name="grants_by_account")]

    def __str__(self) -> str:
        return f"{self.used_wh} of {self.granted_wh} Wh of {self.name}"

    @property
    def left_wh(self) -> int:
        """What is left of it."""
        return self.granted_wh - self.used_wh


class EnergyUse(PublicModel):
    """What a session has used of a grant; a correction moves it."""

    id_prefix = "egu"

    grant = models.ForeignKey(EnergyGrant, on_delete=models.PROTECT, related_name="uses")
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="energy_uses")
    used_wh = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "transaction"], name="energy_use_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.used_wh} Wh of {self.transaction}"
