"""Signed and unsigned firmware, with a manufacturer's certificates made for the occasion."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chargers.models import ChargingStation, FirmwareFile
from chargers.services.files.firmware_files import firmware_file_create, firmware_file_received
from chargers.services.files.storage import Incoming
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.worlds import World

BYTES = b"CPMS simulated firmware 5.0.0\n" + b"\x00\x01\x02\x03" * 50_000
VENDOR, MODEL, VERSION = "Northwind Chargers", "Duo 22", "5.0.0"


@dataclass(frozen=True)
class Signer:
    """A key with its certificate."""

    key: Any
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def sign(self, data: bytes) -> str:
        """As the whitepaper wants it: RSA-PSS or ECDSA, SHA-256, base64."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            signature = self.key.sign(data, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
        else:
            signature = self.key.sign(data, ec.ECDSA(SHA256()))
        return base64.b64encode(signature).decode()


def issue(
    name: str,
    issuer: Signer | None = None,
    *,
    ca: bool = False,
    key: Any = None,
    days: int = 365,
    age: int = 1,
) -> Signer:
    """A certificate of this name, its own issuer unless one is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = clock.now() - timedelta(days=age)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    return Signer(key, builder.sign(issuer.key if issuer else key, SHA256()))


@cache
def root() -> Signer:
    return issue("Northwind root", ca=True)


@cache
def signer() -> Signer:
    return issue("Northwind firmware signing", root())


@cache
def rsa_signer() -> Signer:
    return issue("Northwind RSA signing", root(), key=rsa.generate_private_key(65537, 2048))


def stored(data: bytes = BYTES) -> Any:
    """Bytes in the storage."""
    incoming = Incoming(len(data))
    incoming.write(data)
    return incoming.keep("firmware")


def firmware(world: World, data: bytes = BYTES, *, by: Signer | None = None, **fields: Any) -> FirmwareFile:
    """A complete firmware of the world's organisation, signed when a signer is given."""
    facts: dict[str, Any] = {"vendor": VENDOR, "model": MODEL, "version": VERSION}
    if by is not None:
        facts |= {"signature": by.sign(data), "certificate": by.pem}
    file = firmware_file_create(world.organisation, SYSTEM, **facts | fields)
    return firmware_file_received(file.pk, stored(data), "duo22-5.0.0.bin")


def of_this_make(station: ChargingStation, version: str = "4.2.0") -> ChargingStation:
    """The station as it would have booted."""
    station.vendor, station.model, station.firmware_version = VENDOR, MODEL, version
    station.save(update_fields=["vendor", "model", "firmware_version"])
    return station


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
