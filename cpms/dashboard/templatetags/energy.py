"""Amperes, kilowatts and charging profiles for people."""

from typing import Any

from django import template

from chargers.domain import ProfilePurpose
from smartcharging.balancing.failsafe import Sum
from smartcharging.picture import Picture, words

from .. import formats

register = template.Library()

_PURPOSES = {
    ProfilePurpose.STATION_MAX: "the whole charger",
    ProfilePurpose.TX_DEFAULT: "any car (safe limit)",
    ProfilePurpose.TX: "the car that charges",
}


@register.filter
def amount(value: float | None, unit: str) -> str:
    """A current or power with its unit; a dash for none."""
    return formats.DASH if value is None else words.amount(value, unit)


@register.filter
def unlocalized(value: float) -> str:
    """A number as attributes of pictures have it, whatever the language."""
    return f"{value:g}"


@register.filter
def line_name(line: int) -> str:
    """0 is L1."""
    return words.LINES[line]


@register.filter
def place_in(row: Sum, picture: Picture) -> str:
    """The circuit and line of a limit."""
    name = names(picture.root)[row.circuit]
    return name if row.line is None else f"{name} {words.LINES[row.line]}"


def names(branch: Any) -> dict[str, str]:
    """The circuits below and at a branch by their ids."""
    found = {branch.circuit.public_id: branch.circuit.name}
    for below in branch.branches:
        found |= names(below)
    return found


@register.filter
def purpose_words(purpose: str) -> str:
    """Whom a profile limits."""
    return _PURPOSES.get(ProfilePurpose(purpose), purpose)


@register.filter
def limits_words(body: dict[str, Any]) -> str:
    """The limits of a profile in turn: "16 A, then 6 A"."""
    unit = body.get("unit", "A")
    limits = [words.amount(float(limit), unit) for _, limit, _ in body.get("steps", ())]
    return ", then ".join(limits) or formats.DASH
