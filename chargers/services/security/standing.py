"""How secure a station is now, and what is missing before it can be asked for more."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from chargers.choices import CertificateState, CertificateUse, SecurityProfile
from chargers.models import ChargingStation, InstalledCertificate, StationCertificate


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a higher profile rests on: whether it is there, and what to do when it is not."""

    label: str
    is_met: bool
    advice: str = ""


def raise_checks(station: ChargingStation, profile: int) -> list[Check]:
    """What a profile needs, in the order in which it is put in place (OCPP 1.6 security whitepaper §2)."""
    checks = [_connected(station), _key(station)]
    if profile >= SecurityProfile.TLS:
        checks += [_address(), _root(station)]
    if profile >= SecurityProfile.MUTUAL:
        checks.append(_certificate(station))
    return checks


def _connected(station: ChargingStation) -> Check:
    link = getattr(station, "connection", None)
    return Check(
        "The station is connected", bool(link and link.is_open), "It can only be asked while it is here."
    )


def _key(station: ChargingStation) -> Check:
    return Check("It has a password", bool(station.key_hash), "Give it one first.")


def _address() -> Check:
    secure = urlsplit(settings.OCPP_PUBLIC_URL).scheme == "wss"
    advice = "OCPP_PUBLIC_URL starts with ws://: put TLS in front of the gateway, or into it."
    return Check("The public address of chargers is encrypted", secure, advice)


def _root(station: ChargingStation) -> Check:
    rows = InstalledCertificate.objects.filter(station=station, use=CertificateUse.CSMS_ROOT)
    advice = "Install the root of the server's certificate, or read what the station holds."
    return Check("It trusts a root of this system", rows.exists(), advice)


def _certificate(station: ChargingStation) -> Check:
    usable = (CertificateState.DELIVERED, CertificateState.IN_USE)
    rows = StationCertificate.objects.filter(station=station, state__in=usable)
    return Check("It holds a client certificate of ours", rows.exists(), "Have it ask for one.")
