"""What is posted of a bill: whole minor units in one part for each tax code, adding up to the payable gross."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from billing.books.lines import Amount, Part
from billing.pricing.exact import Rational
from billing.pricing.rating import Bill
from billing.pricing.rounding import half_up, minor_decimals, plain


@dataclass(frozen=True, slots=True)
class _Share:
    """Exact minor units under one tax code."""

    code: str
    net: Rational
    tax: Rational

    @property
    def gross(self) -> Rational:
        return self.net + self.tax


def payable(bill: Bill, country: str) -> Amount:
    """The parts of a bill; the largest remainders get the units that rounding leaves.

    A part's net is rounded by itself and its tax is the rest, so that tax is gross less net.
    """
    shares = _shares(bill, country)
    gross = _whole([share.gross for share in shares], bill.gross_minor)
    return Amount(tuple(map(_part, shares, gross)))


def tax_code(country: str, vat: Rational | None) -> str:
    """Country and rate, `DE-19`; "" where there is no tax."""
    return f"{country}-{plain(vat)}".lstrip("-") if vat else ""


def _shares(bill: Bill, country: str) -> list[_Share]:
    scale = 10 ** minor_decimals(bill.currency)
    shares: dict[str, _Share] = {}
    for line in bill.taxes:
        code = tax_code(country, line.vat)
        known = shares.get(code, _Share(code, 0, 0))
        shares[code] = _Share(code, known.net + line.net * scale, known.tax + line.tax * scale)
    return _with_named_tax(list(shares.values())) or [_Share("", 0, 0)]


def _with_named_tax(shares: list[_Share]) -> list[_Share]:
    """A tax that a price limit made has no rate of its own: it joins the largest of those that have one."""
    nameless = next((share for share in shares if not share.code and share.tax), None)
    taxed = [share for share in shares if share.code]
    if nameless is None or not taxed:
        return shares
    largest = max(taxed, key=lambda share: share.gross)
    joined = replace(largest, net=largest.net + nameless.net, tax=largest.tax + nameless.tax)
    return [joined if share is largest else share for share in shares if share is not nameless]


def _whole(exact: Sequence[Rational], total: int) -> list[int]:
    floors = [value.numerator // value.denominator for value in exact]
    rest = total - sum(floors)
    order = sorted(range(len(exact)), key=lambda index: floors[index] - exact[index])
    return [floor + (index in order[:rest]) for index, floor in enumerate(floors)]


def _part(share: _Share, gross: int) -> Part:
    net = half_up(share.net) if share.tax else gross
    return Part(net, gross - net, share.code)
