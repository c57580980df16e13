"""One look at a tariff before it is published: what it says, what is odd about it, what usual sessions cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from billing.pricing.exact import Rational
from billing.pricing.lint import Finding, Level, Surroundings, lint
from billing.pricing.market import Formula, at_price, check_follows
from billing.pricing.rating import Part, Rating
from billing.pricing.rounding import minor_units
from billing.pricing.tariff import Tariff
from billing.pricing.tariff_reader import read_tariff

from .examples import Case, Example, worked_examples
from .numbers import amount_text, money_text
from .places import place_in_words


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding and all places it is about, in words. `is_error` keeps the tariff from being published."""

    is_error: bool
    sentence: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A market that energy follows: how, in words too, and its price at an instant (None: nobody knows)."""

    formula: Formula
    price: Rational | None
    words: str


@dataclass(frozen=True, slots=True)
class Look:
    """A tariff with its findings, errors first, and its examples; `energy` says how it follows a market, if it does."""

    tariff: Tariff
    findings: tuple[Finding, ...]
    examples: tuple[Example, ...]
    energy: str = ""

    @property
    def has_errors(self) -> bool:
        """Whether it may not be published as it is."""
        return any(finding.level is Level.ERROR for finding in self.findings)

    @property
    def remarks(self) -> list[Remark]:
        """The findings in words, each once."""
        return remarks(self.tariff, self.findings)


def look(
    document: Any, around: Surroundings, start: Rational, zone: str, moment: Moment | None = None
) -> Look:
    """Look at a document that `exact.loads` read; examples begin at `start` in a zone. Raises `Refused`.

    Where energy follows a market its examples are made with one price of it.
    """
    tariff = read_tariff(document)
    if moment is None:
        return Look(tariff, lint(document, around), worked_examples(tariff, start, zone))
    check_follows(tariff)
    charged = tariff if moment.price is None else at_price(tariff, moment.formula, moment.price)
    return Look(tariff, lint(document, around), worked_examples(charged, start, zone), moment.words)


def remarks(tariff: Tariff, findings: Sequence[Finding]) -> list[Remark]:
    """Findings of the same sentence together."""
    places: dict[tuple[bool, str], list[str]] = {}
    for finding in findings:
        key = (finding.level is Level.ERROR, finding.sentence)
        places.setdefault(key, []).append(place_in_words(tariff, finding.place))
    return [
        Remark(is_error, sentence, tuple(dict.fromkeys(found)))
        for (is_error, sentence), found in places.items()
    ]


_PARTS: Final[Mapping[Part, str]] = {
    Part.ENERGY: "energy",
    Part.TIME: "time",
    Part.FIXED: "start",
    Part.PARKING: "idle",
    Part.RESERVATION: "reservation",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An example in words: what is paid, and of what it is made."""

    case: Case
    amount: str
    parts: str


def told(example: Example) -> Told:
    """The gross amount and its parts; a limit that changed it is named."""
    rating, currency = example.rating, example.rating.bill.currency
    return Told(example.case, money_text(rating.bill.gross_minor, currency), ", ".join(_made_of(rating)))


def _made_of(rating: Rating) -> Iterator[str]:
    currency, costs = rating.bill.currency, rating.costs()
    if len(costs) > 1 or rating.bill.limits:
        for part, words in _PARTS.items():
            if part in costs:
                yield f"{words} {amount_text(minor_units(costs[part].gross, currency), currency)}"
    for limit in rating.bill.limits:
        yield _("raised to the least price") if limit.name == "min_price" else _("cut to the greatest price")
