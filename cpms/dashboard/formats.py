"""How figures and times are written: one place, used by the template tags and by fragments sent live."""

from datetime import datetime, timedelta

from cpms.core import clock

_STEPS = (("y", 31_536_000), ("mo", 2_592_000), ("d", 86_400), ("h", 3_600), ("min", 60))
DASH = "\N{EN DASH}"


def kwh(energy_wh: int | None) -> str | None:
    """Energy in kWh with two digits, thousands grouped: 31200 Wh is `31.20`."""
    return None if energy_wh is None else f"{energy_wh / 1000:,.2f}"


def kw(power_w: int | float | None) -> str | None:
    """Power in kW: one digit, none from 100 kW on."""
    if power_w is None:
        return None
    value = float(power_w) / 1000
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"


def duration(length: timedelta | float | int | None) -> str:
    """A length of time in its two largest units: `54 min`, `4 h 12 min`, `3 d 2 h`. Numbers are seconds."""
    if length is None:
        return DASH
    seconds = max(0, int(length.total_seconds() if isinstance(length, timedelta) else length))
    minutes, hours = seconds // 60, seconds // 3600
    if minutes < 1:
        return f"{seconds} s"
    if hours < 1:
        return f"{minutes} min"
    large, small = (f"{hours} h", minutes % 60) if hours < 48 else (f"{hours // 24} d", hours % 24)
    return f"{large} {small} {'min' if hours < 48 else 'h'}" if small else large


def relative(moment: datetime) -> str:
    """How long ago, or in how long, in one short unit: `14 min ago`, `in 3 d`, `just now`."""
    seconds = (moment - clock.now()).total_seconds()
    for unit, length in _STEPS:
        if abs(seconds) >= length:
            text = f"{int(abs(seconds) // length)} {unit}"
            return f"in {text}" if seconds > 0 else f"{text} ago"
    return "just now"
