"""From a document of evidence and a tariff to a price: no database, no clock, the same text gives the same bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from billing.books.lines import Amount
from billing.choices import Doubt
from billing.pricing.after_tariff import Terms
from billing.pricing.breakdown import rating_json
from billing.pricing.document import At
from billing.pricing.exact import Rational, loads, ratio
from billing.pricing.market import Formula
from billing.pricing.meter import CleanMeter, EnergyPoint, Source, clean
from billing.pricing.meter.document import session_of
from billing.pricing.rating import Rating, rate
from billing.pricing.rounding import half_up
from billing.pricing.tariff import Tariff
from billing.pricing.tariff_reader import read_tariff
from billing.pricing.timeline import Reading, Session, State, StateChange
from billing.pricing.usage import usage_of

from .agreed import terms_with
from .following import followed
from .payable import payable

# A fixed price is due without energy only when the car blocked the place for so long.
TERMS: Final = Terms(flat_without_energy_after_s=300)
# More than this is no standby: the vehicle charges, whatever the status says.
CHARGING_ABOVE_W: Final = 100
_SHORTEST_S: Final = 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the evidence comes to: the session to rate, what was odd, and why a person should look."""

    session: Session
    energy_wh: int
    flags: tuple[str, ...]
    doubts: tuple[dict[str, str], ...]

    @property
    def ended_at(self) -> datetime:
        """Until when it is priced."""
        return _EPOCH + timedelta(microseconds=half_up(self.session.end * 1_000_000))


@dataclass(frozen=True, slots=True)
class Price:
    """A rating with what is posted of it."""

    rating: Rating
    result: str
    amount: Amount
    doubts: tuple[dict[str, str], ...]

    @property
    def as_json(self) -> dict[str, Any]:
        """The amount as `SessionCharge` keeps it."""
        return {"parts": [asdict(part) for part in self.amount.parts]}


def tariff_of(body: str) -> Tariff:
    """The tariff of a version's body."""
    return read_tariff(loads(body))


def measured(facts: str) -> Measured:
    """The usage of a session. Raises `Refused` with the place of what cannot be read."""
    at = At(loads(facts)).object()
    start = at.need("start").instant()
    meter = _meter(at)
    end = start if meter.ended_at is None else max(start, meter.ended_at)
    doubts = _doubts_of(meter, at)
    # What lasted no time still has its energy, and needs a span to be priced in.
    curve = (
        meter.curve
        if end > start
        else (EnergyPoint(start, 0), EnergyPoint(start + _SHORTEST_S, meter.billable_wh))
    )
    end = max(end, start + _SHORTEST_S)
    readings = tuple(Reading(point.at, point.energy_wh) for point in curve)
    session = Session(start, end, readings, _states(at, curve))
    return Measured(session, half_up(meter.billable_wh), tuple(meter.flags), tuple(doubts))


def priced(facts: str, usage: Measured, tariff: Tariff, formula: Formula | None = None) -> Price:
    """The price of a usage, by the market that the facts tell where there is a formula. Raises `Refused`."""
    at = At(loads(facts)).object()
    session = usage.session
    prices = followed(at, tariff, formula, session)
    terms = terms_with(TERMS, at, tariff.currency)
    rating = rate(usage_of(session, prices.series, at.need("zone").text(), prices.notes), terms)
    doubts = [_doubt(Doubt.NEGATIVE)] if rating.bill.gross_minor < 0 else []
    return Price(rating, rating_json(rating), payable(rating.bill, at.need("country").text()), tuple(doubts))


def _meter(at: At) -> CleanMeter:
    """The clean meter; nothing at all where a person decided that no energy counts."""
    cleaned = clean(session_of(at.need("meter").value, at.need("now").instant()))
    if not at.value["set_aside"]:
        return cleaned
    return replace(cleaned, billable_wh=0, flags=(), hold=False, source=Source.NONE, curve=())


def _doubts_of(meter: CleanMeter, at: At) -> Iterator[dict[str, str]]:
    if meter.hold:
        yield _doubt(Doubt.METER, ", ".join(meter.flags))
    if at.value["doubts"]:
        yield _doubt(Doubt.TIMES)
    if "signature" in at.value:
        yield _doubt(Doubt.SIGNATURE, "; ".join(at.value["signature"]))


def _doubt(code: Doubt, detail: str = "") -> dict[str, str]:
    return {"code": code.value, "detail": detail}


def _states(at: At, curve: Sequence[EnergyPoint]) -> tuple[StateChange, ...]:
    told = [
        StateChange(one.need("t").instant(), State(one.need("state").text()))
        for one in at.need("states").items()
    ]
    return tuple(
        sorted({change.at: change for change in [*told, *_corrections(told, curve)]}.values(), key=_at)
    )


def _at(change: StateChange) -> Rational:
    return change.at


def _corrections(told: Sequence[StateChange], curve: Sequence[EnergyPoint]) -> Iterator[StateChange]:
    """Where energy flowed through a whole interval that was told as a pause, the meter is right."""
    if not told:
        return
    spoken = Session(told[0].at, told[-1].at, (), tuple(told))
    changes = [change.at for change in told]
    for before, after in pairwise(curve):
        state = spoken.state_at(before.at)
        is_whole = not any(before.at < at < after.at for at in changes)
        if is_whole and state is not State.CHARGING and _power_w(before, after) > CHARGING_ABOVE_W:
            yield StateChange(before.at, State.CHARGING)
            if after.at not in changes:
                yield StateChange(after.at, state)


def _power_w(before: EnergyPoint, after: EnergyPoint) -> Rational:
    return ratio((after.energy_wh - before.energy_wh) * 3600, after.at - before.at)
