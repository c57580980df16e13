"""Values that reports, answers and wishes are made of.

Energy is integer Wh, power W, current A, voltage V, times aware UTC. A time of None means the station sent none
that can be read; the receipt time is used then.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chargers.choices import TokenType


@dataclass(frozen=True, slots=True)
class Place:
    """Where at a station. `evse_no` 0 is the station itself; `connector_no` None is the whole EVSE."""

    evse_no: int
    connector_no: int | None = 1


@dataclass(frozen=True, slots=True)
class Token:
    """What a driver held up."""

    uid: str
    type: TokenType = TokenType.ISO14443


@dataclass(frozen=True, slots=True)
class Reading:
    """One instant of a meter; `samples` holds every sampled value, normalised, as JSON values.

    A sample is `{"measurand", "value", "unit", "phase"?, "location"?, "context"?, "format"?}`, the value a
    number, or the text as sent when it is signed or unreadable; 2.x puts signed data beside it in "signed".
    Energy and power are in Wh and W whatever the station counts in. `digest` is 63 bits over the samples, so
    that a repeat is recognised.
    """

    at: datetime | None
    energy_wh: int | None = None
    power_w: float | None = None
    current_a: float | None = None
    voltage_v: float | None = None
    soc_percent: float | None = None
    context: str = ""
    samples: list[dict[str, Any]] = field(default_factory=list)
    digest: int = 0
