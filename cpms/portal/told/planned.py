"""When a driver's car is planned to charge, and what charging at once would cost instead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from billing.models import PriceAgreement, Rating
from billing.services.ratings.quotes import Course, Refused, quote_course
from billing.tariffs.numbers import money_text
from chargers.models import Evse, Transaction
from cpms.core import clock
from smartcharging.choices import PlanState
from smartcharging.models import SitePlan
from smartcharging.selectors import plan_of

# Older plans are not kept to either.
_FRESH: Final = timedelta(minutes=15)
_FLOWS_W: Final = 1.0


@dataclass(frozen=True, slots=True)
class Hours:
    """Slots in which a car is planned to charge from now on: begin, end and W of each."""

    slots: tuple[tuple[datetime, datetime, float], ...]
    leaves_at: datetime

    @property
    def begins_at(self) -> datetime:
        """The first moment with current."""
        return self.slots[0][0]

    @property
    def ends_at(self) -> datetime:
        """The last one."""
        return self.slots[-1][1]

    @property
    def waits(self) -> bool:
        """Whether it does not charge right now."""
        return self.begins_at > clock.now()


@dataclass(frozen=True, slots=True)
class Difference:
    """What charging at once costs more (or less) than the plan: `minor` in minor units of the currency."""

    minor: int
    currency: str

    @property
    def amount(self) -> str:
        """Without its sign: `0.42 EUR`."""
        return money_text(abs(self.minor), self.currency)


def planned_hours(session: Transaction) -> Hours | None:
    """What the newest plan has for a session; None where it knows nothing of it, or gives it nothing more."""
    plan = plan_of(session.station.site) if session.station.site else None
    evse = Evse.objects.filter(station=session.station_id, number=session.evse_no or 0).first()
    if plan is None or evse is None or not _holds(plan, evse.public_id, session):
        return None
    now = clock.now()
    edges = [plan.starts_at + timedelta(seconds=second) for second in plan.slots_s]
    slots = tuple(
        (max(begin, now), end, watts)
        for (begin, end), watts in zip(pairwise(edges), plan.powers_w[evse.public_id], strict=True)
        if end > now and watts > _FLOWS_W
    )
    if not slots:
        return None
    departs = plan.inputs.get("needs", {}).get(evse.public_id, {}).get("departs_at")
    leaves_at = datetime.fromisoformat(departs) if departs else slots[-1][1]
    return Hours(slots, max(leaves_at, slots[-1][1]))


def _holds(plan: SitePlan, evse: str, session: Transaction) -> bool:
    is_its = plan.inputs.get("transactions", {}).get(evse) == session.public_id
    is_fresh = plan.made_at > clock.now() - _FRESH and plan.state == PlanState.OPTIMAL
    return is_its and is_fresh and evse in plan.powers_w


def difference(session: Transaction, hours: Hours) -> Difference | None:
    """What the rest of its energy costs at once, less what it costs as planned; None where nothing is priced.

    At once means at the highest power that is planned for it.
    """
    agreement = (
        PriceAgreement.objects.filter(transaction=session).select_related("version", "account").first()
    )
    if agreement is None or agreement.version is None:
        return None
    try:
        planned, at_once = (_priced(session, agreement, course) for course in _courses(hours))
    except Refused:
        return None
    if planned.gross_minor is None or at_once.gross_minor is None:
        return None
    return Difference(at_once.gross_minor - planned.gross_minor, planned.currency)


def _priced(session: Transaction, agreement: PriceAgreement, course: Course) -> Rating:
    return quote_course(agreement, session.station, course)


def _courses(hours: Hours) -> tuple[Course, Course]:
    """As planned, and at once; both stay until the car leaves."""
    now, total, reached = clock.now(), 0.0, []
    for begin, end, watts in hours.slots:
        reached.append((begin, round(total)))
        total += watts * (end - begin).total_seconds() / 3600
        reached.append((end, round(total)))
    highest_w = max(watts for _, _, watts in hours.slots)
    done = min(now + timedelta(hours=total / highest_w), hours.leaves_at)
    at_once = Course(now, ((done, round(total)),), hours.leaves_at)
    return Course(now, tuple(reached), hours.leaves_at), at_once
