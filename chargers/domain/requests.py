"""What we ask of a station."""

from dataclasses import dataclass

from chargers.choices import Availability

from .values import Place, Token


@dataclass(frozen=True, slots=True)
class Request:
    """Base of every version-neutral wish; an adapter's `outbound` puts it into the station's words."""


@dataclass(frozen=True, slots=True)
class RemoteStart(Request):
    """Start charging for a token. `remote_start_id` comes back in the transaction (2.x only)."""

    token: Token
    evse_no: int | None = None
    remote_start_id: int = 0


@dataclass(frozen=True, slots=True)
class RemoteStop(Request):
    """Stop the transaction with this wire reference."""

    reference: str


@dataclass(frozen=True, slots=True)
class Reset(Request):
    """Restart; a soft one ends transactions first (1.6 Soft/Hard, 2.x OnIdle/Immediate)."""

    hard: bool = False


@dataclass(frozen=True, slots=True)
class Unlock(Request):
    """Release the cable."""

    place: Place


@dataclass(frozen=True, slots=True)
class SetAvailability(Request):
    """Put a place into or out of service; `Place(0, None)` is the station."""

    place: Place
    availability: Availability


@dataclass(frozen=True, slots=True)
class Trigger(Request):
    """Ask for a message: "BootNotification", "StatusNotification", "Heartbeat", "MeterValues"."""

    message: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ReadSettings(Request):
    """Read configuration keys (1.6) or variables (2.x, written `Component.Variable`); empty reads all in 1.6."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteSetting(Request):
    """Change one configuration key or variable."""

    name: str
    value: str
