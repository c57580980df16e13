"""What a need looks like, in and out."""

from rest_framework import serializers

from smartcharging.engine.estimate import Source
from smartcharging.inputs.choices import NeedClass, NeedSource
from smartcharging.inputs.needs.resolving import Basis, Wanted
from smartcharging.models.need import MOST_WH

PRIORITY = "Who comes first when there is not enough for all."


SUN = (
    "Takes what the sun leaves beside the building, and from the grid only what is missing at a departure that was "
    "said. Needs a solar meter at the site."
)


ENERGY = "Wh from the start of the session."


def energy_field(text: str = ENERGY) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1, max_value=MOST_WH, required=False, allow_null=True, help_text=text
    )


def priority_field() -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=NeedClass.choices, required=False, allow_blank=True, help_text=PRIORITY
    )


class BasisSerializer(serializers.Serializer[Basis]):
    """What an estimate stands on."""

    visits = serializers.IntegerField(help_text="So many earlier sessions.")
    of = serializers.ChoiceField(
        choices=[str(one) for one in Source if one is not Source.NOTHING],
        help_text="Whose they were: of the ID tag at about this hour, of the ID tag, of the site.",
    )


class NeedSerializer(serializers.Serializer[Wanted]):
    """What a car is taken to need: of each figure the word of the most trusted source."""

    energy_wh = serializers.IntegerField(allow_null=True, help_text=ENERGY)
    departs_at = serializers.DateTimeField(allow_null=True)
    soon_wh = serializers.IntegerField(allow_null=True, help_text="So much of it as fast as possible.")
    priority = serializers.ChoiceField(choices=NeedClass.choices)
    charge_now = serializers.BooleanField(help_text="Not to be shifted to a better time.")
    sun_only = serializers.BooleanField(help_text=SUN)
    sources = serializers.DictField(
        child=serializers.ChoiceField(choices=NeedSource.choices), help_text="Whose word each figure is."
    )
    confidence = serializers.FloatField(help_text="0 (nothing is known) to 1.")
    bases = serializers.DictField(
        child=BasisSerializer(), help_text="Of each figure that is an estimate, what it stands on."
    )
