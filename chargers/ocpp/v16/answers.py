"""What an OCPP 1.6 station tells in its answers to our CALLs, in the words of `chargers.domain`."""

from collections.abc import Callable
from typing import Final

from chargers.domain import Report
from chargers.ocpp.adapter import Payload

from . import files, local_lists, reservations, security, settings

Teller = Callable[[Payload, Payload], Report | None]
"""Payload and result of a CALL to what the result tells."""

_TELLERS: Final[dict[str, Teller]] = {
    "DeleteCertificate": security.deleted,
    "GetInstalledCertificateIds": security.listed,
    "InstallCertificate": security.installed,
    "CancelReservation": reservations.gone,
    "ChangeConfiguration": security.agreed,
    "GetDiagnostics": files.announced,
    "GetLog": files.announced,
    "GetConfiguration": settings.reported,
    "GetLocalListVersion": local_lists.version,
    "ReserveNow": reservations.made,
}


def teller(action: str) -> Teller | None:
    """What reads the answers to an action; None where an answer only agrees or not."""
    return _TELLERS.get(action)


def learned(action: str, payload: Payload, result: Payload) -> Report | None:
    """What the result of a CALL tells about the station; None for answers that only agree."""
    tell = teller(action)
    return None if tell is None else tell(payload, result)
