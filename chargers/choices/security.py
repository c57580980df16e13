"""States of security profiles, their changes, certificates and security events."""

from django.db import models

from .tones import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class SecurityProfile(models.IntegerChoices):
    """How a station proves who it is (OCPP 1.6 security whitepaper §2); 0 is an exception with an end."""

    OPEN = 0, "0 · no password"
    BASIC = 1, "1 · password, unencrypted"
    TLS = 2, "2 · password over TLS"
    MUTUAL = 3, "3 · client certificate over TLS"


class SecurityChangeKind(ToneChoices):
    """What is being changed, with the old way still accepted for a while."""

    KEY_ROTATION = "key_rotation", CHARGING, "New password"
    PROFILE_RAISE = "profile_raise", CHARGING, "Higher security profile"


class SecurityChangeState(ToneChoices):
    """The life of such a change. `done` is proven: the station came back the new way."""

    ASKED = "asked", WAITING, "Asked the station"
    WAITING = "waiting", CHARGING, "Waiting for it to come back"
    DONE = "done", AVAILABLE, "Done"
    REFUSED = "refused", FAULT, "Refused by the station"
    FELL_BACK = "fell_back", FAULT, "Fell back to the old way"


OPEN_CHANGES = (SecurityChangeState.ASKED, SecurityChangeState.WAITING)


class CertificateState(ToneChoices):
    """The life of a certificate we issued to a station."""

    ISSUED = "issued", WAITING, "Issued"
    DELIVERED = "delivered", WAITING, "Delivered, not yet used"
    IN_USE = "in_use", AVAILABLE, "In use"
    REPLACED = "replaced", OFFLINE, "Replaced by a newer one"
    REFUSED = "refused", FAULT, "Refused by the station"
    REVOKED = "revoked", FAULT, "Revoked"


class AuthorityKind(ToneChoices):
    """Which step of the chain a certificate authority is."""

    ROOT = "root", AVAILABLE, "Root"
    INTERMEDIATE = "intermediate", AVAILABLE, "Intermediate"


class CertificateUse(ToneChoices):
    """What a station trusts a root for (OCPP 1.6 security whitepaper, CertificateUseEnumType)."""

    CSMS_ROOT = "CentralSystemRootCertificate", AVAILABLE, "This system"
    MANUFACTURER_ROOT = "ManufacturerRootCertificate", AVAILABLE, "Firmware of the manufacturer"


class RevocationReason(ToneChoices):
    """Why a certificate is void (RFC 5280 §5.3.1)."""

    UNSPECIFIED = "unspecified", FAULT, "Not said"
    KEY_COMPROMISE = "key_compromise", FAULT, "Its key may be known to others"
    SUPERSEDED = "superseded", OFFLINE, "Replaced"
    CESSATION = "cessation_of_operation", OFFLINE, "The station is out of service"


class EventSource(ToneChoices):
    """Who noticed a security event."""

    STATION = "station", AVAILABLE, "The station"
    GATEWAY = "gateway", AVAILABLE, "This system"
