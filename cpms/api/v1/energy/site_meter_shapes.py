"""Site meters as the API shows and takes them."""

from math import isfinite
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chargers.selectors.stations import sites_for, stations_for
from cpms.core import clock
from smartcharging.inputs.choices import LINE_ORDERS, LoadSource, Measures, MeterDriver, MeterHealth
from smartcharging.inputs.metering.combining import BuildingLoad
from smartcharging.inputs.metering.load import meter_verdict
from smartcharging.meters import VALUES
from smartcharging.models import LoadReading, MeterStanding, SiteMeter
from smartcharging.selectors import circuits_for

from ...fields import (
    Body,
    Number,
    PatchBody,
    PublicIdField,
    Text,
    public_id,
)

_WIRES = (
    "The site's lines behind the meter's own first, second, third one; one digit for a meter of one line."
)
_SETTINGS = "How the driver finds the values; described in docs/smart-charging-inputs.md."


class MeterStateSerializer(serializers.ModelSerializer[MeterStanding]):
    """What came of reading a meter."""

    amps = serializers.ListField(
        child=serializers.FloatField(allow_null=True),
        help_text="A on the site's L1, L2, L3; negative: flows out.",
    )

    class Meta:
        model = MeterStanding
        fields = [
            "read_at", "received_at", "amps", "power_w", "same_since", "jumped_at", "jump_a", "refused_at", "refusal",
            "refused_count", "error_at", "error",
        ]  # fmt: skip


class SiteMeterSerializer(serializers.ModelSerializer[SiteMeter]):
    """A site meter. Its secret is never shown; `has_secret` says whether there is one."""

    id = public_id()
    site = public_id(source="site")
    circuit = public_id(source="circuit", allow_null=True)
    station = public_id(source="station", allow_null=True)
    line_order = serializers.CharField(help_text=_WIRES)
    settings = serializers.JSONField(help_text=_SETTINGS)
    has_secret = serializers.SerializerMethodField()
    health = serializers.SerializerMethodField(help_text="How far it can be relied on now.")
    health_reason = serializers.SerializerMethodField(help_text="Why, in a sentence; empty when all is well.")
    age_s = serializers.SerializerMethodField(help_text="Age of the newest believed reading.")
    state = MeterStateSerializer(source="standing")

    class Meta:
        model = SiteMeter
        fields = [
            "id", "site", "circuit", "station", "name", "driver", "measures", "line_order", "reversed", "highest_a",
            "address", "settings", "has_secret", "every_s", "active", "health", "health_reason", "age_s", "state",
            "created_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.BooleanField())
    def get_has_secret(self, meter: SiteMeter) -> bool:
        return bool(meter.sealed_secret)

    @extend_schema_field(serializers.ChoiceField(choices=MeterHealth.choices))
    def get_health(self, meter: SiteMeter) -> str:
        return meter_verdict(meter, clock.now()).health.value

    @extend_schema_field(serializers.CharField())
    def get_health_reason(self, meter: SiteMeter) -> str:
        return meter_verdict(meter, clock.now()).reason

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_age_s(self, meter: SiteMeter) -> float | None:
        return meter_verdict(meter, clock.now()).age_s


class _MeterFields(Body):
    name = Text(max_length=120)
    circuit = PublicIdField(
        circuits_for, "circuit", required=False, allow_null=True, help_text="Left out: the root of the site."
    )
    driver = serializers.ChoiceField(choices=MeterDriver.choices)
    measures = serializers.ChoiceField(choices=Measures.choices, required=False)
    line_order = serializers.ChoiceField(choices=LINE_ORDERS, required=False, help_text=_WIRES)
    reversed = serializers.BooleanField(required=False)
    highest_a = Number(min_value=1, max_value=10_000, required=False)
    address = Text(max_length=255, required=False, allow_blank=True)
    station = PublicIdField(stations_for, "station", required=False, allow_null=True)
    settings = serializers.DictField(required=False, help_text=_SETTINGS)
    secret = Text(
        max_length=500, required=False, allow_blank=True, help_text="Password or token; never shown."
    )
    every_s = serializers.IntegerField(min_value=1, max_value=3600, required=False)
    active = serializers.BooleanField(required=False)


class SiteMeterBody(_MeterFields):
    """A meter to make."""

    site = PublicIdField(sites_for, "site")


class SiteMeterPatch(PatchBody, _MeterFields):
    """What may be changed of a meter."""


class PushedReading(Body):
    """What a meter says at one instant: current or power of each of its own lines, or the total power."""

    at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="The meter's time; left out: now. Its key for repeats."
    )

    def get_fields(self) -> dict[str, Any]:
        values = {name: Number(required=False, allow_null=True) for name in VALUES}
        return super().get_fields() | values

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """At least one value, and numbers only."""
        values = {name: attrs[name] for name in VALUES if attrs.get(name) is not None}
        if not values:
            raise serializers.ValidationError(f"needs at least one of {', '.join(VALUES)}")
        for name, value in values.items():
            if not isfinite(value):
                raise serializers.ValidationError({name: "is no number"})
        return {"at": attrs.get("at"), "values": values}


class MeterPushBody(Body):
    """A batch of readings, oldest first."""

    readings = PushedReading(many=True, min_length=1, max_length=500)  # type: ignore[call-arg]


class RefusedSerializer(serializers.Serializer[Any]):
    """A reading that was not believed."""

    index = serializers.IntegerField(help_text="Its place in the batch, from 0.")
    reason = serializers.CharField()


class KeptSerializer(serializers.Serializer[Any]):
    """What became of a batch."""

    kept = serializers.IntegerField()
    repeated = serializers.IntegerField(help_text="Were there already.")
    refused = RefusedSerializer(many=True)


class LoadReadingSerializer(serializers.ModelSerializer[LoadReading]):
    """A believed reading, A on the site's lines. `other_*_a` is what is left without the chargers."""

    class Meta:
        model = LoadReading
        fields = [
            "read_at", "received_at", "l1_a", "l2_a", "l3_a", "other_l1_a", "other_l2_a", "other_l3_a", "power_w",
        ]  # fmt: skip


class BuildingLoadSerializer(serializers.Serializer[BuildingLoad]):
    """What everything but the chargers is taken to draw at a circuit (null: the root), A on L1, L2, L3."""

    circuit = serializers.CharField(allow_null=True)
    amps = serializers.SerializerMethodField(
        help_text="Null where nothing is known: the whole limit is kept free."
    )
    source = serializers.ChoiceField(choices=LoadSource.choices)  # type: ignore[assignment]
    age_s = serializers.FloatField(allow_null=True)
    reason = serializers.CharField()
    meters = serializers.ListField(child=serializers.CharField())

    @extend_schema_field(serializers.ListField(child=serializers.FloatField(allow_null=True)))
    def get_amps(self, load: BuildingLoad) -> list[float | None]:
        return [one if isfinite(one) else None for one in load.amps]
