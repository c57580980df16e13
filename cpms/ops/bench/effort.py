"""How much is done for a figure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Runs of each measurement, seconds of each run, chargers of each kind of load, messages a second."""

    runs: int = 3
    seconds: float = 8.0
    chargers: int = 200
    open_chargers: int = 300
    rate: float = 400.0
    storm: int = 1000
    idle: int = 10_000
    idle_s: float = 60.0
    orders: float = 50.0
    soak: int = 1000
    soak_rate: float = 150.0
    soak_minutes: float = 30.0

    @property
    def stations(self) -> int:
        """How many stations have to be registered."""
        return max(self.chargers, self.open_chargers, self.storm, self.idle, self.soak)


FULL = Effort()
QUICK = Effort(runs=1, seconds=3.0, idle=1000, idle_s=10.0)
TINY = Effort(
    runs=1, seconds=0.5, chargers=5, open_chargers=5, rate=20.0, storm=10, idle=10, idle_s=1.0, orders=5.0,
    soak=10, soak_rate=20.0, soak_minutes=0.05,
)  # fmt: skip
