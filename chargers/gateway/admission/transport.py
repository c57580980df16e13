"""What the connection itself shows: whose address, encrypted or not, with which client certificate.

Behind a proxy the application sees only its own side. What the proxy says in headers counts when it comes from an
address of the proxy *and* with the secret both share; whatever else sends such headers is ignored (B63).
"""

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings

from cpms.core.secrets import same_hash

from .address import header

# What nginx says of a connection without a client certificate.
NO_CERTIFICATE = (b"", b"NONE")
MAX_PEM = 16_000


@dataclass(frozen=True, slots=True)
class Facts:
    """The server's own knowledge of a connection, put into the scope by our protocol class."""

    address: str
    is_tls: bool
    certificate: bytes | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """How a station is connected. `certificate` is the client's, DER; that it holds the key was shown in TLS."""

    is_tls: bool
    certificate: bytes | None = None


def transport_of(scope: dict[str, Any]) -> Transport:
    """What may be believed of this connection."""
    facts: Facts | None = (scope.get("extensions") or {}).get("cpms.transport")
    if facts is None:
        # A server that is not ours never rewrites the scheme.
        return Transport(scope.get("scheme") == "wss")
    if facts.is_tls or not _is_the_proxy(scope, facts):
        return Transport(facts.is_tls, facts.certificate)
    encrypted = header(scope, b"x-forwarded-proto") in ([b"https"], [b"wss"])
    return Transport(encrypted, _forwarded(scope) if encrypted else None)


def _is_the_proxy(scope: dict[str, Any], facts: Facts) -> bool:
    secret, shown = settings.OCPP_PROXY_SECRET, header(scope, b"x-proxy-secret")
    if not secret or len(shown) != 1:
        return False
    right = same_hash(shown[0].decode("latin-1"), secret)
    return right and any(_is_in(facts.address, network) for network in settings.OCPP_PROXY_ADDRESSES)


def _is_in(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address or "127.0.0.1") in _network(network)
    except ValueError:
        return False


@lru_cache(maxsize=32)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text)


def _forwarded(scope: dict[str, Any]) -> bytes | None:
    """The client certificate in the proxy's headers, unless it says that there was none."""
    verdicts, shown = header(scope, b"x-client-verify"), header(scope, b"x-client-certificate")
    if len(verdicts) != 1 or verdicts[0] in NO_CERTIFICATE or len(shown) != 1 or len(shown[0]) > MAX_PEM:
        return None
    try:
        certificate = x509.load_pem_x509_certificate(unquote_to_bytes(shown[0]))
    except ValueError:
        return None
    return certificate.public_bytes(serialization.Encoding.DER)
