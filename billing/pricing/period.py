"""A charging period: a span in which one price applies, or one line of an OCPI CDR."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .exact import Rational
from .tariff import Dimension, Tariff


class Phase(StrEnum):
    """Elements with a reservation restriction price the reservation phase, all others the charging phase."""

    RESERVATION = "reservation"
    CHARGING = "charging"


@dataclass(frozen=True, slots=True)
class Period:
    """`volumes` are Wh and s, exactly as measured; powers W, currents A over all phases, None if unknown.

    `excess` is what cut-off decimals added to a time volume; it never pushes a step to the next one.
    """

    start: Rational
    end: Rational
    volumes: Mapping[Dimension, Rational]
    tariff: Tariff
    state: str = ""
    min_power_w: Rational | None = None
    max_power_w: Rational | None = None
    min_current_a: Rational | None = None
    max_current_a: Rational | None = None
    excess: Mapping[Dimension, Rational] = field(default_factory=dict)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Reservation if it has reservation time, charging if it has anything else or nothing."""
        if Dimension.RESERVATION_TIME not in self.volumes:
            return (Phase.CHARGING,)
        return (Phase.RESERVATION,) if len(self.volumes) == 1 else (Phase.RESERVATION, Phase.CHARGING)
