"""Keys, requests and certificates for tests, good and bad ones."""

import ssl
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chargers import pki
from chargers.models import ChargingStation, StationCertificate
from chargers.services.security import certificates
from cpms.core import clock
from cpms.core.actors import SYSTEM

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
# What `cryptography` does not make any more: MD5, SHA-1 and RSA of 512 bits, made with openssl for CN=ALPHA-1.
OLD = Path(__file__).parent / "data" / "pki"


def name(common_name: str, organisation: str = "Operator") -> x509.Name:
    """O and CN."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def request(
    common_name: str,
    key: Any = None,
    digest: hashes.HashAlgorithm | None = None,
    extensions: Iterable[x509.ExtensionType] = (),
) -> str:
    """A signing request as PEM."""
    built = x509.CertificateSigningRequestBuilder().subject_name(name(common_name))
    for extension in extensions:
        built = built.add_extension(extension, critical=False)
    signed = built.sign(key or ec.generate_private_key(ec.SECP256R1()), digest or hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def root(now: datetime | None = None, lifetime: timedelta = timedelta(days=100)) -> pki.Authority:
    """A root of somebody."""
    return pki.root_make("Somebody", now or clock.now(), lifetime)


def leaf(
    authority: pki.Authority,
    common_name: str,
    organisation: str,
    *,
    usage: x509.ObjectIdentifier = CLIENT,
    starts_at: datetime | None = None,
    lifetime: timedelta = timedelta(days=10),
) -> pki.Authority:
    """Any certificate at all under an authority, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), starts_at or clock.now() - timedelta(hours=1)
    built = (
        x509.CertificateBuilder()
        .subject_name(name(common_name, organisation))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + lifetime)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
    )
    return pki.Authority(built.sign(authority.key, hashes.SHA256()), key)


def issued(station: ChargingStation) -> tuple[StationCertificate, pki.Authority]:
    """A certificate that our authority has issued to this station, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    row = certificates.certificate_for(station, key.public_key(), SYSTEM)
    return row, pki.Authority(x509.load_pem_x509_certificate(row.certificate.encode()), key)


def written(folder: Path, stem: str, owner: pki.Authority, more: str = "") -> tuple[Path, Path]:
    """Certificate (with `more` behind it) and key as files."""
    chain, key = folder / f"{stem}.pem", folder / f"{stem}.key"
    chain.write_text(owner.pem + more)
    key.write_text(pki.key_text(owner.key))
    return chain, key


def client_context(root_pem: str, files: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    """A charger's TLS: it checks the server, and shows its certificate if it has one."""
    context = ssl.create_default_context(cadata=root_pem)
    if files is not None:
        context.load_cert_chain(*files)
    return context
