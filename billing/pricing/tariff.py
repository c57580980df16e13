"""The tariff: OCPI 2.2.1 (mod_tariffs) with the 2.3.0 fields, in engine units.

Energy is Wh, power W, current A, time s, local times seconds since midnight, dates days since 1970-01-01.
Prices keep the units of OCPI: per kWh, per hour, per session.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property

from .exact import Rational
from .fingerprint import fingerprint


class Dimension(StrEnum):
    """What is measured and priced. RESERVATION_TIME is priced by TIME components of reservation elements."""

    FLAT = "FLAT"
    ENERGY = "ENERGY"
    TIME = "TIME"
    PARKING_TIME = "PARKING_TIME"
    RESERVATION_TIME = "RESERVATION_TIME"


METERED = (Dimension.ENERGY, Dimension.TIME, Dimension.PARKING_TIME, Dimension.RESERVATION_TIME)
PRICED = (Dimension.ENERGY, Dimension.TIME, Dimension.PARKING_TIME, Dimension.FLAT)


class Reservation(StrEnum):
    """`reservation` of a restriction (OCPI 2.2.1 §11.4.6)."""

    RESERVATION = "RESERVATION"
    RESERVATION_EXPIRES = "RESERVATION_EXPIRES"


class TaxIncluded(StrEnum):
    """`tax_included` of OCPI 2.3.0; before it, prices are without tax."""

    YES = "YES"
    NO = "NO"
    NOT_APPLICABLE = "N/A"


WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


@dataclass(frozen=True)
class Restrictions:
    """When an element is active; all that are given must hold. `days` are 0 (Monday) to 6."""

    start_time: int | None = None
    end_time: int | None = None
    start_date: int | None = None
    end_date: int | None = None
    min_wh: Rational | None = None
    max_wh: Rational | None = None
    min_current_a: Rational | None = None
    max_current_a: Rational | None = None
    min_power_w: Rational | None = None
    max_power_w: Rational | None = None
    min_duration_s: Rational | None = None
    max_duration_s: Rational | None = None
    days: frozenset[int] | None = None
    reservation: Reservation | None = None

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The names of those that are given."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is not None)


@dataclass(frozen=True, slots=True)
class PriceComponent:
    """A price. `vat` is a percentage; None means that nothing was said, which is not 0.

    `price` is per kWh, per hour or per session; `step_size` in Wh or s (0 and 1 do not round whole units).
    """

    dimension: Dimension
    price: Rational
    vat: Rational | None = None
    step_size: int = 1


@dataclass(frozen=True)
class TariffElement:
    """Prices with the conditions they share."""

    components: tuple[PriceComponent, ...]
    restrictions: Restrictions = Restrictions()

    @cached_property
    def by_dimension(self) -> Mapping[Dimension, int]:
        """The index of the component of each dimension."""
        return {component.dimension: index for index, component in enumerate(self.components)}


@dataclass(frozen=True, slots=True)
class PriceLimit:
    """`min_price` or `max_price`; a side that is None follows the other in proportion."""

    net: Rational | None = None
    gross: Rational | None = None


@dataclass(frozen=True, slots=True)
class Borders:
    """Where prices may change: local times, local midnights, energies, durations, and with each reading."""

    times: frozenset[int]
    midnights: bool
    energies_wh: frozenset[Rational]
    durations_s: frozenset[Rational]
    readings: bool


@dataclass(frozen=True)
class Tariff:
    """A tariff that was understood. `valid_from` and `valid_to` are seconds since 1970, or None.

    `ignored` are the places of fields that are not OCPI and were left out of account.
    """

    id: str
    currency: str
    elements: tuple[TariffElement, ...]
    tax_included: TaxIncluded = TaxIncluded.NO
    min_price: PriceLimit = PriceLimit()
    max_price: PriceLimit = PriceLimit()
    valid_from: Rational | None = None
    valid_to: Rational | None = None
    ignored: tuple[str, ...] = ()

    def is_valid_at(self, instant: Rational) -> bool:
        """Within `start_date_time` (inclusive) and `end_date_time` (exclusive)."""
        begun = self.valid_from is None or instant >= self.valid_from
        return begun and (self.valid_to is None or instant < self.valid_to)

    @cached_property
    def fingerprint(self) -> str:
        """The sha256 of everything the tariff says."""
        return fingerprint(self)

    @cached_property
    def borders(self) -> Borders:
        """The borders named by the restrictions of any element."""
        given = {
            name: {getattr(element.restrictions, name) for element in self.elements} - {None}
            for name in (field.name for field in fields(Restrictions))
        }
        return Borders(
            times=frozenset(given["start_time"] | given["end_time"]),
            midnights=bool(given["start_date"] or given["end_date"] or given["days"]),
            energies_wh=frozenset(given["min_wh"] | given["max_wh"]),
            durations_s=frozenset(given["min_duration_s"] | given["max_duration_s"]),
            readings=any(given[name] for name in _ELECTRICAL),
        )


_ELECTRICAL = ("min_current_a", "max_current_a", "min_power_w", "max_power_w")
