"""Client certificates of stations: asked for, issued, delivered, used, renewed, revoked."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from django.db import transaction
from django.db.models import QuerySet

from chargers import pki
from chargers.choices import CertificateState, CommandState, RevocationReason
from chargers.domain import CertificateAnswer, CertificateAsked, DeliverCertificate, Trigger
from chargers.models import ChargingStation, Command, StationCertificate
from cpms.core import audit, bus, clock
from cpms.core.actors import SYSTEM, Actor

from ..commands.follow_ups import follows
from ..commands.send import InvalidCommand, command_request
from ..source import Source, check_epoch
from . import authorities
from .events import SIGNING_REFUSED, event_noticed

if TYPE_CHECKING:
    from ..commands.end import Reply

PURPOSE: Final = "station_certificate"
LIFETIME: Final = timedelta(days=365)
RENEWAL: Final = timedelta(days=30)
# The same request again gets the same certificate for so long.
SAME_AGAIN: Final = timedelta(hours=24)
MAX_AN_HOUR: Final = 5
LIVE: Final = (CertificateState.ISSUED, CertificateState.DELIVERED, CertificateState.IN_USE)
# A certificate is asked for again this long after the station was asked in vain.
ASK_AGAIN: Final = timedelta(hours=20)


class _Refused(Exception):
    """A signing request is not followed; the text says why."""


@transaction.atomic
def certificate_asked(source: Source, report: CertificateAsked) -> CertificateAnswer:
    """Look at a signing request; the certificate follows in a message of its own (security whitepaper A02).

    Whatever is wrong with it is a security event, and its sender learns only that it is refused.
    """
    check_epoch(source)
    station = ChargingStation.objects.select_for_update().get(pk=source.station_id)
    try:
        certificate = _issued(station, report.request)
    except (_Refused, pki.BadRequest, authorities.NoAuthority) as refusal:
        event_noticed(station.pk, SIGNING_REFUSED, str(refusal))
        return CertificateAnswer(accepted=False)
    _deliver(station, certificate)
    return CertificateAnswer(accepted=True)


def _issued(station: ChargingStation, text: str) -> StationCertificate:
    request = pki.request_read(text, (station.identity, station.serial_number))
    digest, now = pki.request_digest(request), clock.now()
    mine = StationCertificate.objects.filter(station=station)
    earlier = mine.filter(csr_digest=digest, issued_at__gt=now - SAME_AGAIN, state__in=LIVE).first()
    if earlier is not None:
        return earlier
    if mine.filter(state=CertificateState.ISSUED, command__finished_at=None, command__isnull=False).exists():
        raise _Refused("an earlier request of this station is still on its way")
    if mine.filter(issued_at__gt=now - timedelta(hours=1)).count() >= MAX_AN_HOUR:
        raise _Refused(f"more than {MAX_AN_HOUR} requests in an hour")
    return _issue(station, request.public_key(), digest)


def _issue(station: ChargingStation, key: CertificatePublicKeyTypes, digest: str = "") -> StationCertificate:
    authority = authorities.authority_of(station.organisation_id)
    if authority is None:
        raise authorities.NoAuthority("the organisation has no certificate authority yet")
    opened, now = authorities.opened(authority), clock.now()
    made = pki.certificate_issue(opened, station.identity, key, now, LIFETIME, authorities.crl_url(authority))
    seen = pki.seen(made)
    return StationCertificate.objects.create(
        organisation_id=station.organisation_id, station=station, authority=authority,
        common_name=station.identity, serial_number=seen.serial_number, fingerprint=seen.fingerprint,
        certificate=made.public_bytes(serialization.Encoding.PEM).decode(), key_type=seen.key_type,
        csr_digest=digest, issued_at=now, expires_at=seen.expires_at,
    )  # fmt: skip


@transaction.atomic
def certificate_for(
    station: ChargingStation, key: CertificatePublicKeyTypes, actor: Actor
) -> StationCertificate:
    """Issue a certificate for a key that somebody carries to the station by hand. Raises NoAuthority."""
    issued = _issue(station, key)
    _record(actor, "certificate.issued", issued)
    return issued


def _deliver(station: ChargingStation, certificate: StationCertificate) -> None:
    chain = certificate.certificate + authorities.chain_of(certificate.authority)
    certificate.command = command_request(
        station, DeliverCertificate(chain), SYSTEM, purpose=PURPOSE, reference=certificate.public_id
    )
    certificate.save(update_fields=["command"])


@follows(PURPOSE)
def _delivered(command: Command, reply: "Reply") -> None:
    """The station took its certificate, or not. Until the new one is used the old one stays valid."""
    rows = StationCertificate.objects.filter(public_id=command.reference, state=CertificateState.ISSUED)
    if reply.state == CommandState.ACCEPTED:
        rows.update(state=CertificateState.DELIVERED, delivered_at=clock.now())
    elif reply.state in (CommandState.REJECTED, CommandState.CALLERROR):
        rows.update(state=CertificateState.REFUSED)


@transaction.atomic
def certificate_revoke(
    certificate: StationCertificate, actor: Actor, reason: RevocationReason = RevocationReason.UNSPECIFIED
) -> StationCertificate:
    """Make it void: listed in the CRL at once, and the station's socket is closed to be checked again."""
    now = clock.now()
    live = StationCertificate.objects.filter(pk=certificate.pk, revoked_at=None)
    if live.update(state=CertificateState.REVOKED, revoked_at=now, revocation_reason=reason):
        authorities.crl_refresh(certificate.authority)
        _record(actor, "certificate.revoked", certificate, reason=reason)
        _reconnect(certificate)
    certificate.refresh_from_db()
    return certificate


def _reconnect(certificate: StationCertificate) -> None:
    station = certificate.station_id
    if station is not None:
        ChargingStation.objects.filter(pk=station).update(reconnect_wanted_at=clock.now())
        transaction.on_commit(lambda: bus.forget_station(station), robust=True)


def _record(actor: Actor, action: str, certificate: StationCertificate, **detail: str) -> None:
    audit.record(
        actor, action, organisation_id=certificate.organisation_id, subject=certificate.public_id,
        label=f"{certificate.common_name} {certificate.serial_number}", **detail,
    )  # fmt: skip


def certificate_request(station: ChargingStation, actor: Actor) -> Command:
    """Ask the station to ask for a certificate. Raises InvalidCommand."""
    if authorities.authority_of(station.organisation_id) is None:
        raise InvalidCommand("the organisation has no certificate authority yet", "station")
    return command_request(station, Trigger("SignCertificate"), actor)


def _due() -> QuerySet[StationCertificate]:
    """Certificates in use that end within the renewal time, none newer being on its way."""
    now = clock.now()
    return StationCertificate.objects.filter(
        state=CertificateState.IN_USE, expires_at__gt=now, expires_at__lt=now + RENEWAL,
        station__connection__opened_at__isnull=False, station__connection__closed_at=None,
    ).select_related("station")  # fmt: skip


def certificates_renew() -> int:
    """Ask connected stations whose certificate ends soon to ask for a new one; how many were asked."""
    asked = 0
    for certificate in _due():
        station, since = certificate.station, clock.now() - ASK_AGAIN
        assert station is not None
        newer = StationCertificate.objects.filter(station=station, issued_at__gt=since)
        lately = Command.objects.filter(station=station, created_at__gt=since, payload=_ASK)
        if not newer.exists() and not lately.exists():
            try:
                certificate_request(station, SYSTEM)
                asked += 1
            except InvalidCommand:
                continue
    return asked


_ASK: Final = {"requestedMessage": "SignChargePointCertificate"}
