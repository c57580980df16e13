"""How long a process that died waits before it is started again."""

from dataclasses import dataclass

FIRST_S = 0.5
LONGEST_S = 30.0
HEALTHY_S = 60.0


@dataclass(slots=True)
class Backoff:
    """Doubles from FIRST_S to LONGEST_S; a life of HEALTHY_S starts the count again."""

    deaths: int = 0

    def delay_s(self, lifetime_s: float) -> float:
        """Seconds to wait after a death that followed `lifetime_s` of life."""
        self.deaths = 1 if lifetime_s >= HEALTHY_S else self.deaths + 1
        return min(FIRST_S * 2.0 ** (self.deaths - 1), LONGEST_S)
