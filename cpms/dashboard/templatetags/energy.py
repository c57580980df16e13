"""Amperes, kilowatts and charging profiles for people."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chargers.domain import ProfilePurpose
from smartcharging.engine.failsafe import ProofLine
from smartcharging.picture import Picture, Slot, words

from .. import formats
from .ui import day_and_clock

register = template.Library()

_PURPOSES = {
    ProfilePurpose.STATION_MAX: "the whole charger",
    ProfilePurpose.TX_DEFAULT: "any car (safe limit)",
    ProfilePurpose.TX: "the car that charges",
    ProfilePurpose.EXTERNAL: "the whole charger, from outside",
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
def axis_label(value: float, digits: int = -1) -> str:
    """A round value at an axis: "20", "0.5"; with so many digits where they are given."""
    return f"{value:g}" if digits < 0 else f"{value:.{digits}f}"


@register.filter
def slot_words(slot: Slot, currency: str = "") -> str:
    """What a slot of a plan holds, in a line."""
    begin, end = timezone.localtime(slot.begins_at), timezone.localtime(slot.ends_at)
    told = [f"{begin:%a %H:%M} to {end:%H:%M}", f"cars {words.amount(slot.cars_w, 'W')}"]
    for name, watts in (("building", slot.building_w), ("sun", slot.sun_w), ("limit", slot.limit_w)):
        told += [] if watts is None else [f"{name} {words.amount(watts, 'W')}"]
    told += [] if slot.price is None else [f"{slot.price:g} {currency} per kWh"]
    return ", ".join(told)


@register.filter
def line_name(line: int) -> str:
    """0 is L1."""
    return words.LINES[line]


@register.filter
def by_time(moment: datetime) -> SafeString:
    """`18:40`, with its day where that is not today."""
    local = timezone.localtime(moment)
    if local.date() != timezone.localtime().date():
        return day_and_clock(moment)
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), f"{local:%H:%M}")


@register.filter
def lines_words(limits: list[float]) -> str:
    """The limits of three lines: "63 A on each line", or one by one."""
    if len(set(limits)) == 1:
        return f"{words.amount(limits[0], 'A')} on each line"
    told = (f"{name} {words.amount(limit, 'A')}" for name, limit in zip(words.LINES, limits, strict=True))
    return ", ".join(told)


@register.filter
def place_in(row: ProofLine, picture: Picture) -> str:
    """The circuit and line of a limit."""
    name = picture.names[row.circuit]
    return name if row.line is None else f"{name} {words.LINES[row.line]}"


@register.filter
def out_of(row: ProofLine) -> str:
    """ "118 of 160 A"."""
    return f"{words.amount(row.total, row.unit).partition(' ')[0]} of {words.amount(row.limit, row.unit)}"


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


@register.filter
def drift_words(drift: dict[str, Any]) -> str:
    """What a charger holds in place of what is wanted: "reported: 16 A, wanted 10 A"."""
    unit, reported = drift["unit"], drift["reported"]
    held = "nothing" if reported is None else words.amount(float(reported), unit)
    return f"reported: {held}, wanted {words.amount(float(drift['wanted']), unit)}"


@register.filter
def check_words(result: dict[str, Any]) -> str:
    """Where a charger's own schedule first differs: "32 A, wanted 40 A"."""
    first, unit = result["differences"][0], result.get("unit", "A")
    return f"{words.amount(float(first['theirs']), unit)}, wanted {words.amount(float(first['ours']), unit)}"
