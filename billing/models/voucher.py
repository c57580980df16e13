"""Vouchers: campaigns, their codes, who redeemed one, and what each session got of it."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from chargers.models import Site, Transaction
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import VoucherKind
from .account import Account
from .ledger import JournalEntry
from .subscription import EnergyGrant


class VoucherCampaign(PublicModel):
    """What its codes give, to whom and how often; triggers freeze what it promises.

    `amount_minor`, `energy_wh` or `percent` is what each redemption gives, by `kind`. Codes can be
    redeemed from `starts_at` to before `ends_at`. What they give is for sessions that begin before `ends_at`, too, or,
    where `lasts_days` is set, within so many days of the redemption. Without `sites` it holds at all of them.
    """

    id_prefix = "vca"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="voucher_campaigns")
    name = models.CharField(max_length=120, help_text="As drivers and their receipts read it.")
    kind = models.CharField(max_length=10, choices=VoucherKind)
    currency = models.CharField(max_length=3, help_text="Of the accounts that can redeem it.")
    amount_minor = models.PositiveBigIntegerField(default=0)
    energy_wh = models.PositiveBigIntegerField(default=0)
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    lasts_days = models.PositiveSmallIntegerField(null=True, blank=True)
    most = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Redemptions of all accounts together; empty: as many as there are codes.",
    )
    most_per_account = models.PositiveSmallIntegerField(default=1)
    redeemed = models.PositiveIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
    sites = models.ManyToManyField(Site, blank=True, related_name="voucher_campaigns")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="voucher_campaign_name_unique"),
            models.CheckConstraint(
                name="voucher_campaign_redeemed_at_most", condition=Q(most=None) | Q(redeemed__lte=F("most"))
            ),
            models.CheckConstraint(
                name="voucher_campaign_gives_what_it_says",
                condition=Q(kind=VoucherKind.CREDIT, amount_minor__gt=0, energy_wh=0, percent=0)
                | Q(kind=VoucherKind.ENERGY, amount_minor=0, energy_wh__gt=0, percent=0)
                | Q(kind=VoucherKind.PERCENT, amount_minor=0, energy_wh=0, percent__gt=0, percent__lte=100),
            ),
            models.CheckConstraint(
                name="voucher_campaign_in_range", condition=Q(ends_at__gt=F("starts_at"), most_per_account__gte=1)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def is_open(self, at: datetime) -> bool:
        """Whether codes can be redeemed at an instant, as far as time says."""
        return self.stopped_at is None and self.starts_at <= at < self.ends_at


class VoucherCode(PublicModel):
    """A code of a campaign: one for everybody, or one of a batch for a single use.

    `code` is as it is looked up: capital letters and digits only. It stays; what it promises is its campaign's.
    """

    id_prefix = "vco"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="voucher_codes")
    campaign = models.ForeignKey(VoucherCampaign, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=32)
    most = models.PositiveIntegerField(
        null=True, default=1, help_text="Redemptions; empty: no limit of its own."
    )
    redeemed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="voucher_code_unique"),
            models.CheckConstraint(
                name="voucher_code_redeemed_at_most", condition=Q(most=None) | Q(redeemed__lte=F("most"))
            ),
        ]
        indexes = [models.Index(fields=["campaign", "id"], name="voucher_codes_by_campaign")]

    def __str__(self) -> str:
        return self.code


class VoucherRedemption(PublicModel):
    """A code that an account redeemed, and what is left of what it gives.

    It is for sessions that begin from `starts_at` to before `ends_at`. `granted_minor` is the money of a credit, empty
    for others. `given_minor` is what sessions got of it so far, worth in money. `number` counts the account's
    redemptions in the campaign and never passes `most_per_account`.
    """

    id_prefix = "vre"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="voucher_redemptions"
    )
    campaign = models.ForeignKey(VoucherCampaign, on_delete=models.PROTECT, related_name="redemptions")
    code = models.ForeignKey(VoucherCode, on_delete=models.PROTECT, related_name="redemptions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="voucher_redemptions")
    number = models.PositiveSmallIntegerField()
    most_per_account = models.PositiveSmallIntegerField(help_text="As the campaign says.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    granted_minor = models.PositiveBigIntegerField(null=True)
    given_minor = models.PositiveBigIntegerField(default=0)
    grant = models.OneToOneField(EnergyGrant, null=True, on_delete=models.PROTECT, related_name="voucher")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "account", "number"], name="voucher_redemption_numbered"
            ),
            models.CheckConstraint(
                name="voucher_redemption_at_most_per_account",
                condition=Q(number__gte=1, number__lte=F("most_per_account")),
            ),
            models.CheckConstraint(
                name="voucher_given_at_most_granted",
                condition=Q(granted_minor=None) | Q(given_minor__lte=F("granted_minor")),
            ),
        ]
        indexes = [models.Index(fields=["account", "ends_at"], name="vouchers_by_account")]

    def __str__(self) -> str:
        return f"{self.campaign} for {self.account}"

    @property
    def left_minor(self) -> int:
        """What is left of a credit."""
        return (self.granted_minor or 0) - self.given_minor


class VoucherUse(PublicModel):
    """What a session got of a voucher, worth in money with tax; a correction moves it.

    `entry` is the payment of a credit.
    """

    id_prefix = "vus"

    redemption = models.ForeignKey(VoucherRedemption, on_delete=models.PROTECT, related_name="uses")
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="voucher_uses")
    minor = models.PositiveBigIntegerField()
    entry = models.OneToOneField(
        JournalEntry, null=True, on_delete=models.PROTECT, related_name="voucher_use"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["redemption", "transaction"], name="voucher_use_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.minor} of {self.redemption}"
