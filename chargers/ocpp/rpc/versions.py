"""The OCPP versions as the wire core sees them: a subprotocol name and a few rules."""

from __future__ import annotations

from enum import StrEnum


class Version(StrEnum):
    """An OCPP version; the value is the WebSocket subprotocol (RFC 6455 §11.5 registry)."""

    V16 = "ocpp1.6"
    V201 = "ocpp2.0.1"
    V21 = "ocpp2.1"

    @property
    def answers_unreadable(self) -> bool:
        """Whether a frame nobody can read is answered.

        OCPP 1.6J §4.1 lets the receiver ignore it; OCPP 2.0.1 Part 4 §4.2.3 asks for a CALLERROR with id
        "-1".
        """
        return self is not Version.V16

    @property
    def has_send(self) -> bool:
        """Whether SEND and CALLRESULTERROR exist (OCPP 2.1 Part 4 §4.1.4, §4.2.4, §4.2.5)."""
        return self is Version.V21
