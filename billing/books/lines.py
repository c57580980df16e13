"""Lines of a journal entry, as amounts of minor units: debits positive, credits negative."""

from collections.abc import Iterable
from dataclasses import dataclass

from .chart import Purpose, code


@dataclass(frozen=True, slots=True)
class Line:
    """One ledger account, by its code, and what is debited (+) or credited (-) to it."""

    code: str
    amount_minor: int
    tax_code: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one tax rate applies to: `tax_code` names country and rate, e.g. `DE-19`; empty when there is no tax."""

    net_minor: int
    tax_minor: int = 0
    tax_code: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A rounded payable in its parts, one for each tax code. Raises ValueError when a code is there twice."""

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if len({part.tax_code for part in self.parts}) < len(self.parts):
            raise ValueError("an amount has one part for each tax code")

    @property
    def net_minor(self) -> int:
        """All nets."""
        return sum(part.net_minor for part in self.parts)

    @property
    def gross_minor(self) -> int:
        """All nets and taxes."""
        return sum(part.net_minor + part.tax_minor for part in self.parts)

    def part(self, tax_code: str) -> Part:
        """The part with this tax code; one of zeros when there is none."""
        return next((each for each in self.parts if each.tax_code == tax_code), Part(0, 0, tax_code))

    def __add__(self, other: "Amount") -> "Amount":
        return self._combined(other, 1)

    def __sub__(self, other: "Amount") -> "Amount":
        return self._combined(other, -1)

    def _combined(self, other: "Amount", sign: int) -> "Amount":
        codes = dict.fromkeys(each.tax_code for each in (*self.parts, *other.parts))
        pairs = ((code, self.part(code), other.part(code)) for code in codes)
        return Amount(
            tuple(
                Part(ours.net_minor + sign * theirs.net_minor, ours.tax_minor + sign * theirs.tax_minor, code)
                for code, ours, theirs in pairs
            )
        )

    def fits_in(self, other: "Amount") -> bool:
        """Whether no net and no tax is larger than the other's."""
        left = other - self
        return all(part.net_minor >= 0 and part.tax_minor >= 0 for part in left.parts)


def amount(net_minor: int, tax_minor: int = 0, tax_code: str = "") -> Amount:
    """An amount with one tax rate, or none."""
    return Amount((Part(net_minor, tax_minor, tax_code),))


def line(purpose: Purpose, amount_minor: int, owner: str = "") -> Line:
    """A debit (+) or credit (-) to the ledger account of this purpose and owner."""
    return Line(code(purpose, owner), amount_minor)


def split(amount: Amount, net: Purpose, tax: Purpose, sign: int) -> tuple[Line, ...]:
    """Net and tax of each part on their ledger accounts, debited (sign 1) or credited (sign -1)."""
    nets = (Line(code(net), sign * part.net_minor, part.tax_code) for part in amount.parts)
    taxes = (Line(code(tax), sign * part.tax_minor, part.tax_code) for part in amount.parts)
    return (*nets, *taxes)


def mirror(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The same lines the other way round: what takes an entry back."""
    return tuple(Line(each.code, -each.amount_minor, each.tax_code) for each in lines)


def sum_minor(lines: Iterable[Line]) -> int:
    """What the lines add up to; 0 for every entry that may be posted."""
    return sum(each.amount_minor for each in lines)
