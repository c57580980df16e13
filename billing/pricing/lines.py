"""Lines of money. Every step of the rating adds lines; none edits an earlier one."""

from dataclasses import dataclass
from enum import StrEnum

from .exact import Rational, ratio
from .period import Phase
from .tariff import Dimension, PriceComponent, TaxIncluded

# How many of the measured units (Wh, s, sessions) one price unit (kWh, hour, session) has.
PRICE_UNIT: dict[Dimension, int] = {
    Dimension.ENERGY: 1000,
    Dimension.TIME: 3600,
    Dimension.PARKING_TIME: 3600,
    Dimension.FLAT: 1,
}


class Kind(StrEnum):
    """Which step of the rating made a line."""

    CHARGE = "charge"
    STEP_SIZE = "step_size"
    MARK_UP = "mark_up"
    ENTITLEMENT = "entitlement"
    DISCOUNT = "discount"
    VOUCHER = "voucher"


@dataclass(frozen=True, slots=True)
class Tax:
    """How an amount is taxed: `vat` percent (None: nothing was said), on top of it or inside it."""

    vat: Rational | None
    included: TaxIncluded

    def net_and_gross(self, amount: Rational) -> tuple[Rational, Rational]:
        if not self.vat or self.included is TaxIncluded.NOT_APPLICABLE:
            return amount, amount
        if self.included is TaxIncluded.YES:
            return ratio(amount * 100, 100 + self.vat), amount
        return amount, amount + ratio(amount * self.vat, 100)


@dataclass(frozen=True, slots=True)
class Source:
    """The tariff component behind a line: indexes into `elements` and `price_components`."""

    tariff_id: str
    element: int
    component: int
    price: PriceComponent


@dataclass(frozen=True, slots=True)
class Charge:
    """What the tariff asks for a quantity (Wh, s or sessions) of one period."""

    kind: Kind
    dimension: Dimension
    amount: Rational
    tax: Tax
    phase: Phase
    period: int
    quantity: Rational
    source: Source


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What comes on top of the tariff or off it. `quantity` is what an entitlement gave (Wh, s, sessions)."""

    kind: Kind
    dimension: Dimension | None
    amount: Rational
    tax: Tax
    reason: str
    quantity: Rational | None = None


Line = Charge | Adjustment


def amount_of(price: PriceComponent, quantity: Rational) -> Rational:
    """What a measured quantity costs."""
    return ratio(price.price * quantity, PRICE_UNIT[price.dimension])
