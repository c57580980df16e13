"""A car as a charger sees it: wires, a power limit and a battery that fills up."""

from dataclasses import dataclass

Wire = tuple[str, str]
"""A line that carries current and the two ends its voltage is measured between, in OCPP's words."""

ONE_PHASE: tuple[Wire, ...] = (("L1", "L1-N"),)
THREE_PHASES: tuple[Wire, ...] = (("L1", "L1-N"), ("L2", "L2-N"), ("L3", "L3-N"))
# North American garages hang cars between two lines of 208 V.
LINE_PAIRS: dict[str, tuple[Wire, ...]] = {
    "AB": (("L1", "L1-L2"),),
    "BC": (("L2", "L2-L3"),),
    "CA": (("L3", "L3-L1"),),
}
CUTOFF_SHARE = 0.05
"""A full battery balances its cells at this share of its power before it stops asking."""


@dataclass(slots=True)
class Car:
    """`wanted_wh` is how much the driver wants; charging ends there or when the battery is full.

    From `taper_soc_percent` on the power falls linearly with the state of charge, as lithium cells demand.
    """

    battery_wh: int = 60_000
    soc_percent: float = 40.0
    max_power_w: int = 11_000
    wires: tuple[Wire, ...] = THREE_PHASES
    voltage_v: int = 230
    max_current_a: int = 32
    wanted_wh: int | None = None
    taper_soc_percent: float = 80.0
    taken_wh: float = 0.0

    @property
    def is_satisfied(self) -> bool:
        """Whether the car asks for nothing more."""
        return self.room_wh <= 0

    @property
    def room_wh(self) -> float:
        """Energy the car would still take."""
        free_wh = self.battery_wh * (100 - self.soc_percent) / 100
        return free_wh if self.wanted_wh is None else min(free_wh, self.wanted_wh - self.taken_wh)

    def power_w(self, offered_w: float) -> float:
        """What the car draws now when `offered_w` is offered."""
        if self.is_satisfied:
            return 0.0
        cable_w = len(self.wires) * self.voltage_v * self.max_current_a
        return min(offered_w, cable_w, self.max_power_w * self._taper())

    def take(self, energy_wh: float) -> None:
        """Energy went into the battery."""
        self.taken_wh += energy_wh
        self.soc_percent = min(100.0, self.soc_percent + energy_wh * 100 / self.battery_wh)

    def _taper(self) -> float:
        if self.soc_percent <= self.taper_soc_percent:
            return 1.0
        left = (100 - self.soc_percent) / (100 - self.taper_soc_percent)
        return max(CUTOFF_SHARE, left)
