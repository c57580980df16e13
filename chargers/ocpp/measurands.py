"""What a sampled value is about: measurand, unit, phase and location, brought into one form.

OCPP 1.6 §7.43 (SampledValue), OCPP 2.0.1 Part 2 §2.42 (SampledValueType) and §2.54 (UnitOfMeasureType).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

DEFAULT_MEASURAND: Final = "Energy.Active.Import.Register"
DEFAULT_CONTEXT: Final = "Sample.Periodic"
DEFAULT_LOCATION: Final = "Outlet"
SIGNED: Final = "SignedData"
TOTAL: Final = ""

# Unit in lower case: the unit it is kept in, and the power of ten between the two.
_UNITS: Final[dict[str, tuple[str, int]]] = {
    "wh": ("Wh", 0),
    "kwh": ("Wh", 3),
    "varh": ("varh", 0),
    "kvarh": ("varh", 3),
    "vah": ("VAh", 0),
    "kvah": ("VAh", 3),
    "w": ("W", 0),
    "kw": ("W", 3),
    "var": ("var", 0),
    "kvar": ("var", 3),
    "va": ("VA", 0),
    "kva": ("VA", 3),
    "a": ("A", 0),
    "v": ("V", 0),
    "percent": ("Percent", 0),
    "%": ("Percent", 0),
    "k": ("K", 0),
    "celsius": ("Celsius", 0),
    "celcius": ("Celsius", 0),
    "fahrenheit": ("Fahrenheit", 0),
    "hertz": ("Hertz", 0),
    "hz": ("Hertz", 0),
}

# The unit that is meant when none is sent, by the first words of the measurand.
_DEFAULT_UNITS: Final = (
    ("Energy.", "Wh"),
    ("Power.Active.", "W"),
    ("Power.Offered", "W"),
    ("Current.", "A"),
    ("Voltage", "V"),
    ("SoC", "Percent"),
    ("Frequency", "Hertz"),
)

_LINES: Final = {"": TOTAL, "L1": "L1", "L2": "L2", "L3": "L3", "L1-N": "L1", "L2-N": "L2", "L3-N": "L3"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """One of the usual things a page shows, in its unit and within the bounds of what is possible."""

    name: str
    unit: str
    low: float
    high: float


_USUAL: Final[dict[str, Quantity]] = {
    DEFAULT_MEASURAND: Quantity("energy", "Wh", 0, 10**12),
    "Power.Active.Import": Quantity("power", "W", -(10**8), 10**8),
    "Current.Import": Quantity("current", "A", -(10**5), 10**5),
    "Voltage": Quantity("voltage", "V", 0, 10**6),
    "SoC": Quantity("soc", "Percent", 0, 100),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Everything about a sampled value but the value.

    `head` is the sample without its value. `shift` is the power of ten that brings the value to the unit in
    `head`. `quantity` is None when nothing usual is measured, `slot` is where and on which line.
    """

    head: dict[str, str]
    shift: int
    quantity: Quantity | None
    slot: tuple[str, str]

    @property
    def is_signed(self) -> bool:
        return self.head.get("format") == SIGNED


@lru_cache(maxsize=1024)
def kind(measurand: str, unit: str, phase: str, location: str, context: str, encoding: str) -> Kind:
    """The kind of a sampled value; "" for what was not sent. Callers bound the lengths: it is cached."""
    measurand = measurand.strip() or DEFAULT_MEASURAND
    unit, shift = _unit(measurand, unit.strip())
    phase = phase.strip()
    head = {"measurand": measurand, "unit": unit, "phase": phase, "location": location, "context": context}
    line = _LINES.get(phase.upper(), phase.upper())
    usual = _USUAL.get(measurand)
    quantity = usual if usual and usual.unit == unit else None
    sent = {name: value for name, value in {**head, "format": encoding}.items() if value}
    return Kind(sent, shift, quantity, (location or DEFAULT_LOCATION, line))


def _unit(measurand: str, written: str) -> tuple[str, int]:
    if not written:
        default = next((unit for start, unit in _DEFAULT_UNITS if measurand.startswith(start)), "")
        return default, 0
    return _UNITS.get(written.lower(), (written, 0))
