"""How agreements with site hosts and their statements are shown and asked for."""

from typing import Any

from rest_framework import serializers

from billing.choices import FeeBearer
from billing.models import Settlement, SettlementAgreement, SettlementLine
from billing.selectors.hosts import hosts_for
from billing.services.settlements.words import reasons
from chargers.selectors.stations import sites_for

from ...fields import (
    Body,
    PublicIdField,
    Text,
    public_id,
)

_MOST = 2**53


class AgreementSerializer(serializers.ModelSerializer[SettlementAgreement]):
    """What the host of a site gets. `percent` of the net revenue, `per_kwh` in the usual unit of `currency`."""

    id = public_id()
    organisation = public_id(source="organisation")
    site = public_id(source="site")
    host = public_id(source="host")

    class Meta:
        model = SettlementAgreement
        fields = [
            "id", "organisation", "site", "host", "currency", "percent", "per_kwh", "monthly_fee_minor",
            "fees_borne_by", "card_fee_percent", "card_fee_minor", "valid_from", "valid_until", "created_at",
        ]  # fmt: skip


class AgreementBody(Body):
    """A share: a percentage, so much a kWh, a monthly fee, or several of them."""

    site = PublicIdField(sites_for, "site")
    host = PublicIdField(hosts_for, "site host")
    currency = serializers.RegexField(r"^[A-Z]{3}$", help_text="ISO 4217")
    percent = serializers.DecimalField(7, 4, min_value=0, max_value=100, required=False)
    per_kwh = serializers.DecimalField(18, 8, min_value=0, required=False)
    monthly_fee_minor = serializers.IntegerField(min_value=0, max_value=_MOST, required=False)
    fees_borne_by = serializers.ChoiceField(FeeBearer.choices, required=False)
    card_fee_percent = serializers.DecimalField(
        7, 4, min_value=0, max_value=100, required=False, help_text="What a card payment counts as, of its amount."
    )  # fmt: skip
    card_fee_minor = serializers.IntegerField(
        min_value=0, max_value=_MOST, required=False, help_text="And for each payment."
    )
    valid_from = serializers.DateField(help_text="Sessions that end from this day on are shared.")
    valid_until = serializers.DateField(
        required=False, allow_null=True, help_text="The first day it no longer holds."
    )


class AgreementEndBody(Body):
    """When it ends."""

    valid_until = serializers.DateField(help_text="The first day it no longer holds.")


class SettlementMonthBody(Body):
    """A month that is over."""

    month = serializers.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", help_text="Such as 2026-10.")


class SettlementPaidBody(Body):
    """The bank transfer."""

    on = serializers.DateField(help_text="The day on the bank statement.")
    reference = Text(max_length=60, help_text="The bank's own name of the transfer.")


class SettlementSerializer(serializers.ModelSerializer[Settlement]):
    """The statement of a month. Amounts are minor units of `currency`; below zero the host owes it to us."""

    id = public_id()
    agreement = public_id(source="agreement")
    site = public_id(source="agreement.site")
    host = public_id(source="agreement.host")
    month = serializers.DateField(format="%Y-%m", read_only=True)

    class Meta:
        model = Settlement
        fields = [
            "id", "agreement", "site", "host", "month", "state", "code", "currency", "net_minor", "tax_minor",
            "gross_minor", "made_at", "agreed_on", "paid_on",
        ]  # fmt: skip


class ComponentSerializer(serializers.Serializer[Any]):
    """A part of the share: how it comes about, exactly, and rounded once."""

    title = serializers.CharField()
    text = serializers.CharField()
    exact = serializers.CharField(help_text="In the usual unit of the currency.")
    minor = serializers.IntegerField()


class SettlementToldSerializer(SettlementSerializer):
    """With what it was made of: the terms, what the sessions brought, the components, the tax decision."""

    terms = serializers.DictField(read_only=True)
    taken = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    components = serializers.SerializerMethodField()
    tax_decision = serializers.DictField(read_only=True)

    class Meta(SettlementSerializer.Meta):
        fields = [*SettlementSerializer.Meta.fields, "terms", "taken", "components", "tax_decision"]

    def get_components(self, row: Settlement) -> list[dict[str, Any]]:
        return list(ComponentSerializer(reasons(row), many=True).data)


class SettlementLineSerializer(serializers.ModelSerializer[SettlementLine]):
    """A session as a statement tells it: all of it the first time, `turn` 0, later what changed since."""

    transaction = public_id(source="charge.transaction")
    ended_at = serializers.DateTimeField(source="charge.ended_at", read_only=True)

    class Meta:
        model = SettlementLine
        fields = ["transaction", "ended_at", "turn", "net_minor", "energy_wh", "card_minor", "card_payments"]
