"""The words of a price that do not depend on its figures, in the active language."""

from typing import Final

from django.utils.translation import gettext_lazy as _

_TITLES: Final = {
    "ENERGY": _("Energy"), "TIME": _("Charging time"), "PARKING_TIME": _("Idle time"), "FLAT": _("Per session"),
    "RESERVATION_TIME": _("Reservation"), "mark_up": _("Mark-up"), "entitlement": _("Included units"),
    "discount": _("Discount"), "voucher": _("Voucher"), "min_price": _("Lowest price"),
    "max_price": _("Highest price"), "tax": _("Tax"),
}  # fmt: skip
_MINUTES: Final = {
    "TIME": _("%(minutes)s min of charging"),
    "PARKING_TIME": _("%(minutes)s min plugged in without charging"),
    "RESERVATION_TIME": _("%(minutes)s min reserved"),
}
_FLAGS: Final = {
    "above_maximum": _(
        "more energy than the connector can deliver was told; only what it can deliver is charged"
    ),
    "clock_error": _("the station's clock was wrong for some readings"),
    "conflicting_duplicate": _("two values came for one instant; the first counts"),
    "dip": _("a reading fell and came back; it does not count"),
    "duplicate": _("a reading came twice; it counts once"),
    "duration_unknown": _("how long the session lasted is not known"),
    "estimated": _("the energy is worked out from power, because no meter counted it"),
    "implausible_jump": _("the meter jumped further than the connector can deliver"),
    "missing_start": _("the meter's value at the start is not known"),
    "missing_stop": _("the meter's value at the end is not known; the last reading counts"),
    "negative": _("the meter ended below its start"),
    "out_of_order": _("readings came out of order"),
    "reading_after_stop": _("readings after the end do not count"),
    "register_reset": _("the meter began again from a lower value"),
    "rollover": _("the meter ran over its last digit"),
    "stop_before_last_reading": _("the end is below a reading before it"),
    "unit_converted": _("readings were in kWh"),
    "unreadable_value": _("a value could not be read"),
    "zero_energy": _("no energy flowed"),
}
# Others name a field, a power or a zone, and are for operators: they stay as the engine says them.
_NOTES: Final = {
    "period_spans_price_change": _("the price changes inside the period, which is priced at its start"),
    "tariff_outside_validity": _("the tariff was not valid when the session began"),
    "limits_of_first_tariff": _("the price limits are those of the tariff at the start"),
    "negative_total": _("the prices make this a credit"),
    "state_unknown": _("no state is known, all time counts as charging"),
    "market_price_missing": _("the market has no price for a while: the tariff's own one holds then"),
    "unknown_power": _("the power is not known and counts as fitting"),
    "unknown_current": _("the current is not known and counts as fitting"),
}


def title(kind: str) -> str:
    """Of a dimension of the tariff, or of a line of the breakdown."""
    return str(_TITLES[kind])


def minutes(dimension: str) -> str:
    """With a place for the figure: `%(minutes)s min of charging`."""
    return str(_MINUTES[dimension])


def flag(code: str) -> str:
    """What was odd about the meter; an unknown code stands for itself."""
    return str(_FLAGS.get(code, code))


def note(code: str, text: str) -> str:
    """A note of the engine; its own text where it is not one of those that every driver may get."""
    return str(_NOTES.get(code, text))
