"""What chargers write instead of a standard value.

Evidence for the entries is in the issue threads of open CSMS and charger projects: units and measurands
mobilityhouse/ocpp#70, lorenzodonini/ocpp-go#273, OCPP.Core#81, OpenEVSE#726, lbbrhzn/ocpp#1576; statuses and
error codes lbbrhzn/ocpp#1248 and #361.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

# Written (any case): meant. An entry counts only where the schema allows the meant value.
_ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "%": "Percent",
        "amp": "A",
        "ampere": "A",
        "amps": "A",
        "c": "Celsius",
        "celcius": "Celsius",
        "degc": "Celsius",
        "°c": "Celsius",
        "f": "Fahrenheit",
        "hz": "Hertz",
        "kelvin": "K",
        "volt": "V",
        "volts": "V",
        "watt": "W",
        "watts": "W",
        "soc.percent": "SoC",
        "l1n": "L1-N",
        "l2n": "L2-N",
        "l3n": "L3-N",
        "l1l2": "L1-L2",
        "l2l3": "L2-L3",
        "l3l1": "L3-L1",
        "no_error": "NoError",
        "none": "NoError",
        "ok": "NoError",
        "evdisconnect": "EVDisconnected",
        "rfid": "ISO14443",
        "iso14443a": "ISO14443",
    }
)

# One version's connector states on another version's connection: OCPP 1.5 knows Occupied only, OCPP 2.x as
# well.
_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "occupied": "Preparing",
        "preparing": "Occupied",
        "charging": "Occupied",
        "suspendedev": "Occupied",
        "suspendedevse": "Occupied",
        "finishing": "Occupied",
    }
)

# The value that stands for anything, the most specific word first.
_CATCH_ALL: Final = ("OtherError", "Other", "Unknown")

# Where the standard has no such value: the one that claims least, by property.
_LEAST_CLAIM: Final[Mapping[str, str]] = MappingProxyType(
    {
        "status": "Unavailable",
        "connectorStatus": "Unavailable",
        "triggerReason": "ChargingStateChanged",
        "type": "ISO14443",
    }
)


def alias(written: str, allowed: Collection[str], *, is_answer: bool = False) -> str | None:
    """The allowed value that `written` (any case) is known to mean; an answer has no connector states."""
    for table in (_ALIASES,) if is_answer else (_ALIASES, _STATES):
        meant = table.get(written.casefold())
        if meant in allowed:
            return meant
    return None


def catch_all(property_name: str, allowed: Collection[str]) -> str | None:
    """The allowed value an unknown one is mapped to; None if every choice would be a lie."""
    candidates = (*_CATCH_ALL, _LEAST_CLAIM.get(property_name))
    return next((value for value in candidates if value in allowed), None)
