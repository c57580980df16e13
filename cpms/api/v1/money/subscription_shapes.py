"""Shapes of plans and subscriptions."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.models import PlanVersion, Subscription, SubscriptionPeriod, SubscriptionPlan
from billing.selectors.accounts import accounts_for
from billing.selectors.subscriptions import subscription_plans_for
from billing.services.subscriptions.plans import MOST_MONTHS, MOST_NOTICE_DAYS, MOST_WH
from billing.services.subscriptions.words import gives, terms_text
from chargers.selectors.tags import id_tag_groups_for

from ...fields import (
    Body,
    OrganisationField,
    PublicIdField,
    Text,
    public_id,
)

_MOST_MINOR = 10**9


class PlanVersionSerializer(serializers.ModelSerializer[PlanVersion]):
    """What a plan costs and gives: `fee_minor` for each month in minor units, without tax."""

    id = public_id()
    group = public_id(
        source="group",
        allow_null=True,
        help_text="Subscribers get the tariffs of this group of ID tags; null: those of everybody.",
    )
    gives = serializers.SerializerMethodField(help_text="In words.")
    terms = serializers.SerializerMethodField(help_text="In words.")

    class Meta:
        model = PlanVersion
        fields = [
            "id", "number", "currency", "fee_minor", "included_wh", "percent", "rebate_per_kwh", "has_free_start",
            "group", "minimum_months", "notice_days", "gives", "terms", "published_at",
        ]  # fmt: skip

    def get_gives(self, version: PlanVersion) -> list[str]:
        return gives(version)

    def get_terms(self, version: PlanVersion) -> str:
        return terms_text(version)


class OfferSerializer(serializers.ModelSerializer[SubscriptionPlan]):
    """A plan that can be chosen, as it is today."""

    id = public_id()
    organisation = public_id(source="organisation")
    version = serializers.SerializerMethodField()

    class Meta:
        model = SubscriptionPlan
        fields = ["id", "organisation", "name", "version"]

    @extend_schema_field(PlanVersionSerializer(allow_null=True))
    def get_version(self, plan: SubscriptionPlan) -> Any:
        found = next(iter(plan.versions.all()), None)
        return PlanVersionSerializer(found).data if found else None


class SubscriptionPlanSerializer(serializers.ModelSerializer[SubscriptionPlan]):
    """A plan with all of its versions, the newest first: that one is for new subscribers."""

    id = public_id()
    organisation = public_id(source="organisation")
    versions = PlanVersionSerializer(many=True, read_only=True)
    subscribers = serializers.IntegerField(read_only=True, help_text="How many have it now.")

    class Meta:
        model = SubscriptionPlan
        fields = ["id", "organisation", "name", "is_offered", "subscribers", "versions", "created_at"]


class SubscriptionPeriodSerializer(serializers.ModelSerializer[SubscriptionPeriod]):
    """A month of a subscription: its fee with tax, and what was used of what it includes."""

    id = public_id()
    included_wh = serializers.IntegerField(source="grant.granted_wh", default=0, read_only=True)
    used_wh = serializers.IntegerField(source="grant.used_wh", default=0, read_only=True)

    class Meta:
        model = SubscriptionPeriod
        fields = ["id", "number", "starts_at", "ends_at", "currency", "gross_minor", "included_wh", "used_wh"]


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    """A plan that an account has; `ends_at` is null while nobody cancelled."""

    id = public_id()
    organisation = public_id(source="organisation")
    account = public_id(source="account")
    plan = public_id(source="version.plan")
    name = serializers.CharField(source="version.plan.name", read_only=True)
    version = PlanVersionSerializer(read_only=True)
    months = SubscriptionPeriodSerializer(
        source="periods", many=True, read_only=True, help_text="The newest first."
    )

    class Meta:
        model = Subscription
        fields = [
            "id", "organisation", "account", "plan", "name", "version", "starts_at", "ends_at", "cancelled_at",
            "months",
        ]  # fmt: skip


class VersionBody(Body):
    """What a plan is to cost and give from now on; at least one thing it gives."""

    currency = serializers.RegexField(r"^[A-Z]{3}\Z", help_text="ISO 4217; the same in all versions.")
    fee_minor = serializers.IntegerField(min_value=0, max_value=_MOST_MINOR)
    included_wh = serializers.IntegerField(min_value=0, max_value=MOST_WH, default=0)
    percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, default=Decimal(0)
    )
    rebate_per_kwh = serializers.DecimalField(
        max_digits=12, decimal_places=6, min_value=0, default=Decimal(0),
        help_text="In the main unit, in the sense of the tariff's prices: with tax where they have it inside.",
    )  # fmt: skip
    has_free_start = serializers.BooleanField(default=False)
    group = PublicIdField(id_tag_groups_for, "group of ID tags", required=False)
    minimum_months = serializers.IntegerField(min_value=1, max_value=MOST_MONTHS, default=1)
    notice_days = serializers.IntegerField(min_value=0, max_value=MOST_NOTICE_DAYS, default=0)


class PlanBody(VersionBody):
    """A new plan with its first version."""

    organisation = OrganisationField()
    name = Text(max_length=120)


class PlanPatch(Body):
    """Whether drivers can choose it themselves."""

    is_offered = serializers.BooleanField()


class SubscribeBody(Body):
    """An account gets a plan, in its newest version."""

    account = PublicIdField(accounts_for, "account")
    plan = PublicIdField(subscription_plans_for, "plan")


class CancelBody(Body):
    """How it ends."""

    waives_terms = serializers.BooleanField(
        default=False, help_text="End it with the month that runs, whatever its minimum term and notice."
    )


class OwnSubscribeBody(Body):
    """Which of your accounts gets which plan."""

    account = Text(max_length=40)
    plan = Text(max_length=40)
