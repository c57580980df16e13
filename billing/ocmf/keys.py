"""Public keys as labels, registers and stations give them: SubjectPublicKeyInfo or bare point, in hex, base64, PEM."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import der
from .curves import Curve, curve_of
from .errors import Unreadable

_EC_PUBLIC_KEY = bytes.fromhex("2a8648ce3d0201")
_PEM = re.compile(r"\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*", re.ASCII)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)
# The longest there is, on secp521r1 as hex in groups, has fewer than 500 characters.
_LONGEST = 1000
_WHAT = "the public key"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`material` is the point as given; `curve` is None for a bare point, which does not say what it lies on."""

    material: bytes
    curve: Curve | None = None

    def point_on(self, curve: Curve) -> bytes:
        """The point as in SEC 1 §2.3.3; whether it lies on the curve, verification finds out.

        Raises `Unreadable` for a key of another curve or length.
        """
        if self.curve is not None and self.curve != curve:
            raise Unreadable(f"{_WHAT} is on {self.curve.name}, but the record is signed on {curve.name}")
        if len(self.material) == 2 * curve.size:
            return b"\x04" + self.material
        lengths = {2 * curve.size + 1: b"\x04", curve.size + 1: b"\x02\x03"}
        if self.material[:1] not in {bytes([first]) for first in lengths.get(len(self.material), b"")}:
            raise Unreadable(f"{_WHAT} is no point on {curve.name}")
        return self.material


def read_key(text: str) -> PublicKey:
    """The key of a text. Raises `Unreadable`."""
    if len(text) > _LONGEST:
        raise Unreadable(f"{_WHAT} is too long")
    data = next(_decoded(text), b"")
    if not data:
        raise Unreadable(f"{_WHAT} is neither hex nor base64 nor PEM")
    return _of_info(data) if _is_info(data) else PublicKey(data)


def _decoded(text: str) -> Iterator[bytes]:
    pem = _PEM.fullmatch(text)
    compact = "".join((pem[1] if pem else text).split())
    if pem is None and _HEX.fullmatch(compact):
        yield bytes.fromhex(compact)
    try:
        yield base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        return


def _is_info(data: bytes) -> bool:
    """A bare x||y may begin with the same byte; the length beside it tells them apart."""
    return data[0] == der.SEQUENCE and (
        data[1:2] in (b"\x81", b"\x82") or data[1:2] == bytes([(len(data) - 2) % 256])
    )


def _of_info(data: bytes) -> PublicKey:
    """RFC 5480 §2: the named curve only; parameters written out could describe a curve of the attacker's own."""
    kind, rest = der.take(der.only(data, der.SEQUENCE, _WHAT), der.SEQUENCE, _WHAT)
    bits = der.only(rest, der.BIT_STRING, _WHAT)
    oid, parameters = der.take(kind, der.OBJECT_IDENTIFIER, _WHAT)
    if oid != _EC_PUBLIC_KEY:
        raise Unreadable(f"{_WHAT} is not one of an elliptic curve")
    curve = curve_of(der.only(parameters, der.OBJECT_IDENTIFIER, "the name of the key's curve"))
    if bits[:1] != b"\x00":
        raise Unreadable(f"{_WHAT} is not DER")
    return PublicKey(bits[1:], curve)
