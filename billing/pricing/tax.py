"""Net, tax and gross of lines, and the limits of a tariff (`min_price`, `max_price`). Nothing is rounded here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .exact import Rational, ratio
from .lines import Line, Tax
from .tariff import PriceLimit


@dataclass(frozen=True, slots=True)
class Amount:
    """Without and with tax, exact, in the currency's main unit."""

    net: Rational
    gross: Rational


@dataclass(frozen=True, slots=True)
class TaxLine:
    """What one rate taxes. `vat` None: the tariff said nothing, or a limit made a tax that no rate explains."""

    vat: Rational | None
    net: Rational
    tax: Rational


@dataclass(frozen=True, slots=True)
class Limited:
    """What a limit (`min_price`, `max_price`) did to the total."""

    name: str
    before: Amount
    after: Amount


def amounts_by_tax(lines: Iterable[Line]) -> dict[Tax, Rational]:
    """The sum of the lines of each way of being taxed, in order of appearance."""
    sums: dict[Tax, Rational] = {}
    for line in lines:
        sums[line.tax] = sums.get(line.tax, 0) + line.amount
    return sums


def tax_lines(lines: Iterable[Line]) -> list[TaxLine]:
    """One line per rate, in order of appearance."""
    by_rate: dict[Rational | None, TaxLine] = {}
    for tax, amount in amounts_by_tax(lines).items():
        net, gross = tax.net_and_gross(amount)
        old = by_rate.get(tax.vat, TaxLine(tax.vat, 0, 0))
        by_rate[tax.vat] = TaxLine(tax.vat, old.net + net, old.tax + gross - net)
    return list(by_rate.values())


def total(taxed: Iterable[TaxLine]) -> Amount:
    """The sum of tax lines."""
    net: Rational = 0
    tax: Rational = 0
    for line in taxed:
        net, tax = net + line.net, tax + line.tax
    return Amount(net, net + tax)


def limited(amount: Amount, least: PriceLimit, most: PriceLimit) -> list[Limited]:
    """The limits that change the amount, in order: first the least price, then the greatest."""
    effects = []
    for name, limit, choose in (("min_price", least, max), ("max_price", most, min)):
        after = _limited(amount, limit, choose)
        if after != amount:
            effects.append(Limited(name, amount, after))
            amount = after
    return effects


def _limited(amount: Amount, limit: PriceLimit, choose: Callable[..., Rational]) -> Amount:
    net = amount.net if limit.net is None else choose(amount.net, limit.net)
    gross = amount.gross if limit.gross is None else choose(amount.gross, limit.gross)
    if limit.net is None:
        net = _in_proportion(net, amount.gross, gross)
    if limit.gross is None:
        gross = _in_proportion(gross, amount.net, net)
    return Amount(net, gross)


def _in_proportion(side: Rational, other: Rational, other_after: Rational) -> Rational:
    """A side that has no limit follows the other; from nothing it becomes what the other became."""
    if other_after == other:
        return side
    return ratio(side * other_after, other) if other else other_after


def scaled(taxed: Sequence[TaxLine], after: Amount) -> list[TaxLine]:
    """The tax lines moved in proportion, so that they explain a limited amount."""
    before = total(taxed)
    moved = [
        TaxLine(
            line.vat,
            _share(line.net, before.net, after.net),
            _share(line.tax, before.gross - before.net, after.gross - after.net),
        )
        for line in taxed
    ]
    explained = total(moved)
    if explained == after:
        return moved
    net = after.net - explained.net
    return [*moved, TaxLine(None, net, after.gross - explained.gross - net)]


def _share(part: Rational, before: Rational, after: Rational) -> Rational:
    return ratio(part * after, before) if before else part
