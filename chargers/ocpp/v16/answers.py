"""What an OCPP 1.6 station tells in its answers to our CALLs, in the words of `chargers.domain`."""

from collections.abc import Callable
from typing import Final

from chargers.domain import Report
from chargers.ocpp.adapter import Payload

from . import files, local_lists, reservations, settings

Teller = Callable[[Payload, Payload], Report | None]
"""Payload and result of a CALL to what the result tells."""

_TELLERS: Final[dict[str, Teller]] = {
    "CancelReservation": reservations.gone,
    "ChangeConfiguration": settings.agreed,
    "GetDiagnostics": files.announced,
    "GetLog": files.announced,
    "GetConfiguration": settings.reported,
    "GetLocalListVersion": local_lists.version,
    "ReserveNow": reservations.made,
    "SendLocalList": local_lists.sent,
}


def learned(action: str, payload: Payload, result: Payload) -> Report | None:
    """What the result of a CALL tells about the station; None for answers that only agree."""
    teller = _TELLERS.get(action)
    return None if teller is None else teller(payload, result)
