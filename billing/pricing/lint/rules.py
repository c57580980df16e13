"""The rules: each looks at a tariff and says what would surprise an operator, a driver or the law."""

from collections.abc import Callable, Iterator
from typing import Any

from ..document import At
from ..tariff import Dimension, PriceComponent, Reservation, Tariff, TariffElement, TaxIncluded
from ..tariff_reader import read_tariff
from .coverage import coverage
from .findings import ANYWHERE, Code, Finding, Level, Surroundings
from .words import DIMENSION_WORDS, bound_of, per_unit

# A step above these bills what nobody used.
MOST_STEP = {Dimension.ENERGY: 1000, Dimension.TIME: 900, Dimension.PARKING_TIME: 900}
# AFIR art. 5 (EU 2023/1804): from here on the price of ad hoc charging is based on energy.
AFIR_FROM_W = 50_000

Rule = Callable[[Tariff, Surroundings], Iterator[Finding]]


def lint(document: Any, around: Surroundings = ANYWHERE) -> tuple[Finding, ...]:
    """What is odd about an OCPI tariff read by `exact.loads`, errors first. Raises `Refused` like `read_tariff`."""
    tariff = read_tariff(document)
    found = [finding for rule in _RULES for finding in rule(tariff, around)]
    found += _texts(At(document), around)
    return tuple(sorted(found, key=lambda finding: finding.level is not Level.ERROR))


def _components(tariff: Tariff) -> Iterator[tuple[str, TariffElement, PriceComponent]]:
    for number, element in enumerate(tariff.elements):
        for index, component in enumerate(element.components):
            yield f"elements[{number}].price_components[{index}]", element, component


def _ignored(tariff: Tariff, _: Surroundings) -> Iterator[Finding]:
    for place in tariff.ignored:
        yield Finding(Code.IGNORED_FIELD, Level.WARNING, place, "is not a field of OCPI and changes nothing")


def _whole_day(tariff: Tariff, _: Surroundings) -> Iterator[Finding]:
    for number, element in enumerate(tariff.elements):
        given = element.restrictions
        if given.start_time is not None and given.start_time == given.end_time:
            yield Finding(
                Code.WHOLE_DAY,
                Level.WARNING,
                f"elements[{number}].restrictions.end_time",
                "is the same as start_time: the element holds all day",
            )


def _steps(tariff: Tariff, _: Surroundings) -> Iterator[Finding]:
    for place, _element, component in _components(tariff):
        most = MOST_STEP.get(component.dimension)
        if most is None or component.step_size <= 1:
            continue
        level = Level.ERROR if component.step_size > most else Level.WARNING
        unit = "Wh" if component.dimension is Dimension.ENERGY else "seconds"
        yield Finding(
            Code.STEP_SIZE,
            level,
            f"{place}.step_size",
            f"bills up to {component.step_size - 1} {unit} that nobody used",
        )


def _vat(tariff: Tariff, _: Surroundings) -> Iterator[Finding]:
    if tariff.tax_included is TaxIncluded.NOT_APPLICABLE:
        return
    for place, _element, component in _components(tariff):
        if component.vat is None:
            yield Finding(
                Code.NO_VAT,
                Level.WARNING,
                f"{place}.vat",
                "is missing: nothing is said of tax, which is not 0 %",
            )


def _currency(tariff: Tariff, around: Surroundings) -> Iterator[Finding]:
    if around.currency and tariff.currency != around.currency:
        sentence = f"is {tariff.currency}, and the site is paid in {around.currency}"
        yield Finding(Code.FOREIGN_CURRENCY, Level.ERROR, "currency", sentence)


def _dear(tariff: Tariff, _: Surroundings) -> Iterator[Finding]:
    for place, _element, component in _components(tariff):
        bound = bound_of(component.dimension, tariff.currency)
        if bound is not None and component.price > bound:
            sentence = f"is more than {bound} {tariff.currency} {per_unit(component.dimension)}"
            yield Finding(Code.DEAR, Level.WARNING, f"{place}.price", sentence)


def _grace(tariff: Tariff, _: Surroundings) -> Iterator[Finding]:
    for place, element, component in _components(tariff):
        costs = component.dimension is Dimension.PARKING_TIME and component.price > 0
        if costs and not element.restrictions.min_duration_s:
            sentence = (
                "idle time costs from its first second on: no min_duration gives a driver time to come back"
            )
            yield Finding(Code.NO_GRACE, Level.WARNING, place, sentence)


def _afir(tariff: Tariff, around: Surroundings) -> Iterator[Finding]:
    if not around.is_public or (around.max_power_w or 0) < AFIR_FROM_W:
        return
    charging = [c for _, element, c in _components(tariff) if element.restrictions.reservation is None]
    if not any(c.dimension is Dimension.ENERGY and c.price > 0 for c in charging):
        sentence = "a public point of 50 kW and more must charge by energy (EU 2023/1804 art. 5)"
        yield Finding(Code.ENERGY_MUST_BE_BASE, Level.ERROR, "elements", sentence)
    for place, element, component in _components(tariff):
        if component.dimension is Dimension.FLAT and element.restrictions.reservation is None:
            sentence = (
                "beside energy, a public point of 50 kW and more may only charge by the minute"
                " (EU 2023/1804 art. 5)"
            )
            yield Finding(Code.ENERGY_MUST_BE_BASE, Level.ERROR, place, sentence)


def _covered(tariff: Tariff, _: Surroundings) -> Iterator[Finding]:
    seen = coverage(tariff)
    if seen is None:
        sentence = "have too many different borders to look at every case"
        yield Finding(Code.NOT_COMPARED, Level.WARNING, "elements", sentence)
        return
    for place, element, _component in _components(tariff):
        if place not in seen.used:
            yield Finding(Code.UNREACHABLE, Level.ERROR, place, _why_unreachable(element))
    for dimension, example in seen.free.items():
        sentence = f"{DIMENSION_WORDS[dimension]} costs nothing {example}"
        yield Finding(Code.FREE_BY_OMISSION, Level.WARNING, "elements", sentence)


def _why_unreachable(element: TariffElement) -> str:
    if element.restrictions.reservation is Reservation.RESERVATION_EXPIRES:
        return "never applies: an element before it always comes first when a reservation expires"
    return "never applies: its restrictions never hold, or an element before it always comes first"


def _texts(at: At, around: Surroundings) -> Iterator[Finding]:
    given = at.maybe("tariff_alt_text")
    languages = {text.object().need("language").text() for text in given.items()} if given else set()
    for language in sorted(around.languages - languages):
        sentence = f"has no text in {language!r}, a language of the site"
        yield Finding(Code.NO_TEXT, Level.WARNING, "tariff_alt_text", sentence)


_RULES: tuple[Rule, ...] = (
    _ignored, _whole_day, _steps, _vat, _currency, _dear, _grace, _afir, _covered,
)  # fmt: skip
