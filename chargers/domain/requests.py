"""What we ask of a station."""

from dataclasses import dataclass
from datetime import datetime

from chargers.choices import Availability

from .profiles import ChargingProfile, ProfilePurpose, RateUnit
from .values import Place, Token


@dataclass(frozen=True, slots=True)
class Request:
    """Base of every version-neutral wish; an adapter's `outbound` puts it into the station's words."""


@dataclass(frozen=True, slots=True)
class RemoteStart(Request):
    """Start charging for a token. `remote_start_id` comes back in the transaction (2.x only).

    A `profile` is one for a transaction that has no id yet (OCPP 1.6 §5.16).
    """

    token: Token
    evse_no: int | None = None
    remote_start_id: int = 0
    profile: ChargingProfile | None = None


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


@dataclass(frozen=True, slots=True)
class ClearCache(Request):
    """Forget the remembered answers to tokens."""


@dataclass(frozen=True, slots=True)
class ReserveNow(Request):
    """Keep a place (EVSE 0: any place) for a token until a time; asking again with a number replaces."""

    number: int
    evse_no: int
    token: Token
    expires_at: datetime
    parent_uid: str = ""


@dataclass(frozen=True, slots=True)
class CancelReservation(Request):
    """Give a kept place free."""

    number: int


@dataclass(frozen=True, slots=True)
class SetProfile(Request):
    """Install a charging profile; EVSE 0 is the station, or every EVSE for a default."""

    evse_no: int
    profile: ChargingProfile


@dataclass(frozen=True, slots=True)
class ClearProfiles(Request):
    """Remove the profile with this number, or those that fit the other words; nothing named is all of them."""

    number: int | None = None
    evse_no: int | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None


@dataclass(frozen=True, slots=True)
class ReadProfiles(Request):
    """All profiles a station holds; it reports them under this number (2.x only, K09)."""

    request_id: int


@dataclass(frozen=True, slots=True)
class ReadSchedule(Request):
    """What all profiles together allow from now on for so many seconds; EVSE 0 is the station."""

    evse_no: int
    duration_s: int
    unit: RateUnit | None = None
