"""Shapes of voucher campaigns, their codes and what was redeemed."""

from decimal import Decimal

from rest_framework import serializers

from billing.choices import VoucherKind
from billing.models import VoucherCampaign, VoucherCode, VoucherRedemption
from billing.selectors.accounts import accounts_for
from billing.services.vouchers.campaigns import (
    MOST_CODES,
    MOST_DAYS,
    MOST_MINOR,
    MOST_PER_ACCOUNT,
    MOST_WH,
)
from billing.services.vouchers.codes import LONGEST, printed
from billing.services.vouchers.words import gives_text
from chargers.selectors.stations import sites_for

from ...fields import Body, OrganisationField, PublicIdField, Text, public_id

_MOST = 10**6


class VoucherCampaignSerializer(serializers.ModelSerializer[VoucherCampaign]):
    """What its codes give: `amount_minor`, `energy_wh` or `percent`, by `kind`."""

    id = public_id()
    organisation = public_id(source="organisation")
    gives = serializers.SerializerMethodField(help_text="In words.")
    sites = serializers.SerializerMethodField(help_text="Where it holds; empty: everywhere.")
    codes = serializers.IntegerField(source="codes_made", read_only=True, help_text="How many there are.")
    given_minor = serializers.IntegerField(
        source="given", read_only=True, help_text="What sessions got so far, worth in money with tax."
    )
    open_minor = serializers.IntegerField(
        source="open", read_only=True, help_text="Redeemed money that no session has used yet."
    )

    class Meta:
        model = VoucherCampaign
        fields = [
            "id", "organisation", "name", "kind", "currency", "amount_minor", "energy_wh", "percent", "gives",
            "starts_at", "ends_at", "lasts_days", "most", "most_per_account", "sites", "codes", "redeemed",
            "given_minor", "open_minor", "stopped_at", "created_at",
        ]  # fmt: skip

    def get_sites(self, campaign: VoucherCampaign) -> list[str]:
        return [site.public_id for site in campaign.sites.all()]

    def get_gives(self, campaign: VoucherCampaign) -> str:
        return gives_text(campaign)


class VoucherCodeSerializer(serializers.ModelSerializer[VoucherCode]):
    """A code, as it is printed; `most` null: as often as the campaign allows."""

    id = public_id()
    code = serializers.SerializerMethodField(help_text="Case, dashes and blanks do not matter.")

    class Meta:
        model = VoucherCode
        fields = ["id", "code", "most", "redeemed", "created_at"]

    def get_code(self, row: VoucherCode) -> str:
        return printed(row.code)


class VoucherRedemptionSerializer(serializers.ModelSerializer[VoucherRedemption]):
    """A voucher of an account. `left_minor` is null but for money, `left_wh` but for energy."""

    id = public_id()
    organisation = public_id(source="organisation")
    campaign = public_id(source="campaign")
    account = public_id(source="account")
    name = serializers.CharField(source="campaign.name", read_only=True)
    gives = serializers.SerializerMethodField(help_text="In words.")
    code = serializers.SerializerMethodField()
    left_minor = serializers.SerializerMethodField()
    left_wh = serializers.IntegerField(source="grant.left_wh", default=None, read_only=True, allow_null=True)

    class Meta:
        model = VoucherRedemption
        fields = [
            "id", "organisation", "campaign", "name", "gives", "code", "account", "starts_at", "ends_at", "currency",
            "granted_minor", "given_minor", "left_minor", "left_wh", "created_at",
        ]  # fmt: skip

    def get_gives(self, row: VoucherRedemption) -> str:
        return gives_text(row.campaign)

    def get_code(self, row: VoucherRedemption) -> str:
        return printed(row.code.code)

    def get_left_minor(self, row: VoucherRedemption) -> int | None:
        return None if row.granted_minor is None else row.left_minor


class VoucherCampaignBody(Body):
    """A new campaign: what it gives by its kind, and one code for everybody or so many for single use."""

    organisation = OrganisationField()
    name = Text(max_length=120)
    kind = serializers.ChoiceField(VoucherKind.choices)
    currency = serializers.RegexField(
        r"^[A-Z]{3}\Z", help_text="ISO 4217; of the accounts that can redeem it."
    )
    amount_minor = serializers.IntegerField(min_value=0, max_value=MOST_MINOR, default=0)
    energy_wh = serializers.IntegerField(min_value=0, max_value=MOST_WH, default=0)
    percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, default=Decimal(0)
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="Until before then codes can be redeemed.")
    lasts_days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, required=False, allow_null=True,
        help_text="What a redemption gives is for sessions that begin within so many days; null: before `ends_at`.",
    )  # fmt: skip
    most = serializers.IntegerField(
        min_value=1, max_value=_MOST, required=False, allow_null=True, help_text="Redemptions of all accounts together."
    )  # fmt: skip
    most_per_account = serializers.IntegerField(min_value=1, max_value=MOST_PER_ACCOUNT, default=1)
    sites = serializers.ListField(
        child=PublicIdField(sites_for, "site"), max_length=500, required=False,
        help_text="Where it holds; left out: everywhere.",
    )  # fmt: skip
    code = Text(max_length=LONGEST, required=False, help_text="For everybody; instead of `count`.")
    count = serializers.IntegerField(
        min_value=1, max_value=MOST_CODES, required=False, help_text="So many codes for single use."
    )


class CodesBody(Body):
    """How many more codes for single use."""

    count = serializers.IntegerField(min_value=1, max_value=MOST_CODES)


class RedeemBody(Body):
    """An account redeems a code."""

    account = PublicIdField(accounts_for, "account")
    code = Text(max_length=100)


class OwnRedeemBody(Body):
    """Which of your accounts redeems which code."""

    account = Text(max_length=40)
    code = Text(max_length=100)
