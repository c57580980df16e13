"""The energy meter of an outlet: a register in Wh that only ever counts up."""

from dataclasses import dataclass


@dataclass(slots=True)
class Meter:
    """`register_wh` is what the display shows; parts of a watt-hour wait inside."""

    register_wh: int = 0
    _rest_wh: float = 0.0

    def count(self, energy_wh: float) -> None:
        """Energy flowed. Raises ValueError on a negative amount."""
        if energy_wh < 0:
            raise ValueError("a meter does not run backwards")
        whole, self._rest_wh = divmod(self._rest_wh + energy_wh, 1)
        self.register_wh += int(whole)
