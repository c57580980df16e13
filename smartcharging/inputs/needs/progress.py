"""How far charging is, measured by what somebody said the car needs."""

from dataclasses import dataclass
from datetime import datetime

from chargers.models import MeterValue, Transaction
from chargers.selectors.transactions import latest_readings

from .estimating import delivered_wh
from .saying import needs_said


@dataclass(frozen=True, slots=True)
class Progress:
    """Energies in Wh since the start of the session: what was asked for, and what came so far."""

    asked_wh: int
    had_wh: int

    @property
    def left_wh(self) -> int:
        """What is still to come; a car that takes more than was asked for has nothing left."""
        return max(0, self.asked_wh - self.had_wh)


def progress_of(session: Transaction, had_wh: int | None, now: datetime) -> Progress | None:
    """How far an open session is with `had_wh`; None where nobody said what is needed: estimates are no promise."""
    if not session.is_open:
        return None
    asked_wh = needs_said([session], now)[session.pk].energy_wh
    return None if asked_wh is None else Progress(asked_wh, had_wh or 0)


def progress_by_meter(session: Transaction, now: datetime) -> Progress | None:
    """The same with what the newest reading says."""
    reading = latest_readings([session]).get(session.pk)
    return progress_of(session, int(delivered_wh(reading, session)), now)


def battery_percent(session: Transaction) -> float | None:
    """The state of charge that the car of an open session told last; None where it tells none."""
    told = MeterValue.objects.filter(transaction=session, soc_percent__isnull=False)
    newest = told.order_by("-taken_at", "-id").values_list("soc_percent", flat=True)
    return newest.first() if session.is_open else None
