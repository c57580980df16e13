"""What a version of a tariff changes, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from billing.pricing.tariff import Tariff

from .places import kind_words
from .words import PriceLine, limit_texts, price_lines, tax_text


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed, before and after; an empty text is nothing."""

    what: str
    before: str
    after: str


def differences(
    old: Tariff, new: Tariff, old_texts: Mapping[str, str], new_texts: Mapping[str, str],
    follows: tuple[str, str] = ("", ""),
) -> tuple[Difference, ...]:  # fmt: skip
    """Prices first, in the order of words, then limits, tax, currency and texts; empty for the same tariff.

    `follows`: how the price of energy follows a market, before and after, in words.
    """
    market = [Difference(_("Energy follows"), *follows)] if follows[0] != follows[1] else []
    told = [*market, *_prices(old, new), *_facts(old, new), *_texts(old_texts, new_texts)]
    if not told and _essence(old) != _essence(new):
        order = _("Order of the conditions")
        told = [Difference(order, _("as before"), _("another one: the first condition that holds decides"))]
    return tuple(told)


def _essence(tariff: Tariff) -> tuple[object, ...]:
    return tariff.elements, tariff.min_price, tariff.max_price, tariff.valid_from, tariff.valid_to


def _prices(old: Tariff, new: Tariff) -> Iterator[Difference]:
    before, after = _by_name(old), _by_name(new)
    for name in dict.fromkeys([*after, *before]):
        if before.get(name) != after.get(name):
            yield Difference(name, ", ".join(before.get(name, ())), ", ".join(after.get(name, ())))


def _by_name(tariff: Tariff) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in price_lines(tariff):
        found[_name(line)] = (*found.get(_name(line), ()), line.amount)
    return found


def _name(line: PriceLine) -> str:
    what = _("Reservation") if line.reserved else kind_words(line.dimension)
    return f"{what}, {line.when}" if line.when and line.when != _("otherwise") else what


def _facts(old: Tariff, new: Tariff) -> Iterator[Difference]:
    facts = (
        (_("Least and greatest price"), ", ".join(limit_texts(old)), ", ".join(limit_texts(new))),
        (_("Tax"), tax_text(old), tax_text(new)),
        (_("Currency"), old.currency, new.currency),
    )
    yield from (Difference(what, before, after) for what, before, after in facts if before != after)


def _texts(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for language in sorted({*old, *new}):
        if old.get(language) != new.get(language):
            what = _("Text in {language}").format(language=language)
            yield Difference(what, old.get(language, ""), new.get(language, ""))
