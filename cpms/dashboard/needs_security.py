"""What needs somebody because of security: alerts, certificates and lists that end, keys that did not change."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.urls import reverse

from chargers import choices
from chargers.choices import CertificateState, EventSource
from chargers.selectors.security import alerts_for, authorities_for, certificates_for, roots_for
from chargers.services.security.certificates import RENEWAL
from chargers.services.security.server_certificates import certificates_ending
from cpms.accounts.viewer import Viewer
from cpms.core import clock

from .needs import MOST_ROWS, Need

# A station that is here is asked thirty days before; what is left now will not mend itself.
CERTIFICATE_ENDS = RENEWAL - timedelta(days=9)
AUTHORITY_ENDS = timedelta(days=365)
ROOT_ENDS = timedelta(days=90)
CRL_ENDS = timedelta(days=3)


def security_needs(viewer: Viewer) -> list[Need]:
    """Alerts first, then what ends."""
    return [*alerts(viewer), *servers(viewer), *certificates(viewer), *authorities(viewer), *roots(viewer)]


def alerts(viewer: Viewer) -> list[Need]:
    """Critical security events that nobody has seen to, one entry a station and kind."""
    kinds = (
        alerts_for(viewer)
        .order_by()
        .values("station__public_id", "station__name", "station__identity", "type", "source")
    )
    found = kinds.annotate(many=Count("pk"), newest=Max("last_at")).order_by("-newest")[:MOST_ROWS]
    return [_alert(row) for row in found]


def _alert(row: Any) -> Need:
    many = f" ({row['many']} times)" if row["many"] != 1 else ""
    who = "It was noticed here." if row["source"] == EventSource.GATEWAY else "The station says so."
    return Need(
        choices.FAULT,
        str(row["station__name"] or row["station__identity"]),
        f"Security: {row['type']}{many}",
        f"{who} Look at it, then note it as dealt with.",
        reverse("dashboard:station_security", args=[row["station__public_id"]]),
        row["newest"],
    )


def servers(viewer: Viewer) -> list[Need]:
    """Certificates our gateways show to stations, for those who look after how stations prove themselves."""
    if not viewer.may("stations.credentials"):
        return []
    now, rows = clock.now(), certificates_ending()[:MOST_ROWS]
    return [
        Need(
            choices.WAITING if row.expires_at > now else choices.FAULT,
            f"Gateway {row.host}",
            f"Its server certificate {'ends' if row.expires_at > now else 'ended'} on {row.expires_at:%Y-%m-%d}",
            "Put a newer one into the files of --tls-cert and --tls-key; it is taken over within a second. "
            "Stations that check it stay out when it has ended.",
            reverse("dashboard:certificates"),
        )
        for row in rows
    ]


def certificates(viewer: Viewer) -> list[Need]:
    """Client certificates in use that end soon although their station was asked to renew them."""
    limit = clock.now() + CERTIFICATE_ENDS
    rows = certificates_for(viewer).filter(
        state=CertificateState.IN_USE, expires_at__lt=limit, station__isnull=False
    )
    return [
        Need(
            choices.WAITING,
            row.common_name,
            f"Its client certificate ends on {row.expires_at:%Y-%m-%d}",
            "Connect the station and ask it for a new one; with security profile 3 it stays out afterwards.",
            reverse("dashboard:station_security", args=[row.station.public_id]),
        )
        for row in rows.order_by("expires_at")[:MOST_ROWS]
        if row.station
    ]


def authorities(viewer: Viewer) -> list[Need]:
    """Our newest authority, when it or its revocation list ends."""
    newest, now = authorities_for(viewer).first(), clock.now()
    if newest is None:
        return []
    url = reverse("dashboard:certificates")
    found = []
    if newest.expires_at < now + AUTHORITY_ENDS:
        what = f"The certificate authority ends on {newest.expires_at:%Y-%m-%d}"
        found.append(Need(choices.WAITING, "Certificates", what, "Make a newer one.", url))
    if newest.crl_next_update_at is None or newest.crl_next_update_at < now + CRL_ENDS:
        held = "counts all the same" if settings.OCPP_STALE_CRL else "then opens nothing"
        what = "The list of revoked certificates is not renewed"
        advice = f"Look at the background worker. A client certificate {held} when the list has ended."
        found.append(Need(choices.FAULT, "Certificates", what, advice, url))
    return found


def roots(viewer: Viewer) -> list[Need]:
    """Roots to hand out that end soon."""
    rows = roots_for(viewer).filter(expires_at__lt=clock.now() + ROOT_ENDS).order_by("expires_at")
    return [
        Need(
            choices.WAITING,
            row.name,
            f"This root ends on {row.expires_at:%Y-%m-%d}",
            "Add its successor and install it in the stations before.",
            reverse("dashboard:certificates"),
        )
        for row in rows[:MOST_ROWS]
    ]
