"""The certificate a gateway shows to stations: told by the gateway, looked at before it ends.

It belongs to the installation, not to an organisation. Where a proxy ends TLS its certificate is the proxy's matter.
"""

import socket
from datetime import timedelta
from typing import Final

from cryptography import x509
from django.db import transaction
from django.db.models import Q, QuerySet

from chargers import pki
from chargers.models import ServerCertificate
from cpms.core import clock

# Certificates of ninety days are renewed thirty days before; what is left now did not renew itself.
ENDS_SOON: Final = timedelta(days=14)
# A gateway tells every minute; what no gateway shows any more ends unseen.
SHOWN: Final = timedelta(minutes=5)


@transaction.atomic
def certificate_shown(certificate: x509.Certificate, instead: x509.Certificate | None = None) -> None:
    """This process shows this certificate now, `instead` no more; another that still does tells it again."""
    seen, now = pki.seen(certificate), clock.now()
    facts = {"subject": seen.subject or "without a name", "host": socket.gethostname()[:120]}
    ServerCertificate.objects.update_or_create(
        fingerprint=seen.fingerprint, defaults=facts | {"expires_at": seen.expires_at, "shown_at": now}
    )
    gone = Q(shown_at__lt=now - timedelta(days=1))
    if instead is not None:
        gone |= Q(fingerprint=pki.seen(instead).fingerprint)
    ServerCertificate.objects.filter(gone).exclude(fingerprint=seen.fingerprint).delete()


def certificates_ending() -> QuerySet[ServerCertificate]:
    """Certificates in use that end soon or have ended, the first to end first."""
    now = clock.now()
    rows = ServerCertificate.objects.filter(shown_at__gt=now - SHOWN, expires_at__lt=now + ENDS_SOON)
    return rows.order_by("expires_at")
