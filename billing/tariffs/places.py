"""A place in a tariff document in words: `elements[1].price_components[0].vat` is "Energy (Mon–Fri)"."""

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from billing.pricing.tariff import Dimension, Tariff

from .conditions import condition

_ELEMENT: Final = re.compile(r"elements\[(\d+)\](?:\.price_components\[(\d+)\])?")
_FIELDS: Final = {
    "currency": gettext_noop("Currency"),
    "min_price": gettext_noop("Least price"),
    "max_price": gettext_noop("Greatest price"),
    "tariff_alt_text": gettext_noop("Texts for drivers"),
    "elements": gettext_noop("Prices"),
}


def place_in_words(tariff: Tariff, place: str) -> str:
    """Which price a finding is about, for people who never see the document."""
    found = _ELEMENT.match(place)
    if found is None:
        return _(_FIELDS.get(place.partition(".")[0], place))
    element = tariff.elements[int(found[1])]
    component = element.components[int(found[2])] if found[2] else None
    name = kind_words(component.dimension) if component else _("All prices")
    when = condition(element.restrictions)
    told = f"{name} ({when})" if when else name
    return _("Tax of {price}").format(price=told) if place.endswith(".vat") else told


def kind_words(dimension: Dimension) -> str:
    """What a price is for."""
    return {
        Dimension.ENERGY: _("Energy"),
        Dimension.TIME: _("Charging time"),
        Dimension.FLAT: _("Start fee"),
        Dimension.PARKING_TIME: _("Idle time"),
    }[dimension]
