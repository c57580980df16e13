"""The idle fee on the live page, in words, before it begins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import Rating
from billing.services.ratings.idle import IdleFee, idle_fee
from cpms.core import clock


@dataclass(frozen=True, slots=True)
class Warned:
    """A sentence, and the tone it is shown in."""

    tone: str
    text: str


def warning(rating: Rating | None, zone: ZoneInfo) -> Warned | None:
    """What to say of idle fees while a session runs; nothing where there will be none within a day."""
    now = clock.now()
    fee = idle_fee(rating, now) if rating else None
    if fee is None:
        return None
    if fee.runs and fee.is_idle:
        return Warned("fault", _("The idle fee runs: %s per minute until you unplug.") % fee.per_minute)
    if fee.runs:
        text = _("When the car stops charging, staying plugged in costs %s per minute.")
        return Warned("waiting", text % fee.per_minute)
    return Warned("waiting", _later(fee, now, zone))


def _later(fee: IdleFee, now: datetime, zone: ZoneInfo) -> str:
    told = {
        "at": time_format(fee.at.astimezone(zone), "H:i"),
        "left": _left(fee.at - now),
        "price": fee.per_minute,
    }
    if fee.is_idle:
        return _("The idle fee begins at %(at)s, in %(left)s: %(price)s per minute. Unplug before.") % told
    text = _("From %(at)s on, in %(left)s, staying plugged in without charging costs %(price)s per minute.")
    return text % told


def _left(left: timedelta) -> str:
    """Rounded down: who relies on it is never late."""
    hours, minutes = divmod(max(0, int(left.total_seconds() // 60)), 60)
    if not hours:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
