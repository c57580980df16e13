"""Our certificate authority, what it issued, and the roots stations are to trust."""

from django.db import models
from django.db.models import Q

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices import AuthorityKind, CertificateState, CertificateUse, RevocationReason
from .command import Command
from .station import ChargingStation


class ServerCertificate(models.Model):
    """What a gateway with TLS of its own shows to stations. One that is shown no more ages away."""

    fingerprint = models.CharField(max_length=64, primary_key=True, help_text="SHA-256, hex.")
    subject = models.CharField(max_length=255)
    host = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    shown_at = models.DateTimeField(help_text="When a gateway last said that it shows it.")

    def __str__(self) -> str:
        return f"{self.subject} on {self.host}"


class CertificateAuthority(PublicModel):
    """The root of the installation (no organisation), or the intermediate of one organisation.

    `sealed_key` is the private key under `cpms.core.secrets`; empty when it is kept elsewhere.
    """

    id_prefix = "cau"

    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.CASCADE, related_name="certificate_authorities"
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=12, choices=AuthorityKind)
    certificate = models.TextField(help_text="PEM.")
    sealed_key = models.TextField(blank=True, editable=False)
    subject = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256, hex.")
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    crl = models.TextField(blank=True, help_text="PEM.")
    crl_number = models.BigIntegerField(default=0)
    crl_next_update_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["kind"], name="one_root", condition=Q(kind="root"))]

    def __str__(self) -> str:
        return self.subject


class StationCertificate(PublicModel):
    """A client certificate issued for a station. Outlives the station: a revocation must be published."""

    id_prefix = "crt"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="certificates")
    station = models.ForeignKey(
        ChargingStation, null=True, on_delete=models.SET_NULL, related_name="certificates"
    )
    authority = models.ForeignKey(CertificateAuthority, on_delete=models.PROTECT, related_name="issued")
    command = models.ForeignKey(Command, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=CertificateState, default=CertificateState.ISSUED)
    common_name = models.CharField(max_length=64)
    serial_number = models.CharField(max_length=40, help_text="Hex.")
    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256, hex.")
    certificate = models.TextField(help_text="PEM.")
    key_type = models.CharField(max_length=20)
    csr_digest = models.CharField(max_length=64, blank=True, editable=False)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    first_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revocation_reason = models.CharField(max_length=24, choices=RevocationReason, blank=True)

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["authority", "serial_number"], name="serial_once")]
        indexes = [
            models.Index(fields=["station", "-issued_at"], name="certificates_by_station"),
            models.Index(fields=["organisation", "expires_at"], name="certificates_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.common_name} {self.serial_number}"


class RootCertificate(PublicModel):
    """A root that stations are to trust: read and shown before it is sent anywhere."""

    id_prefix = "rot"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="root_certificates")
    name = models.CharField(max_length=120)
    use = models.CharField(max_length=30, choices=CertificateUse)
    certificate = models.TextField(help_text="PEM, one certificate.")
    subject = models.CharField(max_length=255)
    issuer = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256, hex.")
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "use", "fingerprint"], name="root_once")
        ]

    def __str__(self) -> str:
        return self.name


class InstalledCertificate(PublicModel):
    """A root a station says it holds, by its hash data (OCPP 1.6 security whitepaper, CertificateHashData)."""

    id_prefix = "ins"

    station = models.ForeignKey(
        ChargingStation, on_delete=models.CASCADE, related_name="installed_certificates"
    )
    use = models.CharField(max_length=30, choices=CertificateUse)
    hash_algorithm = models.CharField(max_length=10)
    issuer_name_hash = models.CharField(max_length=128)
    issuer_key_hash = models.CharField(max_length=128)
    serial_number = models.CharField(max_length=40, help_text="Hex, as the station wrote it.")
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["use", "serial_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "use", "issuer_name_hash", "issuer_key_hash", "serial_number"],
                name="installed_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.serial_number}"
