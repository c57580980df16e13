"""Reading certificates and security events, each query starting from the viewer as in `chargers.selectors`."""

from django.db.models import QuerySet

from cpms.accounts.viewer import Viewer

from ..models import (
    CertificateAuthority,
    ChargingStation,
    InstalledCertificate,
    RootCertificate,
    SecurityChange,
    SecurityEvent,
    StationCertificate,
)


def security_events_for(viewer: Viewer) -> QuerySet[SecurityEvent]:
    """Security events with their station, newest first."""
    rows = SecurityEvent.objects.filter(organisation_id__in=viewer.organisations("stations.view"))
    return rows.select_related("station").order_by("-received_at", "-id")


def alerts_for(viewer: Viewer) -> QuerySet[SecurityEvent]:
    """Critical ones that nobody has seen to."""
    return security_events_for(viewer).filter(is_critical=True, seen_at=None)


def certificates_for(viewer: Viewer) -> QuerySet[StationCertificate]:
    """Certificates issued to stations, newest first."""
    rows = StationCertificate.objects.filter(organisation_id__in=viewer.organisations("stations.view"))
    return rows.select_related("station", "authority").order_by("-issued_at", "-id")


def authorities_for(viewer: Viewer) -> QuerySet[CertificateAuthority]:
    """Certificate authorities of the viewer's organisations, newest first."""
    rows = CertificateAuthority.objects.filter(organisation_id__in=viewer.organisations("stations.view"))
    return rows.select_related("parent").order_by("-created_at", "-id")


def roots_for(viewer: Viewer) -> QuerySet[RootCertificate]:
    """Roots to hand out, by name."""
    return RootCertificate.objects.filter(organisation_id__in=viewer.organisations("stations.view")).order_by(
        "name"
    )


def installed_for(viewer: Viewer) -> QuerySet[InstalledCertificate]:
    """Roots that stations say they hold."""
    rows = InstalledCertificate.objects.filter(
        station__organisation_id__in=viewer.organisations("stations.view")
    )
    return rows.select_related("station").order_by("use", "serial_number", "pk")


def security_changes_for(viewer: Viewer, station: ChargingStation) -> QuerySet[SecurityChange]:
    """Changes of one station's key and profile, newest first; empty when the viewer may not see it."""
    if not viewer.may("stations.view", station.organisation_id):
        return SecurityChange.objects.none()
    return SecurityChange.objects.filter(station=station).order_by("-created_at", "-id")
