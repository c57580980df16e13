"""How ratings look: the short form of lists, and the whole one with every line explained."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.choices import Doubt
from billing.models import Rating, SpendingStop
from billing.services.ratings import words

from ...fields import public_id

MINOR = "In minor units of `currency`; null where no tariff applied or nothing could be rated."


class LineSerializer(serializers.Serializer[Any]):
    """One line of a price: what was measured at which price, why that price, and what it comes to."""

    kind = serializers.CharField(
        help_text="`charge`, `step_size`, `discount`, ..., `min_price`, `max_price`, `tax`."
    )
    title = serializers.CharField()
    sentence = serializers.CharField()
    why = serializers.CharField()
    amount = serializers.CharField(
        help_text="With the currency, to four decimals; only the total is rounded further."
    )


class HoldReasonSerializer(serializers.Serializer[Any]):
    """Why a price is held."""

    code = serializers.ChoiceField(choices=Doubt.choices)
    sentence = serializers.CharField()


class PartSerializer(serializers.Serializer[Any]):
    """Net and tax under one tax code, such as `DE-19`."""

    net_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField()
    tax_code = serializers.CharField()


class TariffOfRatingSerializer(serializers.Serializer[Any]):
    """The tariff version that holds, and why."""

    id = serializers.CharField(
        source="version.public_id", allow_null=True, default=None, help_text="Of the version."
    )
    name = serializers.CharField(source="version.family.name", allow_null=True, default=None)
    number = serializers.IntegerField(source="version.number", allow_null=True, default=None)
    why = serializers.SerializerMethodField()

    def get_why(self, rating: Rating) -> str:
        return words.why_tariff(rating)


class ConsideredSerializer(serializers.Serializer[Any]):
    """An assignment that fits the place and the driver; the chosen one has no reason against it."""

    assignment = serializers.CharField()
    tariff = serializers.CharField()
    audience = serializers.CharField()
    scope = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class PriceSerializer(serializers.ModelSerializer[Rating]):
    """What a session costs or would cost."""

    tariff = TariffOfRatingSerializer(source="*")
    currency = serializers.CharField(help_text="ISO 4217; empty without a tariff.")
    gross_minor = serializers.IntegerField(allow_null=True, help_text=MINOR)
    net_minor = serializers.IntegerField(allow_null=True, help_text=MINOR)
    tax_minor = serializers.IntegerField(allow_null=True, help_text=MINOR)
    parts = PartSerializer(source="amount.parts", many=True, default=[])

    class Meta:
        model = Rating
        fields = [
            "tariff",
            "currency",
            "gross_minor",
            "net_minor",
            "tax_minor",
            "parts",
            "energy_wh",
            "ended_at",
        ]


class RatingSerializer(PriceSerializer):
    """A stored price. `estimate` is the cost so far; an outcome is `final`, `held` or `unpriced`."""

    id = public_id()
    transaction = public_id(source="transaction")
    account = public_id(source="account", allow_null=True)
    flags = serializers.ListField(
        child=serializers.CharField(), help_text="What was odd about the meter, by code."
    )
    doubts = serializers.SerializerMethodField()

    class Meta(PriceSerializer.Meta):
        fields = [
            "id", "transaction", "state", "attempt", "account", *PriceSerializer.Meta.fields, "flags", "doubts",
            "engine", "input_hash", "rated_at", "decided_at", "decided_by", "reason",
        ]  # fmt: skip

    @extend_schema_field(HoldReasonSerializer(many=True))
    def get_doubts(self, rating: Rating) -> list[dict[str, str]]:
        codes = (doubt["code"] for doubt in rating.doubts)
        return [
            {"code": code, "sentence": text} for code, text in zip(codes, words.doubts(rating), strict=True)
        ]


class Explained(serializers.Serializer[Any]):
    """The lines and notes of a price, and the engine's own breakdown."""

    lines = serializers.SerializerMethodField(help_text="What adds up to the price, in order.")
    notes = serializers.SerializerMethodField(help_text="What a reader should know beside the lines.")
    considered = serializers.SerializerMethodField(
        help_text="Every assignment that fits, the chosen one first."
    )
    breakdown = serializers.SerializerMethodField(
        help_text="The engine's answer: exact figures as decimal texts."
    )

    @extend_schema_field(LineSerializer(many=True))
    def get_lines(self, rating: Rating) -> list[dict[str, Any]]:
        return list(LineSerializer(words.lines(rating), many=True).data)

    def get_notes(self, rating: Rating) -> list[str]:
        return words.notes(rating)

    @extend_schema_field(ConsideredSerializer(many=True))
    def get_considered(self, rating: Rating) -> list[dict[str, Any]]:
        return list(rating.choice.get("considered", []))

    @extend_schema_field({"type": "array", "items": {"type": "object", "additionalProperties": True}})
    def get_breakdown(self, rating: Rating) -> list[dict[str, Any]]:
        return list(json.loads(rating.result)["breakdown"]) if rating.result else []


EXPLAINED = ["lines", "notes", "considered", "breakdown"]


class SpendingStopSerializer(serializers.ModelSerializer[SpendingStop]):
    """The limit because of which charging was asked to stop, in minor units of `currency`."""

    class Meta:
        model = SpendingStop
        fields = ["rule", "left_minor", "running_minor", "currency", "asked_at", "note"]


class RatingExplainedSerializer(Explained, RatingSerializer):
    """A stored price with every line explained."""

    spending_stop = SpendingStopSerializer(
        source="transaction.spending_stop", default=None, allow_null=True, read_only=True
    )

    class Meta(RatingSerializer.Meta):
        fields = [*RatingSerializer.Meta.fields, "spending_stop", *EXPLAINED]


class QuoteSerializer(Explained, PriceSerializer):
    """What a session would cost, explained as a real one. Nothing is stored and nothing is promised."""

    class Meta(PriceSerializer.Meta):
        fields = [*PriceSerializer.Meta.fields, *EXPLAINED]
