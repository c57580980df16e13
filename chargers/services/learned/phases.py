"""Which phases a station has charged on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from chargers.choices import FactKind
from chargers.domain import Reading

from .facts import fact_learn, fact_value

_LINES: Final = {"L1": "L1", "L1-N": "L1", "L2": "L2", "L2-N": "L2", "L3": "L3", "L3-N": "L3"}
_FLOWS: Final = ("Current.Import", "Power.Active.Import")
_JOINT: Final = ", "


def lines_in_use(readings: Iterable[Reading]) -> set[str]:
    """The lines on which something flows."""
    return {
        _LINES[sample["phase"]]
        for reading in readings
        for sample in reading.samples
        if sample.get("phase") in _LINES and sample.get("measurand") in _FLOWS and _flows(sample.get("value"))
    }


def _flows(value: object) -> bool:
    return isinstance(value, int | float) and value > 0


def phases_learn(station_id: int, lines: set[str], evidence: dict[str, Any], at: datetime) -> None:
    """Add to the phases a station is known to have charged on."""
    known = fact_value(station_id, FactKind.PHASES)
    union = lines | set(known.split(_JOINT) if known else ())
    fact_learn(station_id, FactKind.PHASES, _JOINT.join(sorted(union)), evidence, at)
