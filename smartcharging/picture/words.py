"""Why a charger gets what it gets, as a sentence. Reasons are the data the fill and the control loop keep."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final

from ..engine.fill import Why

Names = Mapping[str, str]
LINES: Final = ("L1", "L2", "L3")
_FULL: Final = 0.05
# Why more than a limit is not free: reservations beside the rest, or the rest alone.
_KEPT: Final = {
    True: "is kept for chargers that have not confirmed a limit yet",
    False: "is needed by the building, with what is kept for its changes",
}

_PLAIN: Final[dict[str, str]] = {
    Why.UNUSED: "draws less than it may; the rest is offered to others",
    Why.RESTS: "paused: no car is switched on and off within minutes",
    Why.UNBALANCE: "its line already carries more than the others may differ by",
    Why.RESERVED: "cannot be told anything now; what it may take is kept free",
    "uncontrolled": "does not keep to limits; all it can take is kept free",
    "offline": "offline; what it may take is kept free",
    "untrusted": "its safe limit is not confirmed yet",
    Why.SUN_WAITS: "waits for the sun: what it leaves beside the building is too little for a car",
    "led": "somebody else's charging profile comes before ours there; what it allows is kept free",
    "unconfirmed": "its last limit is not confirmed yet; the higher one is kept free",
    "idle": "",
}


def why(reason: Mapping[str, Any], names: Names) -> str:
    """A sentence without its subject, empty when nothing holds the charger back. `names`: circuits by public id."""
    if reason.get("rises"):
        return f"{amount(reason['next_a'], 'A')} follow as soon as others are confirmed to take less"
    held = _held(reason, names)
    return f"goes down to {amount(reason['next_a'], 'A')} now; {held}" if "next_a" in reason else held


def _held(reason: Mapping[str, Any], names: Names) -> str:
    code = reason.get("why", "")
    if code in _PLAIN:
        return _PLAIN[code]
    tell = _TOLD.get(code)
    return tell(reason, names) if tell else ""


def _row(reason: Mapping[str, Any], names: Names) -> str:
    """ "feeder B L1 at 63 of 63 A"; what is kept free beyond a limit is said as what it is, not as a use."""
    name = names.get(str(reason.get("circuit")), "a circuit")
    line = reason.get("line")
    place = name if line is None else f"{name} {LINES[line]}"
    used, limit = (amount(reason[part], reason["unit"]) for part in ("used", "limit"))
    if reason["used"] > reason["limit"] + _FULL:
        return f"{place}, {limit}, {_KEPT[bool(reason.get('reserved'))]}"
    return f"{place} at {used.partition(' ')[0]} of {limit}"


def _after(words: str) -> Callable[[Mapping[str, Any], Names], str]:
    return lambda reason, names: f"{words}: {_row(reason, names)}"


def _planned(reason: Mapping[str, Any], _: Names) -> str:
    return f"as planned: up to {amount(reason['limit'], 'A')} now"


def _paused(_: Mapping[str, Any], __: Names) -> str:
    return "paused by the plan: it charges later and is ready in time"


def _sunny(reason: Mapping[str, Any], _: Names) -> str:
    return f"as much as the sun leaves: up to {amount(reason['limit'], 'A')} now"


def _ceiling(reason: Mapping[str, Any], _: Names) -> str:
    return f"the site is as high as planned: {amount(reason['limit'], 'W')}"


_TOLD: Final[dict[str, Callable[[Mapping[str, Any], Names], str]]] = {
    Why.WAITS: _after("waits"),
    Why.MINIMUM: _after("its minimum only"),
    Why.CIRCUIT: _after("reduced"),
    Why.PLAN: _planned,
    Why.PAUSED_BY_PLAN: _paused,
    Why.CEILING: _ceiling,
    Why.SUN: _sunny,
}


def amount(value: float, unit: str) -> str:
    """ "16 A", "11.5 kW", "unknown"."""
    if not isfinite(value):
        return "unknown"
    if unit == "W":
        return f"{value / 1000:.1f}".removesuffix(".0") + " kW"
    return f"{value:.1f}".removesuffix(".0") + " A"
