"""Sampled values of any version into `domain.Reading`.

Of several samples of one thing the outlet's counts, and a total before the lines it is made of:

- energy and power: the total, else the sum of the lines;
- current: the highest line, else the total, because a fuse sees lines;
- voltage: the total, else the mean of the lines to neutral, else the mean between lines;
- state of charge: as sent.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from chargers.choices import Quirk
from chargers.domain import Reading

from .fields import elements, time
from .measurands import DEFAULT_CONTEXT, DEFAULT_LOCATION, TOTAL, Kind, kind
from .values import parse_decimal

MAX_INSTANTS: Final = 500
"""So many instants of one message are read; the message itself is kept whole."""

MAX_WORD: Final = 40
MAX_UNREADABLE: Final = 255
MAX_SIGNED: Final = 100_000
MAX_MULTIPLIER: Final = 12
_MAX_CACHED: Final = 20
_MAX_EXACT: Final = 2**53

_LINES: Final = ("L1", "L2", "L3")
_PAIRS: Final = ("L1-L2", "L2-L3", "L3-L1")

Found = dict[str, dict[tuple[str, str], float]]
Number = int | float


class Sampled(NamedTuple):
    """One sampled value as sent; "" for what was not."""

    value: Any
    measurand: str = ""
    unit: str = ""
    phase: str = ""
    location: str = ""
    context: str = ""
    encoding: str = ""
    multiplier: int = 0
    signed: dict[str, str] | None = None


SampledOf = Callable[[dict[str, Any]], list[Sampled]]
"""A version's way to read one MeterValue element."""


def word(value: Any) -> str:
    """A word of the protocol, bounded so that it can be remembered; "" when it is no text."""
    return value[:MAX_WORD] if isinstance(value, str) else ""


def readings(meter_values: Any, sampled: SampledOf) -> tuple[Reading, ...]:
    """The first MAX_INSTANTS of a list of MeterValue elements, whatever it may hold instead."""
    first = elements(meter_values)[:MAX_INSTANTS]
    taken = (reading(time(one.get("timestamp"), []), sampled(one)) for one in first)
    return tuple(one for one in taken if one is not None)


def excess(meter_values: Any) -> tuple[str, ...]:
    """The note that there are more instants than are read."""
    is_too_long = isinstance(meter_values, list) and len(meter_values) > MAX_INSTANTS
    return (str(Quirk.TOO_MANY_SAMPLES),) if is_too_long else ()


def reading(at: datetime | None, sampled: Iterable[Sampled]) -> Reading | None:
    """One instant of a meter; None when there is no sample."""
    samples: list[dict[str, Any]] = []
    found: Found = {}
    for one in sampled:
        about = kind(*one[1:7])
        number = None if about.is_signed else scaled(one.value, about.shift, one.multiplier)
        samples.append(_sample(about, one, number))
        if number is not None and about.quantity is not None:
            _note_usual(found, about, number)
    return _reading(at, samples, found) if samples else None


def _sample(about: Kind, one: Sampled, number: Number | None) -> dict[str, Any]:
    sample: dict[str, Any] = about.head.copy()
    if number is None:
        sample["value"] = str(one.value)[: MAX_SIGNED if about.is_signed else MAX_UNREADABLE]
    else:
        sample["value"] = number
    if one.signed:
        sample["signed"] = one.signed
    return sample


def _note_usual(found: Found, about: Kind, number: Number) -> None:
    quantity = about.quantity
    if quantity is not None and quantity.low <= number <= quantity.high:
        found.setdefault(quantity.name, {})[about.slot] = number


def _reading(at: datetime | None, samples: list[dict[str, Any]], found: Found) -> Reading:
    usual = {name: _CHOOSE[name](_by_line(values)) for name, values in found.items()}
    energy = usual.get("energy")
    return Reading(
        at=at,
        energy_wh=None if energy is None else round(energy),
        power_w=usual.get("power"),
        current_a=usual.get("current"),
        voltage_v=usual.get("voltage"),
        soc_percent=usual.get("soc"),
        context=samples[0].get("context", DEFAULT_CONTEXT),
        samples=samples,
        digest=digest(samples),
    )


def digest(samples: list[dict[str, Any]]) -> int:
    """63 bits over the samples, whatever the order of their keys; fits a signed 64-bit column."""
    content = orjson.dumps(samples, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(blake2b(content, digest_size=8).digest()) >> 1


def scaled(value: Any, shift: int = 0, multiplier: int = 0) -> Number | None:
    """A number times a power of ten, exactly; None when it is no plain number or the power is absurd."""
    if abs(multiplier) > MAX_MULTIPLIER:
        return None
    if isinstance(value, str) and len(value) <= _MAX_CACHED:
        return _scaled_text(value, shift + multiplier)
    return _scaled(value, shift + multiplier)


def _scaled(value: Any, power: int) -> Number | None:
    number, _ = parse_decimal(value)
    if number is None:
        return None
    number = number.scaleb(power) if power else number
    integral = int(number)
    return integral if integral == number and abs(integral) <= _MAX_EXACT else float(number)


@lru_cache(maxsize=8192)
def _scaled_text(value: str, power: int) -> Number | None:
    return _scaled(value, power)


def _by_line(values: dict[tuple[str, str], float]) -> dict[str, float]:
    """The outlet's values by line; those of the first other location when there are none."""
    places = {place for place, _ in values}
    chosen = DEFAULT_LOCATION if DEFAULT_LOCATION in places else next(iter(values))[0]
    return {line: value for (place, line), value in values.items() if place == chosen}


def _sum(values: dict[str, float]) -> float | None:
    if TOTAL in values:
        return values[TOTAL]
    lines = [values[line] for line in _LINES if line in values]
    return float(sum(Decimal(str(value)) for value in lines)) if lines else None


def _highest(values: dict[str, float]) -> float | None:
    lines = [values[line] for line in _LINES if line in values]
    return max(lines, default=values.get(TOTAL))


def _mean(values: dict[str, float]) -> float | None:
    if TOTAL in values:
        return values[TOTAL]
    for group in (_LINES, _PAIRS):
        lines = [values[line] for line in group if line in values]
        if lines:
            return round(sum(lines) / len(lines), 3)
    return None


def _only(values: dict[str, float]) -> float | None:
    return values.get(TOTAL)


_CHOOSE: Final[dict[str, Callable[[dict[str, float]], float | None]]] = {
    "energy": _sum,
    "power": _sum,
    "current": _highest,
    "voltage": _mean,
    "soc": _only,
}
