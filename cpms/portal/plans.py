"""What a driver says of his car: when he leaves, how much he needs; and what was understood of it."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from chargers.models import Transaction
from cpms.core import clock
from cpms.core.actors import Actor
from smartcharging.engine.fill import Why
from smartcharging.inputs.choices import NeedSource
from smartcharging.inputs.needs.resolving import Wanted, next_at
from smartcharging.inputs.needs.saying import need_of, need_set
from smartcharging.inputs.sun.surplus import has_sun
from smartcharging.models import Grant
from smartcharging.selectors import policy_of

from .told.planned import Hours, planned_hours
from .told.visit import Shown


class NeedForm(forms.Form):
    """One of the two is enough; the time is by the clock of the site."""

    leave_at = forms.TimeField(
        label=_("I leave at"),
        required=False,
        error_messages={"invalid": _("Write the time like 07:30.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    energy_kwh = forms.IntegerField(
        label=_("Energy for this stop, in kWh"),
        required=False,
        min_value=1,
        max_value=300,
        error_messages={
            "invalid": _("Write a number, like 40."),
            "min_value": _("At least 1 kWh."),
            "max_value": _("At most 300 kWh."),
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def clean(self) -> dict[str, object]:
        """Something has to be said."""
        filled = super().clean() or {}
        if not self.errors and not filled.get("leave_at") and not filled.get("energy_kwh"):
            raise forms.ValidationError(_("Say when you leave, or how much you need."))
        return filled


@dataclass(frozen=True, slots=True)
class Understood:
    """What is reckoned with; `zone` is that of the site. Nothing was said when all others are empty.

    `hours`: when the newest plan lets the car charge.
    `has_sun`: the site has a solar meter, so that one can charge by the sun. `waits_for_sun`: it leaves too little now.
    """

    leaves_at: datetime | None
    energy_kwh: int | None
    charge_now: bool
    zone: ZoneInfo
    sun_only: bool = False
    has_sun: bool = False
    waits_for_sun: bool = False
    hours: Hours | None = None

    @property
    def is_something(self) -> bool:
        return bool(self.leaves_at or self.energy_kwh or self.charge_now or self.sun_only)


def understood(found: Shown) -> Understood | None:
    """What a running session's car is taken to need; None where nobody shares power out, so nothing is asked."""
    session = found.session
    if session is None or not session.is_open or not _is_shared(session):
        return None
    wanted = need_of(session, clock.now())
    # What is only estimated nobody told us.
    leaves_at = wanted.departs_at if wanted.is_said("departs_at") else None
    energy_wh = wanted.energy_wh if wanted.is_said("energy_wh") else None
    energy = None if energy_wh is None else round(energy_wh / 1000)
    told = leaves_at, energy, wanted.charge_now, _zone(session)
    hours = planned_hours(session) if leaves_at and not wanted.charge_now else None
    return Understood(*told, *_of_sun(session, wanted), hours)


def _of_sun(session: Transaction, wanted: Wanted) -> tuple[bool, bool, bool]:
    """Whether it takes the sun's power only, whether there is any here, and whether it waits for it now."""
    site = session.station.site
    if site is None or not has_sun(site):
        return False, False, False
    place = {"evse__station": session.station_id, "evse__number": session.evse_no}
    waits = Grant.objects.filter(**place, reason__why=Why.SUN_WAITS).exists()
    return wanted.sun_only and not wanted.charge_now, True, wanted.sun_only and waits


def say(session: Transaction, who: Actor, leave_at: time | None, energy_kwh: int | None) -> None:
    """Take over when the driver leaves and what he needs. Raises SessionOver."""
    need_set(
        session, NeedSource.DRIVER, who, charge_now=False,
        departs_at=leave_at and next_at(leave_at, clock.now(), _zone(session)),
        energy_wh=energy_kwh and energy_kwh * 1000,
    )  # fmt: skip


def charge_now(session: Transaction, who: Actor) -> None:
    """The driver does not want to wait for a better time. Raises SessionOver."""
    need_set(session, NeedSource.DRIVER, who, charge_now=True, sun_only=False)


def by_sun(session: Transaction, who: Actor, only: bool) -> None:
    """The driver wants the sun's power only, or not any more. Raises SessionOver."""
    need_set(session, NeedSource.DRIVER, who, charge_now=False, sun_only=only)


def _zone(session: Transaction) -> ZoneInfo:
    site = session.station.site
    return ZoneInfo(site.time_zone if site else "UTC")


def _is_shared(session: Transaction) -> bool:
    site = session.station.site
    return bool(site and policy_of(site).managed)
