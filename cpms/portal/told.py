"""What a visit's page tells: figures as text, the price line by line."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.choices import PaymentState
from billing.pricing.exact import ratio
from billing.services.ratings import words
from billing.services.ratings.words import Line
from billing.tariffs.numbers import money_text, number_text
from cpms.core import clock

from .visits import Visit

_CURVE_WIDTH, _CURVE_HEIGHT = 280, 48


@dataclass(frozen=True, slots=True)
class Told:
    """Texts; empty where there is nothing to say. Times are those of the site."""

    power: str
    energy: str
    cost: str
    lasted: str
    curve: str
    held: str
    paid: str
    free_again: bool
    lines: list[Line]
    notes: list[str]
    started_at: datetime | None
    ended_at: datetime | None
    zone: ZoneInfo


def visit(found: Visit) -> Told:
    """Everything a page of this visit may say."""
    session, rating, payment = found.session, found.rating, found.payment
    priced = rating if rating and rating.gross_minor is not None else None
    return Told(
        power=_power(found),
        energy=_energy(found),
        cost=money_text(priced.gross_minor or 0, priced.currency) if priced else "",
        lasted=_lasted(found),
        curve=_curve(found),
        held=money_text(payment.requested_minor, payment.currency),
        paid=money_text(payment.captured_minor, payment.currency) if payment.captured_minor else "",
        free_again=payment.state in (PaymentState.CANCELLED, PaymentState.FAILED, PaymentState.EXPIRED),
        lines=words.lines(rating) if rating else [],
        notes=words.notes(rating) if rating else [],
        started_at=session.started_at if session else None,
        ended_at=session.ended_at if session else None,
        zone=_zone(found),
    )


def _zone(found: Visit) -> ZoneInfo:
    station = found.payment.station
    return ZoneInfo(station.site.time_zone if station and station.site else "UTC")


def _power(found: Visit) -> str:
    newest = next((one.power_w for one in found.readings if one.power_w is not None), None)
    if found.session is None or not found.session.is_open or newest is None:
        return ""
    return f"{number_text(ratio(round(newest / 100), 10), 1)} kW"


def _energy(found: Visit) -> str:
    """Of the price, so that both always agree; before there is one, what the station said."""
    if found.rating is not None and found.rating.energy_wh is not None:
        energy_wh = found.rating.energy_wh
    elif found.session is not None and found.session.energy_wh is not None:
        energy_wh = found.session.energy_wh
    else:
        return ""
    return f"{number_text(ratio(round(energy_wh / 10), 100), 2)} kWh"


def _lasted(found: Visit) -> str:
    if found.session is None:
        return ""
    seconds = ((found.session.ended_at or clock.now()) - found.session.started_at).total_seconds()
    hours, minutes = divmod(max(0, int(seconds // 60)), 60)
    if not hours:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def _curve(found: Visit) -> str:
    """The power of the newest readings as the points of an SVG line, oldest first; empty below three readings."""
    values = [one.power_w for one in reversed(found.readings) if one.power_w is not None]
    if len(values) < 3:
        return ""
    top, step = max([*values, 1]), _CURVE_WIDTH / (len(values) - 1)
    heights = (_CURVE_HEIGHT - 2 - (_CURVE_HEIGHT - 4) * max(0, value) / top for value in values)
    return " ".join(f"{n * step:.1f},{y:.1f}" for n, y in enumerate(heights))
