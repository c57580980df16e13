"""What an OCPP 2.0.1 station tells in its answers to our CALLs, in the words of `chargers.domain`."""

from collections.abc import Callable
from typing import Final

from chargers.domain import Report
from chargers.ocpp.adapter import Payload

from . import local_lists, reservations, settings

Teller = Callable[[Payload, Payload], Report | None]
"""Payload and result of a CALL to what the result tells."""

_TELLERS: Final[dict[str, Teller]] = {
    "CancelReservation": reservations.gone,
    "GetLocalListVersion": local_lists.version,
    "GetVariables": settings.reported,
    "ReserveNow": reservations.made,
    "SetVariables": settings.agreed,
}


def learned(action: str, payload: Payload, result: Payload) -> Report | None:
    """What the result of a CALL tells about the station; None for answers that only agree."""
    teller = _TELLERS.get(action)
    return None if teller is None else teller(payload, result)
