"""What comes after the tariff, in this order: mark-ups, entitlements, discounts, vouchers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .errors import Refused
from .exact import Rational, ratio
from .lines import PRICE_UNIT, Adjustment, Charge, Kind, Line, Tax
from .tariff import Dimension, TaxIncluded


@dataclass(frozen=True, slots=True)
class MarkUp:
    """`percent` of every charge, taxed as the charge, and `per_session`, taxed by `vat` percent on top."""

    reason: str
    percent: Rational = 0
    per_session: Rational = 0
    vat: Rational | None = None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Free units (Wh, s or sessions) of a dimension; the first units of the session are the free ones."""

    reason: str
    dimension: Dimension
    quantity: Rational


@dataclass(frozen=True, slots=True)
class Discount:
    """`percent` (0 to 100) off what is left of the given dimensions, or of everything."""

    reason: str
    percent: Rational
    dimensions: frozenset[Dimension] | None = None


@dataclass(frozen=True, slots=True)
class Rebate:
    """`per_unit` of a price unit (kWh, hour) off every unit that an entitlement has left to pay, never below zero.

    In the currency's main unit and in the sense of the tariff's prices: with tax where they have it inside.
    """

    reason: str
    per_unit: Rational
    dimension: Dimension = Dimension.ENERGY


@dataclass(frozen=True, slots=True)
class Voucher:
    """`amount` in the currency's main unit.

    A price reduction comes off before tax, in the sense of the tariff's prices. A payment leaves the price
    as it is and comes off what is due.
    """

    reason: str
    amount: Rational
    is_payment: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed beside the tariff.

    `flat_without_energy_after_s`: where no energy flowed, FLAT is due only if the session was longer; None:
    always due.
    """

    mark_ups: tuple[MarkUp, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    discounts: tuple[Discount | Rebate, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    flat_without_energy_after_s: Rational | None = None

    def __post_init__(self) -> None:
        for index, discount in enumerate(self.discounts):
            _check_discount(index, discount)
        for index, entitlement in enumerate(self.entitlements):
            if entitlement.quantity < 0:
                raise Refused(f"entitlements[{index}].quantity", f"{entitlement.quantity} is below zero")
        for index, voucher in enumerate(self.vouchers):
            if voucher.amount < 0:
                raise Refused(f"vouchers[{index}].amount", f"{voucher.amount} is below zero")


def _check_discount(index: int, discount: Discount | Rebate) -> None:
    if isinstance(discount, Rebate):
        if discount.per_unit < 0:
            raise Refused(f"discounts[{index}].per_unit", f"{discount.per_unit} is below zero")
    elif not 0 <= discount.percent <= 100:
        raise Refused(f"discounts[{index}].percent", f"{discount.percent} is not between 0 and 100")


NO_TERMS = Terms()


def adjustments(charges: Sequence[Charge], terms: Terms) -> list[Adjustment]:
    """The lines that the terms add, in order."""
    lines = [line for mark_up in terms.mark_ups for line in _mark_up(charges, mark_up)]
    free: dict[int, Rational] = {}
    for entitlement in terms.entitlements:
        lines += _entitled(charges, _percent(terms), entitlement, free)
    for discount in terms.discounts:
        if isinstance(discount, Rebate):
            lines += _rebated(charges, [*charges, *lines], free, discount)
        else:
            lines += _discounted([*charges, *lines], discount)
    for voucher in terms.vouchers:
        if not voucher.is_payment:
            lines += _reduced([*charges, *lines], voucher)
    return lines


def _percent(terms: Terms) -> Rational:
    return sum((mark_up.percent for mark_up in terms.mark_ups), start=0)


def _mark_up(charges: Sequence[Charge], mark_up: MarkUp) -> Iterator[Adjustment]:
    for (dimension, tax), amount in _sums(charges).items():
        if mark_up.percent and amount:
            extra = ratio(amount * mark_up.percent, 100)
            yield Adjustment(Kind.MARK_UP, dimension, extra, tax, mark_up.reason)
    if mark_up.per_session:
        tax = Tax(mark_up.vat, TaxIncluded.NO)
        yield Adjustment(Kind.MARK_UP, None, mark_up.per_session, tax, mark_up.reason)


def _entitled(
    charges: Sequence[Charge], percent: Rational, entitlement: Entitlement, free: dict[int, Rational]
) -> Iterator[Adjustment]:
    """Credits the first units with their mark-up. Units that cost nothing use nothing up.

    `free` is what earlier entitlements already gave of each charge, by its index.
    """
    left = entitlement.quantity
    for index, charge in sorted(enumerate(charges), key=lambda item: item[1].period):
        if charge.dimension is entitlement.dimension and charge.amount > 0:
            used = min(left, charge.quantity - free.get(index, 0))
            if used > 0:
                left -= used
                free[index] = free.get(index, 0) + used
                full = charge.amount + ratio(charge.amount * percent, 100)
                credit = -ratio(full * used, charge.quantity)
                yield Adjustment(
                    Kind.ENTITLEMENT, charge.dimension, credit, charge.tax, entitlement.reason, used
                )


def _rebated(
    charges: Sequence[Charge], lines: Sequence[Line], free: dict[int, Rational], rebate: Rebate
) -> Iterator[Adjustment]:
    """Off the units of each tax that cost something and are not free, at most what is left of their price."""
    units: dict[tuple[Dimension | None, Tax], Rational] = {}
    for index, charge in enumerate(charges):
        if charge.dimension is rebate.dimension and charge.amount > 0:
            key = (charge.dimension, charge.tax)
            units[key] = units.get(key, 0) + charge.quantity - free.get(index, 0)
    left = _sums(lines)
    for (dimension, tax), quantity in units.items():
        less = min(left[(dimension, tax)], ratio(rebate.per_unit * quantity, PRICE_UNIT[rebate.dimension]))
        if less > 0:
            yield Adjustment(Kind.DISCOUNT, dimension, -less, tax, rebate.reason, quantity)


def _discounted(lines: Sequence[Line], discount: Discount) -> Iterator[Adjustment]:
    for (dimension, tax), amount in _sums(lines).items():
        if amount > 0 and (discount.dimensions is None or dimension in discount.dimensions):
            less = -ratio(amount * discount.percent, 100)
            yield Adjustment(Kind.DISCOUNT, dimension, less, tax, discount.reason)


def _reduced(lines: Sequence[Line], voucher: Voucher) -> Iterator[Adjustment]:
    """Spread over what is to be paid, in proportion; never more than that."""
    due = {key: amount for key, amount in _sums(lines).items() if amount > 0}
    whole = sum(due.values(), start=0)
    for (dimension, tax), amount in due.items():
        less = -ratio(amount * min(voucher.amount, whole), whole)
        yield Adjustment(Kind.VOUCHER, dimension, less, tax, voucher.reason)


def _sums(lines: Sequence[Line]) -> dict[tuple[Dimension | None, Tax], Rational]:
    sums: dict[tuple[Dimension | None, Tax], Rational] = {}
    for line in lines:
        key = (line.dimension, line.tax)
        sums[key] = sums.get(key, 0) + line.amount
    return sums
