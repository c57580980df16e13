"""Where places lie to each other, drawn from their positions alone.

No tile of anybody is fetched: nobody learns where a driver looks, and it works where no other network is reached. The
projection is an equirectangular one about the middle, true enough for the places of a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import cos, radians
from typing import Final

from billing.pricing.exact import ratio
from billing.tariffs.numbers import number_text
from cpms.drivers.sites import Found

WIDTH, LOWEST, HIGHEST, MARGIN = 280, 110, 280, 22
_KM_PER_DEGREE: Final = 111.32
# Places in one street are not drawn as if towns lay between them.
_LEAST_KM: Final = 1.0
_BARS_M: Final = (100, 200, 500, *(digit * 1000 * 10**power for power in range(4) for digit in (1, 2, 5)))
_LONGEST_BAR = 120


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the map: its number in the list, the coordinates in the drawing, whether something is free."""

    number: int
    x: str
    y: str
    is_free: bool


@dataclass(frozen=True, slots=True)
class SiteMap:
    """`here` is the driver, None where he did not say; `bar` the length of the scale, `scale` what it stands for."""

    dots: tuple[Dot, ...]
    here: tuple[str, str] | None
    height: int
    bar: int
    scale: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """Kilometres east and north of the middle, to coordinates of the drawing."""

    latitude: float
    longitude: float
    per_km: float
    height: int

    def at(self, latitude: float, longitude: float) -> tuple[str, str]:
        east, north = _km(latitude - self.latitude, longitude - self.longitude, self.latitude)
        return f"{WIDTH / 2 + east * self.per_km:.1f}", f"{self.height / 2 - north * self.per_km:.1f}"


def site_map(rows: Sequence[Found], near: tuple[float, float] | None) -> SiteMap | None:
    """The places of a list that have a position; None below two points, where there is nothing to compare."""
    placed = [(number, row, _position(row)) for number, row in enumerate(rows, 1)]
    known = [position for _, _, position in placed if position is not None]
    points = [*known, *([near] if near else [])]
    if not known or len(points) < 2:
        return None
    frame = _frame(points)
    dots = (Dot(number, *frame.at(*at), row.free > 0) for number, row, at in placed if at is not None)
    bar_m = max(takewhile(lambda m: m / 1000 * frame.per_km <= _LONGEST_BAR, _BARS_M), default=_BARS_M[0])
    here = frame.at(*near) if near else None
    return SiteMap(tuple(dots), here, frame.height, round(bar_m / 1000 * frame.per_km), _length(bar_m))


def _position(row: Found) -> tuple[float, float] | None:
    site = row.site
    if site.latitude is None or site.longitude is None:
        return None
    return float(site.latitude), float(site.longitude)


def _frame(points: Sequence[tuple[float, float]]) -> _Frame:
    (south, north), (west, east) = ((min(each), max(each)) for each in zip(*points, strict=True))
    latitude, longitude = (south + north) / 2, (west + east) / 2
    wide, high = _km(north - south, east - west, latitude)
    per_km = min((WIDTH - 2 * MARGIN) / max(wide, _LEAST_KM), (HIGHEST - 2 * MARGIN) / max(high, _LEAST_KM))
    return _Frame(latitude, longitude, per_km, max(LOWEST, round(high * per_km) + 2 * MARGIN))


def _km(degrees_north: float, degrees_east: float, latitude: float) -> tuple[float, float]:
    """East and north."""
    return degrees_east * _KM_PER_DEGREE * cos(radians(latitude)), degrees_north * _KM_PER_DEGREE


def _length(metres: int) -> str:
    return f"{metres} m" if metres < 1000 else f"{number_text(ratio(metres, 1000))} km"
