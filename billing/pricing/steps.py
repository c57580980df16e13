"""Step sizes (OCPI 2.2.1 §11.2.2): what is billed is a whole number of the last price's steps.

ENERGY is rounded up once, TIME and PARKING_TIME once together: if any parking time has a price, only
parking is rounded. Reservation time is rounded on its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .exact import Rational, ratio
from .lines import Charge, Kind, amount_of
from .period import Period
from .rounding import ceiling
from .tariff import METERED, Dimension


@dataclass(frozen=True, slots=True)
class Billed:
    """The priced quantity of a dimension over the whole session, in Wh or s, and what is billed for it."""

    dimension: Dimension
    measured: Rational
    step_size: int
    billed: Rational


def billed_quantities(
    charges: Sequence[Charge], periods: Sequence[Period]
) -> Iterator[tuple[Billed, Charge]]:
    """Each metered dimension that has a price, with the charge for its surplus (0 where nothing is rounded)."""
    parking_has_price = any(charge.dimension is Dimension.PARKING_TIME for charge in charges)
    for dimension in METERED:
        own = [charge for charge in charges if charge.dimension is dimension]
        if own:
            stays_exact = dimension is Dimension.TIME and parking_has_price
            billed = _billed(dimension, own, periods, stays_exact)
            yield billed, _surplus(own[-1], billed.billed - billed.measured)


def _billed(
    dimension: Dimension, charges: list[Charge], periods: Sequence[Period], stays_exact: bool
) -> Billed:
    measured = sum((charge.quantity for charge in charges), start=0)
    step = 0 if stays_exact else charges[-1].source.price.step_size
    if step == 0:
        return Billed(dimension, measured, step, measured)
    excess = sum((periods[charge.period].excess.get(dimension, 0) for charge in charges), start=0)
    billed = ceiling(ratio(measured - excess, step)) * step
    return Billed(dimension, measured, step, max(measured, billed))


def _surplus(last: Charge, quantity: Rational) -> Charge:
    amount = amount_of(last.source.price, quantity)
    return replace(last, kind=Kind.STEP_SIZE, quantity=quantity, amount=amount)
