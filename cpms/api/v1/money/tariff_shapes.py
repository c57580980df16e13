"""How tariffs, their versions, assignments and the look at them are shown and asked for."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.choices import AssignedAt, AssignedTo, TariffState
from billing.models import TariffAssignment, TariffFamily, TariffVersion
from billing.pricing.exact import loads
from billing.pricing.lint import Level
from billing.selectors.tariffs import price_series_for, tariff_families_for
from billing.services.tariffs.following import Follows, follows_of, version_sentence
from billing.services.tariffs.overview import Overview, overview, place_text, version_tariff
from chargers.selectors.stations import sites_for, stations_for
from chargers.selectors.tags import id_tag_groups_for, id_tags_for
from cpms.core import clock

from ...exact import DocumentField
from ...fields import (
    Body,
    OrganisationField,
    PublicIdField,
    Text,
    public_id,
)

_TARIFF = "An OCPI 2.2.1 tariff object with the 2.3.0 fields; numbers keep every digit."
_MISSING = [("hold", "The session is held until there is one"), ("tariff", "The document's own price holds")]
_HOLD = "What is held on a card before a session, in minor units."


class TariffSerializer(serializers.Serializer[TariffFamily]):
    """A tariff: what it costs is in its versions."""

    id = public_id()
    organisation = public_id(source="organisation")
    name = serializers.CharField()
    state = serializers.SerializerMethodField()
    price = serializers.SerializerMethodField(help_text="In one sentence; empty before the first draft.")
    draft = serializers.SerializerMethodField(help_text="The version that may still change.")
    current = serializers.SerializerMethodField(help_text="The version in force.")
    upcoming = serializers.SerializerMethodField(help_text="Published versions that are not in force yet.")
    places = serializers.SerializerMethodField(help_text="Where and for whom it holds, in words.")
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: TariffFamily) -> Any:
        self._overview: Overview = overview(instance, clock.now())
        return super().to_representation(instance)

    @extend_schema_field(serializers.ChoiceField(TariffState.choices))
    def get_state(self, _: TariffFamily) -> str:
        return self._overview.state.value

    def get_price(self, _: TariffFamily) -> str:
        return self._overview.price

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_draft(self, _: TariffFamily) -> str | None:
        return _id(self._overview.draft)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_current(self, _: TariffFamily) -> str | None:
        return _id(self._overview.current)

    def get_upcoming(self, _: TariffFamily) -> list[str]:
        return [version.public_id for version in self._overview.upcoming]

    def get_places(self, _: TariffFamily) -> list[str]:
        return self._overview.places


def _id(version: TariffVersion | None) -> str | None:
    return version.public_id if version else None


def _unit(**more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=12, decimal_places=8, **more)


class MarketShape(serializers.Serializer[Any]):
    """How the price of energy follows a series."""

    series = serializers.CharField()
    factor = _unit(required=False)
    surcharge = _unit(required=False)
    floor = _unit(required=False)
    cap = _unit(required=False)
    missing = serializers.ChoiceField(_MISSING)


class TariffVersionSerializer(serializers.ModelSerializer[TariffVersion]):
    """A version; once published it never changes."""

    id = public_id()
    tariff = public_id(source="family")
    price = serializers.SerializerMethodField(help_text="In one sentence.")
    market = serializers.SerializerMethodField(
        help_text="The series that energy follows, and how; null: none."
    )
    document = serializers.SerializerMethodField(help_text=_TARIFF)

    class Meta:
        model = TariffVersion
        fields = [
            "id", "tariff", "number", "state", "valid_from", "currency", "price", "preauthorise_minor", "digest",
            "published_at", "published_by", "created_at", "market", "document",
        ]  # fmt: skip

    def get_price(self, version: TariffVersion) -> str:
        return version_sentence(version, version_tariff(version))

    @extend_schema_field(MarketShape(allow_null=True))
    def get_market(self, version: TariffVersion) -> dict[str, Any] | None:
        follows = follows_of(version)
        return {"series": follows.series.public_id, **follows.formula} if follows else None

    def get_document(self, version: TariffVersion) -> dict[str, Any]:
        found: dict[str, Any] = loads(version.body)
        return found


class TariffAssignmentSerializer(serializers.ModelSerializer[TariffAssignment]):
    """A tariff given to somebody somewhere for a time."""

    id = public_id()
    tariff = public_id(source="family")
    group = public_id(source="group", allow_null=True)
    site = public_id(source="site", allow_null=True)
    station = public_id(source="station", allow_null=True)
    place = serializers.SerializerMethodField(help_text="Where and for whom, in words.")

    class Meta:
        model = TariffAssignment
        fields = [
            "id", "tariff", "audience", "group", "scope", "site", "station", "evse_no", "priority", "valid_from",
            "valid_to", "place", "created_at",
        ]  # fmt: skip

    def get_place(self, assignment: TariffAssignment) -> str:
        return place_text(assignment)


class MarketBody(Body):
    """How the price of energy follows a series: factor times its price and the surcharge, from floor to cap."""

    series = PublicIdField(price_series_for, "price series")
    factor = _unit(required=False, min_value=0, help_text="Left out: 1.")
    surcharge = _unit(required=False, help_text="Per kWh without tax; may be below zero.")
    floor = _unit(required=False, help_text="The least a kWh costs, without tax.")
    cap = _unit(required=False, help_text="The most a kWh costs, without tax.")
    missing = serializers.ChoiceField(_MISSING, default="hold", help_text="Where the series has no price.")


class DraftBody(Body):
    """What a tariff costs."""

    document = DocumentField(help_text=_TARIFF)
    market = MarketBody(
        required=False,
        allow_null=True,
        help_text="The document's one price of energy is then what partners see.",
    )
    preauthorise_minor = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=2**31 - 1, help_text=_HOLD
    )


def follows_in(body: dict[str, Any]) -> Follows | None:
    """What the body of a draft says of a market."""
    told = dict(body.get("market") or {})
    return Follows(told.pop("series"), told) if told else None


class TariffBody(DraftBody):
    """A tariff with its first draft."""

    name = Text(max_length=120)
    organisation = OrganisationField()


class PublishBody(Body):
    """From when on a version is in force."""

    valid_from = serializers.DateTimeField(required=False, help_text="Left out: at once.")
    digest = Text(
        required=False, max_length=64, help_text="Of the draft that was looked at; 409 if it changed since."
    )


class AssignmentBody(Body):
    """Where and for whom a tariff holds."""

    tariff = PublicIdField(tariff_families_for, "tariff")
    audience = serializers.ChoiceField(AssignedTo.choices, default=AssignedTo.PUBLIC)
    group = PublicIdField(id_tag_groups_for, "group of ID tags", required=False)
    scope = serializers.ChoiceField(AssignedAt.choices, default=AssignedAt.ORGANISATION)
    site = PublicIdField(sites_for, "site", required=False)
    station = PublicIdField(stations_for, "station", required=False, help_text="Public id or identity.")
    evse_no = serializers.IntegerField(required=False, min_value=1, max_value=32_767)
    priority = serializers.IntegerField(default=0, min_value=-1000, max_value=1000)
    valid_from = serializers.DateTimeField(required=False, help_text="Left out: at once.")
    valid_to = serializers.DateTimeField(required=False, help_text="Left out: until it is ended.")


class EndBody(Body):
    """When an assignment ends."""

    at = serializers.DateTimeField(required=False, help_text="Left out: now.")


class PreviewBody(Body):
    """A tariff to look at; nothing is stored."""

    document = DocumentField(help_text=_TARIFF)
    market = MarketBody(required=False, allow_null=True)
    tariff = PublicIdField(
        tariff_families_for, "tariff", required=False, help_text="Look at it where this tariff is assigned."
    )
    begins_at = serializers.DateTimeField(required=False, help_text="When the examples begin; left out: now.")
    time_zone = Text(required=False, max_length=60, help_text="IANA name of the place; left out: UTC.")


class TariffFindingSerializer(serializers.Serializer[Any]):
    """Something odd; an `error` keeps the tariff from being published."""

    code = serializers.CharField()
    level = serializers.ChoiceField([level.value for level in Level])
    place = serializers.CharField(help_text="E.g. `elements[1].price_components[0].vat`.")
    sentence = serializers.CharField()


class TariffExampleSerializer(serializers.Serializer[Any]):
    """What a usual session costs."""

    energy_wh = serializers.IntegerField(source="case.energy_wh")
    power_w = serializers.IntegerField(source="case.power_w")
    charging_minutes = serializers.IntegerField(source="case.charging_minutes")
    idle_minutes = serializers.IntegerField(source="case.idle_minutes")
    gross_minor = serializers.IntegerField(source="rating.bill.gross_minor")
    currency = serializers.CharField(source="rating.bill.currency")


class TariffPreviewSerializer(serializers.Serializer[Any]):
    """A look at a tariff."""

    price = serializers.CharField()
    findings = TariffFindingSerializer(many=True)
    examples = TariffExampleSerializer(many=True)


class TariffDifferenceSerializer(serializers.Serializer[Any]):
    """What a version changes; an empty text is nothing."""

    what = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ChoiceBody(Body):
    """A place, a person and a moment."""

    station = PublicIdField(stations_for, "station", help_text="Public id or identity.")
    evse_no = serializers.IntegerField(min_value=1, max_value=32_767)
    id_tag = PublicIdField(id_tags_for, "ID tag", required=False, help_text="Left out: a guest.")
    group = PublicIdField(
        id_tag_groups_for, "group of ID tags", required=False, help_text="Instead of a tag: anybody of it."
    )
    at = serializers.DateTimeField(required=False, help_text="Left out: now.")


class VerdictSerializer(serializers.Serializer[Any]):
    """An assignment and why it was not chosen."""

    assignment = public_id(source="assignment")
    tariff = serializers.CharField(source="assignment.family.public_id")
    chosen = serializers.BooleanField(source="is_chosen")
    reason = serializers.CharField(allow_blank=True)


class TariffChoiceSerializer(serializers.Serializer[Any]):
    """The tariff that applies."""

    version = public_id(source="choice.version", allow_null=True)
    assignment = public_id(source="choice.assignment", allow_null=True)
    sentence = serializers.CharField()
    considered = VerdictSerializer(source="verdicts", many=True)
