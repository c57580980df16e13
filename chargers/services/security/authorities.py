"""Our certificate authority: one root for the installation, one intermediate for each organisation, their CRLs.

Private keys are stored sealed. The root's key can be taken out of the database (`manage.py ca`): it is needed only to
make an intermediate.
"""

from datetime import timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction

from chargers import pki
from chargers.choices import AuthorityKind
from chargers.models import CertificateAuthority, StationCertificate
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor
from cpms.core.secrets import seal, unseal

ROOT_LIFETIME = timedelta(days=20 * 365)
INTERMEDIATE_LIFETIME = timedelta(days=10 * 365)
CRL_LIFETIME = timedelta(days=7)
# A list is made anew when less than this is left of it.
CRL_RENEWAL = timedelta(days=6)


class NoAuthority(Exception):
    """There is no certificate authority that could do this; the text says what is missing."""


def authority_of(organisation_id: int) -> CertificateAuthority | None:
    """The organisation's newest authority that is still valid."""
    own = CertificateAuthority.objects.filter(
        organisation_id=organisation_id, kind=AuthorityKind.INTERMEDIATE
    )
    return own.filter(expires_at__gt=clock.now()).order_by("-created_at", "-pk").first()


def root() -> CertificateAuthority | None:
    """The root of the installation."""
    return CertificateAuthority.objects.filter(kind=AuthorityKind.ROOT).first()


@transaction.atomic
def root_create(actor: Actor, name: str = "Charging") -> CertificateAuthority:
    """Make the root, with its key sealed in the database; the one there is when there is one."""
    found = root()
    if found is not None:
        return found
    made = pki.root_make(name, clock.now(), ROOT_LIFETIME)
    row = _stored(made, AuthorityKind.ROOT)
    audit.record(actor, "authority.root_made", organisation_id=None, subject=row.public_id, label=row.subject)
    return row


@transaction.atomic
def authority_set_up(
    organisation: Organisation, actor: Actor, root_key: ec.EllipticCurvePrivateKey | None = None
) -> CertificateAuthority:
    """Give the organisation an authority for its stations; `root_key` when the root's is kept elsewhere.

    An older one stays valid for what it issued. Raises NoAuthority when the root's key is not at hand.
    """
    above = root_create(actor)
    made = pki.intermediate_make(
        _opened(above, root_key), organisation.name, clock.now(), INTERMEDIATE_LIFETIME
    )
    row = _stored(made, AuthorityKind.INTERMEDIATE, organisation, above)
    crl_refresh(row)
    audit.record(
        actor, "authority.made", organisation_id=organisation.pk, subject=row.public_id, label=row.subject
    )
    return row


def _stored(
    made: pki.Authority,
    kind: AuthorityKind,
    organisation: Organisation | None = None,
    parent: CertificateAuthority | None = None,
) -> CertificateAuthority:
    seen = pki.seen(made.certificate)
    return CertificateAuthority.objects.create(
        organisation=organisation, parent=parent, kind=kind, certificate=made.pem, subject=seen.subject,
        fingerprint=seen.fingerprint, starts_at=seen.starts_at, expires_at=seen.expires_at,
        sealed_key=seal(pki.key_text(made.key)),
    )  # fmt: skip


def opened(authority: CertificateAuthority) -> pki.Authority:
    """The authority with its key. Raises NoAuthority when the key is not in the database."""
    return _opened(authority, None)


def _opened(authority: CertificateAuthority, key: ec.EllipticCurvePrivateKey | None) -> pki.Authority:
    certificate = x509.load_pem_x509_certificate(authority.certificate.encode())
    if key is None:
        if not authority.sealed_key:
            raise NoAuthority(f"the key of {authority.subject} is kept elsewhere; see manage.py ca")
        found = serialization.load_pem_private_key(unseal(authority.sealed_key).encode(), None)
        assert isinstance(found, ec.EllipticCurvePrivateKey)
        key = found
    if key.public_key() != certificate.public_key():
        raise NoAuthority(f"the key does not belong to {authority.subject}")
    return pki.Authority(certificate, key)


def root_key_export(passphrase: str) -> str:
    """The root's private key as PEM, encrypted. Raises NoAuthority when it is not here."""
    found = root()
    if found is None:
        raise NoAuthority("there is no root yet")
    return pki.key_text(opened(found).key, passphrase)


@transaction.atomic
def root_key_forget(actor: Actor) -> None:
    """Take the root's private key out of the database; whoever exported it holds the only copy."""
    CertificateAuthority.objects.filter(kind=AuthorityKind.ROOT).update(sealed_key="")
    audit.record(actor, "authority.root_key_taken_out", organisation_id=None)


@lru_cache(maxsize=256)
def _loaded(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def certificate_of(authority: CertificateAuthority) -> x509.Certificate:
    """The authority's certificate, read once."""
    return _loaded(authority.certificate)


def crl_url(authority: CertificateAuthority) -> str:
    """Where its list of revoked certificates is published."""
    return f"{settings.PUBLIC_URL}/crl/{authority.public_id}.crl"


@transaction.atomic
def crl_refresh(authority: CertificateAuthority) -> None:
    """Make the authority's list of revoked certificates anew. Raises NoAuthority without its key."""
    row = CertificateAuthority.objects.select_for_update().get(pk=authority.pk)
    now = clock.now()
    revoked = StationCertificate.objects.filter(
        authority=row, revoked_at__isnull=False, expires_at__gt=now
    ).values_list("serial_number", "revoked_at", "revocation_reason")
    entries = [(int(serial, 16), at, reason) for serial, at, reason in revoked if at]
    row.crl_number += 1
    row.crl_next_update_at = (now + CRL_LIFETIME).replace(microsecond=0)
    made = pki.crl_issue(opened(row), entries, row.crl_number, now, row.crl_next_update_at)
    row.crl = made.public_bytes(serialization.Encoding.PEM).decode()
    row.save(update_fields=["crl", "crl_number", "crl_next_update_at"])


def crls_keep() -> int:
    """Make lists anew that are about to end; how many."""
    limit = clock.now() + CRL_RENEWAL
    due = CertificateAuthority.objects.filter(
        kind=AuthorityKind.INTERMEDIATE, crl_next_update_at__lt=limit, expires_at__gt=clock.now()
    ).exclude(sealed_key="")
    rows = list(due)
    for row in rows:
        crl_refresh(row)
    return len(rows)


def crl_der(public_id: str) -> bytes | None:
    """The published list of an authority, DER; None when there is no such authority."""
    pem = CertificateAuthority.objects.filter(public_id=public_id).values_list("crl", flat=True).first()
    return x509.load_pem_x509_crl(pem.encode()).public_bytes(serialization.Encoding.DER) if pem else None


def chain_of(authority: CertificateAuthority) -> str:
    """What goes behind a station's own certificate: the authority's; the root it is to have already."""
    return authority.certificate
