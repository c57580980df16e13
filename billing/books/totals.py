"""What an invoice adds up to (EN 16931): lines are rounded payables, tax is per rate on the sum of net lines.

`docs/algorithms/invoices.md` has the rules and worked examples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from billing.pricing.rounding import half_up


class Unclear(ValueError):
    """Items that no invoice can show; the text names the item's position, counted from 1."""


@dataclass(frozen=True, slots=True)
class Item:
    """A payable with its tax, in minor units. `rate` in percent; `category` by EN 16931 (UNCL 5305)."""

    gross_minor: int
    category: str
    rate: Decimal
    tax_code: str = ""


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """One tax rate: the sum of its net lines (BT-116), its tax (BT-117), and what is left to the payables."""

    category: str
    rate: Decimal
    tax_code: str
    net_minor: int
    tax_minor: int
    rounding_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """`nets_minor` is the net of each item (BT-131), in order; the rest are sums over the rates."""

    nets_minor: tuple[int, ...]
    taxes: tuple[TaxTotal, ...]

    @property
    def net_minor(self) -> int:
        """Sum of net lines (BT-106, BT-109)."""
        return sum(tax.net_minor for tax in self.taxes)

    @property
    def tax_minor(self) -> int:
        """All tax (BT-110)."""
        return sum(tax.tax_minor for tax in self.taxes)

    @property
    def rounding_minor(self) -> int:
        """What is added to the total with tax to reach the payable (BT-114): -1, 0 or 1 for each rate."""
        return sum(tax.rounding_minor for tax in self.taxes)

    @property
    def payable_minor(self) -> int:
        """What is owed (BT-115): the sum of the payables, whatever the tax rounds to."""
        return self.net_minor + self.tax_minor + self.rounding_minor


def totals(items: Sequence[Item]) -> Totals:
    """Totals of the items. Raises `Unclear`."""
    groups: dict[tuple[str, Decimal], list[int]] = {}
    for place, item in enumerate(items):
        _check(item, place)
        groups.setdefault((item.category, item.rate), []).append(place)
    nets = [0] * len(items)
    taxes = []
    for places in groups.values():
        tax = _tax_total(items, places)
        taxes.append(tax)
        for place, net in zip(places, _shares(items, places, tax.net_minor), strict=True):
            nets[place] = net
    return Totals(tuple(nets), tuple(taxes))


def _check(item: Item, place: int) -> None:
    if not 0 <= item.rate < 100:
        raise Unclear(f"item {place + 1}: a tax rate is from 0 to below 100 percent, got {item.rate}")
    if item.category != "S" and item.rate:
        raise Unclear(f"item {place + 1}: category {item.category} has no tax, got {item.rate} percent")


def _tax_total(items: Sequence[Item], places: list[int]) -> TaxTotal:
    first = items[places[0]]
    for place in places:
        if items[place].tax_code != first.tax_code:
            raise Unclear(
                f"item {place + 1}: tax {items[place].tax_code!r} has the rate of {first.tax_code!r}"
            )
    gross = sum(items[place].gross_minor for place in places)
    net = half_up(_net(gross, first.rate))
    tax = half_up(Fraction(first.rate) * net / 100)
    return TaxTotal(first.category, first.rate, first.tax_code, net, tax, gross - net - tax)


def _net(gross_minor: int, rate: Decimal) -> Fraction:
    return Fraction(gross_minor) / (1 + Fraction(rate) / 100)


def _shares(items: Sequence[Item], places: list[int], net_minor: int) -> list[int]:
    """Whole nets that add up to the rate's, each the next above or below its exact one."""
    exact = [_net(items[place].gross_minor, items[place].rate) for place in places]
    shares = [each.numerator // each.denominator for each in exact]
    largest_first = sorted(range(len(places)), key=lambda i: shares[i] - exact[i])
    for i in largest_first[: net_minor - sum(shares)]:
        shares[i] += 1
    return shares
