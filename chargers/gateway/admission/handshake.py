"""Who may open a socket: path, origin, credentials and version, before anything is accepted."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chargers.ocpp import adapters
from chargers.ocpp.adapter import Adapter
from chargers.services.security.certificate_check import Proof
from chargers.services.security.events import CERTIFICATE_REFUSED, PROFILE_TOO_LOW
from chargers.services.stations.unknown import Knock
from cpms.core import clock
from cpms.core.secrets import machine_key_hash, same_hash

from . import facts
from .address import BadHandshake, Credentials, credentials_of, header, other_forms, printable
from .transport import Transport

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """A station that may come in. `adapter` is None when none of the versions it offers is known."""

    station: facts.StationFacts
    adapter: Adapter | None
    subprotocol: str | None
    remote_address: str
    security_profile: int
    # Whether the key came in another form of its bytes than the one that was registered.
    key_form: bool = False
    # Whether it was the new one of two keys, and the row of the client certificate that opened the socket.
    with_pending_key: bool = False
    certificate_id: int | None = None

    @property
    def proves_something(self) -> bool:
        """Whether what it came with has to be noted: a new key, a higher profile, a certificate."""
        return self.station.is_changing or self.certificate_id is not None


def remote_address(scope: dict[str, Any]) -> str:
    """The peer's address as the server saw it; forwarded headers are not believed here."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def admit(
    scope: dict[str, Any],
    identity: str,
    station: facts.StationFacts | None,
    transport: Transport,
    proof: Proof | None = None,
) -> Admission:
    """Decide about a handshake, given what is known of the identity. Raises BadHandshake with the HTTP status.

    `proof` is what the client certificate proves, if there is one.

    An unknown identity and a wrong password look the same from outside; the true reason is in our log and,
    for unknown identities, in the inbox.
    """
    if header(scope, b"origin"):
        raise BadHandshake(403, "a browser is no charger")
    offered = credentials_of(scope)
    profile = _profile(station, offered, transport, proof, clock.now())
    if station is None or profile is None:
        raise _refusal(scope, identity, offered, station, proof)
    check_floor(station, profile, proof)
    adapter, chosen = _version(scope, station)
    return Admission(
        station, adapter, chosen, remote_address(scope), profile,
        key_form=profile in (1, 2) and not _is_right_key(station, offered, plain=True),
        with_pending_key=profile in (1, 2) and _is_pending(station, offered),
        certificate_id=proof.certificate_id if proof and profile == 3 else None,
    )  # fmt: skip


def _profile(
    station: facts.StationFacts | None,
    offered: Credentials | None,
    transport: Transport,
    proof: Proof | None,
    now: datetime,
) -> int | None:
    """The security profile reached: 3 by certificate, 2 by key over TLS, 1 by key, 0 without; None when refused."""
    has_key = _is_right_key(station, offered)
    if station is not None and transport.is_tls and proof is not None and not proof.refusal:
        return 3
    if has_key:
        return 2 if transport.is_tls else 1
    open_now = station is not None and station.open_until is not None and station.open_until > now
    return 0 if open_now and offered is None else None


def check_floor(station: facts.StationFacts, profile: int, proof: Proof | None) -> None:
    """Refuse a station that is known but comes with less than it must (B60, B61). Raises BadHandshake(403).

    An exception without a password is one to profile 1 only.
    """
    if profile >= station.floor or (profile == 0 and station.floor == 1):
        return
    if proof is not None and proof.refusal:
        raise _certificate_refusal(station, proof)
    text = f"came with profile {profile}, must reach {station.floor}"
    raise BadHandshake(403, "security profile too low", event=(station.station_id, PROFILE_TOO_LOW, text))


def _certificate_refusal(station: facts.StationFacts, proof: Proof) -> BadHandshake:
    event = (station.station_id, CERTIFICATE_REFUSED, proof.refusal)
    return BadHandshake(403, "client certificate refused", event=event)


def _is_pending(station: facts.StationFacts, offered: Credentials | None) -> bool:
    """Whether the key is the new one, in any form."""
    if not station.pending_key_hash or offered is None:
        return False
    hashes = [machine_key_hash(station.identity, form) for form in (offered.key, *other_forms(offered.key))]
    return True in [same_hash(one, station.pending_key_hash) for one in hashes]


def _is_right_key(
    station: facts.StationFacts | None, offered: Credentials | None, plain: bool = False
) -> bool:
    """Whether it is the station's key: as it came, or (unless `plain` or strict) in another form of its bytes."""
    key = offered.key if offered else b""
    # Compared even when the station is unknown, so that both refusals take the same time.
    right = _opens(station, key) or (
        not plain and True in [_opens(station, form) for form in other_forms(key)] and not _is_strict(station)
    )
    return right and station is not None and offered is not None and offered.user == station.identity


def _is_strict(station: facts.StationFacts | None) -> bool:
    return station is not None and station.strict


def _opens(station: facts.StationFacts | None, key: bytes) -> bool:
    key_hash = machine_key_hash(station.identity if station else "unknown", key)
    return same_hash(key_hash, station.key_hash if station else "") or (
        bool(station and station.pending_key_hash)
        and same_hash(key_hash, station.pending_key_hash if station else "")
    )


def _refusal(
    scope: dict[str, Any],
    identity: str,
    offered: Credentials | None,
    station: facts.StationFacts | None,
    proof: Proof | None,
) -> BadHandshake:
    if station is not None and proof is not None and proof.refusal and offered is None:
        return _certificate_refusal(station, proof)
    reason = (
        "unknown station"
        if station is None
        else ("no credentials" if offered is None else "wrong credentials")
    )
    logger.info("handshake of %s from %s refused: %s", identity, remote_address(scope), reason)
    return BadHandshake(401, reason, _knock(scope, identity, offered) if station is None else None)


def _knock(scope: dict[str, Any], identity: str, offered: Credentials | None) -> Knock:
    matching = offered is not None and offered.user == identity
    return Knock(
        identity=identity,
        remote_address=remote_address(scope),
        path=printable([scope["raw_path"]], 255),
        subprotocols=printable(header(scope, b"sec-websocket-protocol"), 255),
        user_agent=printable(header(scope, b"user-agent"), 255),
        key=offered.key if offered and matching else None,
    )


def _version(scope: dict[str, Any], station: facts.StationFacts) -> tuple[Adapter | None, str | None]:
    """The adapter and the subprotocol to echo. A station that names none is taken for the default, unless strict.

    Names are compared without regard to case, for a strict station exactly (RFC 6455 §4.2.2).
    """
    offered = list(scope.get("subprotocols") or [])
    if not offered:
        if station.strict:
            raise BadHandshake(400, "no subprotocol offered")
        return adapters.DEFAULT, None
    exact = [name for name in offered if adapters.is_known(name)]
    adapter = adapters.choose(exact if station.strict else offered)
    if adapter is None:
        return None, None
    return adapter, next(name for name in offered if name.strip().lower() == adapter.subprotocol)
