"""What a charger can deliver in a time: Pmax * time * 1.05, and 100 Wh for what a coarse register hides."""

from collections.abc import Iterable, Sequence

from ..exact import Rational
from .values import Sample

_SLACK_WH = 100
# 1.05 / 3600: W and s into Wh with five per cent on top.
_PER_WATT_SECOND = (7, 24_000)


def ceiling_wh(max_power_w: Rational, duration_s: Rational) -> int:
    """The most energy a session of this length can have, in whole Wh."""
    share, of = _PER_WATT_SECOND
    product = max_power_w * duration_s * share
    return int(product // of)


class Reach:
    """Which energy fits between two of a row of samples.

    A sample without a time was taken somewhere between its timed neighbours: it gets the widest span there is.
    """

    def __init__(self, samples: Sequence[Sample], max_power_w: Rational | None) -> None:
        self._max_power_w = max_power_w
        self._earliest = _filled(sample.at for sample in samples)
        self._latest = _filled(sample.at for sample in reversed(samples))[::-1]

    def holds(self, energy_wh: Rational, first: int, last: int) -> bool:
        """Whether this much energy, not negative, can have flowed from sample `first` to sample `last`."""
        if energy_wh < 0:
            return False
        begin, end = self._earliest[first], self._latest[last]
        if self._max_power_w is None or begin is None or end is None:
            return True
        share, of = _PER_WATT_SECOND
        return (energy_wh - _SLACK_WH) * of <= self._max_power_w * max(0, end - begin) * share


def _filled(instants: Iterable[Rational | None]) -> list[Rational | None]:
    """Each instant, or where there is none the one before it."""
    filled: list[Rational | None] = []
    for at in instants:
        filled.append(filled[-1] if at is None and filled else at)
    return filled
