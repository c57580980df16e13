"""Whether a client certificate opens a station's socket: looked at on every connect with one (profile 3)."""

from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from django.conf import settings
from django.db import transaction

from chargers import pki
from chargers.choices import CertificateState
from chargers.models import CertificateAuthority, StationCertificate
from cpms.core import clock

from . import authorities


@dataclass(frozen=True, slots=True)
class Proof:
    """What a shown certificate proves: `certificate_id` is the row it is, `refusal` why it proves nothing."""

    refusal: str = ""
    certificate_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claimant:
    """The station that a certificate is to prove."""

    organisation_id: int
    identity: str
    serial_number: str


def certificate_check(claimant: Claimant, der: bytes) -> Proof:
    """Chain to our organisation's authority, validity, use, name and revocation; never raises."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        return _check(claimant, certificate)
    except pki.PathError as error:
        return Proof(str(error))
    except (ValueError, TypeError, x509.ExtensionNotFound):
        return Proof("it cannot be read")


def _check(claimant: Claimant, certificate: x509.Certificate) -> Proof:
    rows = CertificateAuthority.objects.filter(organisation_id=claimant.organisation_id)
    trusted = {row.fingerprint: row for row in rows}
    issuer = pki.client_path_check(
        certificate, [authorities.certificate_of(row) for row in trusted.values()], clock.now()
    )
    names = {claimant.identity, claimant.serial_number} - {""}
    if pki.common_name(certificate.subject) not in names:
        return Proof("it is another station's")
    if pki.organisation_name(certificate.subject) != pki.organisation_name(issuer.subject):
        return Proof("it names another organisation")
    return _unrevoked(trusted[pki.fingerprint(issuer)], certificate)


def _unrevoked(authority: CertificateAuthority, certificate: x509.Certificate) -> Proof:
    """The published list decides, and our own books before the next one is out. An old list opens nothing (F48)."""
    crl = _crl(authority.crl)
    if (crl is None or _has_ended(crl)) and not settings.OCPP_STALE_CRL:
        return Proof("the list of revoked certificates is out of date")
    if (
        crl is not None
        and crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
    ):
        return Proof("it is revoked")
    row = StationCertificate.objects.filter(
        authority=authority, serial_number=pki.serial_text(certificate.serial_number)
    ).first()
    if row is None or row.fingerprint != pki.fingerprint(certificate):
        return Proof("we never issued it")
    return Proof("it is revoked") if row.revoked_at else Proof(certificate_id=row.pk)


@lru_cache(maxsize=64)
def _crl(pem: str) -> x509.CertificateRevocationList | None:
    return x509.load_pem_x509_crl(pem.encode()) if pem else None


def _has_ended(crl: x509.CertificateRevocationList) -> bool:
    return crl.next_update_utc is None or crl.next_update_utc <= clock.now()


@transaction.atomic
def certificate_used(certificate_id: int) -> None:
    """A station came in with it: it is the one in use, and those before it are replaced."""
    row = StationCertificate.objects.select_for_update().get(pk=certificate_id)
    if row.state in (CertificateState.ISSUED, CertificateState.DELIVERED):
        older = StationCertificate.objects.filter(station=row.station, issued_at__lt=row.issued_at)
        older.filter(state=CertificateState.IN_USE).update(state=CertificateState.REPLACED)
        row.state, row.first_used_at = CertificateState.IN_USE, clock.now()
        row.save(update_fields=["state", "first_used_at"])
