"""What the checks of the connection doctor look at, and how they say what they found."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chargers.choices import Health
from chargers.models import ChargingStation, RefusedHandshake, StationConnection


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its verdict in a sentence, and what to set on the charger ("" when there is nothing to change)."""

    topic: str
    health: Health
    sentence: str
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """A station's connection as far as it is known. `skew` is how far its clock is ahead of ours."""

    station: ChargingStation
    link: StationConnection | None
    now: datetime
    url: str
    refusals: tuple[RefusedHandshake, ...] = ()
    others_online: bool = False
    skew: timedelta | None = None
    unanswered: int = 0
    # Until when its newest client certificate is good; None when it has none.
    client_certificate_ends_at: datetime | None = None

    @property
    def subprotocol(self) -> str:
        """The version of its newest connection; "" before the first."""
        return self.link.subprotocol if self.link else ""

    @property
    def is_online(self) -> bool:
        """Whether its socket is open."""
        return self.link is not None and self.link.is_open

    @property
    def was_heard(self) -> bool:
        """Whether it ever got in."""
        return self.link is not None and self.link.opened_at is not None


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a call to our public address gets: each step's error text, "" when it worked, None when not tried."""

    host: str
    port: int
    is_tls: bool
    addresses: tuple[str, ...] = ()
    lookup_error: str = ""
    port_error: str | None = None
    tls_error: str | None = None
    certificate_ends_at: datetime | None = None
