"""Rates periods: the pure second half of billing. What it returns explains itself (`breakdown`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter

from .after_tariff import NO_TERMS, Terms, adjustments
from .charging import price
from .errors import Refused
from .exact import Rational
from .fingerprint import fingerprint
from .lines import Adjustment, Charge, Line
from .matching import Situation
from .notes import Note
from .period import Period, Phase
from .price_changes import price_changes_inside
from .rounding import minor_units
from .steps import Billed, billed_quantities
from .tariff import Dimension, Tariff
from .tax import Amount, Limited, TaxLine, limited, scaled, tax_lines, total
from .usage import Usage
from .wall_clock import WallClock, wall_clock

# A change of any figure or text that this package gives for the same input makes it a new one.
ENGINE_VERSION = "1"


class Part(StrEnum):
    """The parts of a cost that OCPI totals: `total_<part>_cost`."""

    FIXED = "fixed"
    ENERGY = "energy"
    TIME = "time"
    PARKING = "parking"
    RESERVATION = "reservation"


@dataclass(frozen=True, slots=True)
class Bill:
    """The sum of all lines within its limits, exact; `gross_minor` and `paid_minor` (by vouchers) are rounded."""

    currency: str
    limits: Sequence[Limited]
    taxes: Sequence[TaxLine]
    total: Amount
    gross_minor: int
    paid_minor: int

    @property
    def due_minor(self) -> int:
        return self.gross_minor - self.paid_minor


@dataclass(frozen=True)
class Rating:
    """The exact result and everything it was made of; nothing in it depends on when or where it was made.

    The tariff's charges and the adjustments add up to the bill before its limits.
    """

    engine: str
    input_hash: str
    usage: Usage
    situations: Sequence[Situation]
    charges: Sequence[Charge]
    billed: Sequence[Billed]
    adjustments: Sequence[Adjustment]
    bill: Bill
    notes: Sequence[Note]

    @property
    def total(self) -> Amount:
        """The exact amounts to pay."""
        return self.bill.total

    def costs(self) -> dict[Part, Amount]:
        """What the tariff asks for each part that costs something, before any limit."""
        parts: dict[Part, list[Charge]] = {}
        for charge in self.charges:
            parts.setdefault(_part(charge), []).append(charge)
        return {part: total(tax_lines(charges)) for part, charges in parts.items()}

    def volume_of(self, dimension: Dimension) -> Rational:
        """What was measured, with or without a price, in Wh or s."""
        return sum((period.volumes.get(dimension, 0) for period in self.usage.periods), start=0)


_PARTS = {
    Dimension.ENERGY: Part.ENERGY,
    Dimension.TIME: Part.TIME,
    Dimension.PARKING_TIME: Part.PARKING,
    Dimension.FLAT: Part.FIXED,
}


def _part(charge: Charge) -> Part:
    """Fixed prices of a reservation are cost of the reservation (OCPI 2.2.1 §10.3.1)."""
    return Part.RESERVATION if charge.phase is Phase.RESERVATION else _PARTS[charge.dimension]


def rate(usage: Usage, terms: Terms = NO_TERMS) -> Rating:
    """The price of a usage. Raises `Refused`, for example for a zone that does not exist."""
    clock = wall_clock(usage.zone, usage.periods[0].start, usage.periods[-1].end)
    _check_currency(usage.periods)
    priced = price(usage.periods, clock, _flat_is_due(usage, terms))
    steps = list(billed_quantities(priced.charges, usage.periods))
    charges = [*priced.charges, *(surplus for _, surplus in steps if surplus.quantity)]
    adjusted = adjustments(charges, terms)
    bill = _bill([*charges, *adjusted], _leading(usage), terms)
    spans = [] if usage.is_cut else list(price_changes_inside(priced.situations, clock))
    return Rating(
        engine=ENGINE_VERSION,
        input_hash=_input_hash(usage, terms, clock),
        usage=usage,
        situations=priced.situations,
        charges=charges,
        billed=[billed for billed, _ in steps],
        adjustments=adjusted,
        bill=bill,
        notes=[*usage.notes, *_tariff_notes(usage), *priced.notes, *spans, *_bill_notes(bill)],
    )


def _leading(usage: Usage) -> Tariff:
    """The tariff the session began with."""
    tariffs = [period.tariff for period in usage.periods]
    return next((tariff for tariff in tariffs if tariff.elements), tariffs[0])


def _check_currency(periods: Sequence[Period]) -> None:
    currencies = list(dict.fromkeys(period.tariff.currency for period in periods))
    if len(currencies) > 1:
        raise Refused("currency", f"the tariffs are in {' and '.join(currencies)}")


def _flat_is_due(usage: Usage, terms: Terms) -> bool:
    after_s = terms.flat_without_energy_after_s
    if after_s is None or any(period.volumes.get(Dimension.ENERGY) for period in usage.periods):
        return True
    plugged = [period for period in usage.periods if Phase.CHARGING in period.phases]
    return bool(plugged) and plugged[-1].end - plugged[0].start > after_s


def _bill(lines: Sequence[Line], tariff: Tariff, terms: Terms) -> Bill:
    taxes = tax_lines(lines)
    limits = limited(total(taxes), tariff.min_price, tariff.max_price)
    if limits:
        taxes = scaled(taxes, limits[-1].after)
    gross = minor_units(total(taxes).gross, tariff.currency)
    vouchers = [voucher.amount for voucher in terms.vouchers if voucher.is_payment]
    paid = min(max(gross, 0), minor_units(sum(vouchers, start=0), tariff.currency))
    return Bill(tariff.currency, limits, taxes, total(taxes), gross, paid)


def _input_hash(usage: Usage, terms: Terms, clock: WallClock) -> str:
    """Tariffs stand for themselves by their own fingerprints; the wall clock, because zones change by law."""
    tariffs = list(dict.fromkeys(period.tariff.fingerprint for period in usage.periods))
    periods = [(_FACTS(period), tariffs.index(period.tariff.fingerprint)) for period in usage.periods]
    return fingerprint((tariffs, periods, usage.zone, usage.start, usage.end, clock, usage.notes, terms))


_FACTS = attrgetter(*(field.name for field in fields(Period) if field.name != "tariff"))


def _tariff_notes(usage: Usage) -> Iterator[Note]:
    first = _leading(usage)
    tariffs = list({id(period.tariff): period.tariff for period in usage.periods}.values())
    for tariff in tariffs:
        for place in tariff.ignored:
            yield Note("ignored_field", f"{place} is not known and had no influence")
        if (tariff.min_price, tariff.max_price) != (first.min_price, first.max_price):
            yield Note("limits_of_first_tariff", "the price limits are those of the tariff at the start")
    if not first.is_valid_at(usage.start):
        yield Note("tariff_outside_validity", "the tariff was not valid when the session began")


def _bill_notes(bill: Bill) -> Iterator[Note]:
    if bill.total.gross < 0:
        yield Note("negative_total", "the prices make this a credit")
