"""Whether our public OCPP address can be found and called, tried from this server."""

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import monotonic
from urllib.parse import urlsplit

from chargers.choices import Health
from chargers.explain import words

from .facts import Facts, Finding, Reached

PATIENCE_S = 2.0
# One look serves everybody who asks within so many seconds.
REMEMBERED_S = 30
SOON = timedelta(days=21)
_PORTS = {"ws": 80, "wss": 443}


def reach(url: str) -> Reached:
    """Look up, connect, and shake hands; never longer than a few seconds."""
    return _reach(url, int(monotonic() // REMEMBERED_S))


@lru_cache(maxsize=8)
def _reach(url: str, when: int) -> Reached:
    parts = urlsplit(url)
    found = Reached(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80), parts.scheme == "wss")
    with ThreadPoolExecutor(1) as pool:
        try:
            addresses = pool.submit(_look_up, found).result(timeout=PATIENCE_S)
        except (OSError, UnicodeError, TimeoutError) as error:
            return replace(found, lookup_error=str(error) or "no answer")
    return _call(replace(found, addresses=addresses))


def _look_up(target: Reached) -> tuple[str, ...]:
    rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows))


def _call(target: Reached) -> Reached:
    try:
        plain = socket.create_connection((target.host, target.port), PATIENCE_S)
    except OSError as error:
        return replace(target, port_error=error.strerror or type(error).__name__)
    with plain:
        return replace(_shake(target, plain) if target.is_tls else target, port_error="")


def _shake(target: Reached, plain: socket.socket) -> Reached:
    try:
        with ssl.create_default_context().wrap_socket(plain, server_hostname=target.host) as secure:
            certificate = secure.getpeercert() or {}
    except (OSError, ValueError) as error:
        return replace(target, tls_error=getattr(error, "verify_message", "") or type(error).__name__)
    ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    return replace(target, tls_error="", certificate_ends_at=datetime.fromtimestamp(ends, UTC))


def findings(facts: Facts, reached: Reached) -> Iterator[Finding]:
    """The network's part of a diagnosis. What we cannot reach ourselves others may: then it is only a warning."""
    proven = facts.is_online or facts.others_online
    bad = Health.WARN if proven else Health.BAD
    name = f"{reached.host}:{reached.port}"
    if reached.lookup_error:
        yield Finding("Name", bad, f"The name {reached.host} cannot be looked up: {reached.lookup_error}.")
        return
    if reached.addresses != (reached.host,):
        yield Finding("Name", Health.OK, f"{reached.host} is {words.listed(list(reached.addresses[:3]))}.")
    if reached.port_error:
        but = " Stations are connected, so it may only be closed from here." if proven else ""
        yield Finding("Port", bad, f"Nothing answers at {name} ({reached.port_error}).{but}")
        return
    yield Finding("Port", Health.OK, f"{name} answers.")
    yield _encryption(facts, reached, bad)


def _encryption(facts: Facts, reached: Reached, bad: Health) -> Finding:
    if not reached.is_tls:
        if all(_is_local(address) for address in reached.addresses):
            return Finding(
                "Certificate", Health.OK, "The address is on this machine and needs no certificate."
            )
        said = "The address is not encrypted: passwords and card numbers travel in clear."
        return Finding("Certificate", Health.WARN, said, f"Server address wss://{reached.host}/…")
    if reached.tls_error:
        advice = "Give the charger the root certificate our certificate is signed with"
        return Finding("Certificate", bad, f"The certificate is not accepted: {reached.tls_error}.", advice)
    ends = reached.certificate_ends_at
    assert ends is not None
    left = ends - facts.now
    health = Health.OK if left > SOON else Health.WARN
    return Finding("Certificate", health, f"The certificate is good for another {words.span(left)}.")


def _is_local(address: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(address).is_loopback
    return False
