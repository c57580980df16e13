"""What a site host gets of a month: a part of the revenue, so much a kWh, a fee. Pure, exact, rounded once a component.

`docs/algorithms/settlements.md` has the rules and worked examples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from billing.pricing.rounding import half_up


class Bearer(StrEnum):
    """Who bears what card payments cost: we, the host alone, or both, as they share the revenue."""

    OPERATOR = "operator"
    HOST = "host"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. `per_kwh` is in minor units, `percent` of the net revenue, 0 to 100.

    A card payment counts as `card_fee_percent` of its amount and `card_fee_minor`.
    """

    percent: Decimal = Decimal(0)
    per_kwh_minor: Decimal = Decimal(0)
    monthly_fee_minor: int = 0
    bearer: Bearer = Bearer.OPERATOR
    card_fee_percent: Decimal = Decimal(0)
    card_fee_minor: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What sessions brought: net revenue, energy, and what cards paid of it in how many payments."""

    net_minor: int = 0
    energy_wh: int = 0
    card_minor: int = 0
    card_payments: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return self._combined(other, 1)

    def __sub__(self, other: "Taken") -> "Taken":
        return self._combined(other, -1)

    def _combined(self, other: "Taken", sign: int) -> "Taken":
        return Taken(
            self.net_minor + sign * other.net_minor,
            self.energy_wh + sign * other.energy_wh,
            self.card_minor + sign * other.card_minor,
            self.card_payments + sign * other.card_payments,
        )


@dataclass(frozen=True, slots=True)
class Span:
    """For how many days of a month the agreement held: the part of the monthly fee that is due."""

    days: int
    of: int


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the share: `what` is revenue, card_fees, energy or fee; `exact` in minor units, `minor` rounded."""

    what: str
    exact: Fraction
    minor: int


def components(terms: Terms, taken: Taken, span: Span) -> tuple[Component, ...]:
    """The parts of a share, those that were agreed; their sum is the net share, below zero after large corrections."""
    return tuple(Component(what, exact, half_up(exact)) for what, exact in _exact(terms, taken, span))


def _exact(terms: Terms, taken: Taken, span: Span) -> Iterator[tuple[str, Fraction]]:
    part = Fraction(terms.percent) / 100
    if terms.percent:
        yield "revenue", taken.net_minor * part
    if terms.bearer is not Bearer.OPERATOR:
        yield "card_fees", -card_fees(terms, taken) * (part if terms.bearer is Bearer.SHARED else 1)
    if terms.per_kwh_minor:
        yield "energy", Fraction(taken.energy_wh, 1000) * Fraction(terms.per_kwh_minor)
    if terms.monthly_fee_minor and span.days:
        yield "fee", Fraction(terms.monthly_fee_minor * span.days, span.of)


def card_fees(terms: Terms, taken: Taken) -> Fraction:
    """What the card payments count as, exactly, in minor units."""
    return (
        taken.card_minor * Fraction(terms.card_fee_percent) / 100 + taken.card_payments * terms.card_fee_minor
    )
