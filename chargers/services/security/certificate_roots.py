"""Roots that stations trust: ours to hand out, read before they are sent, and what each station says it holds."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import capfirst

from chargers import pki
from chargers.choices import CertificateUse
from chargers.domain import (
    CertificateHash,
    DeleteRoot,
    InstallRoot,
    ReadRoots,
    RootDeleted,
    RootInstalled,
    RootsListed,
)
from chargers.models import ChargingStation, Command, InstalledCertificate, RootCertificate
from cpms.accounts.models import Organisation
from cpms.core import audit, clock, live
from cpms.core.actors import Actor

from ..commands.follow_ups import follows
from ..commands.send import command_request
from ..source import Source, check_epoch

if TYPE_CHECKING:
    from ..commands.end import Reply

READ: Final = "roots_read"
DELETE: Final = "root_delete"
# A station that lists ever more roots must not fill the table.
MAX_LISTED: Final = 100


class LastRoot(Exception):
    """Without this root the station trusts no server of ours any more; it has to be confirmed."""


@transaction.atomic
def root_add(
    organisation: Organisation, actor: Actor, *, name: str, use: str, certificate: str
) -> RootCertificate:
    """Keep a root for handing out. Raises ValidationError naming the field.

    Refused are private keys, several certificates, expired ones and those that are no roots.
    """
    try:
        seen = pki.seen(pki.root_read(certificate.strip(), clock.now()))
    except pki.BadCertificate as error:
        raise ValidationError({"certificate": capfirst(f"{error}.")}) from None
    row = RootCertificate(
        organisation=organisation, name=name, use=use, certificate=certificate.strip() + "\n", subject=seen.subject,
        issuer=seen.issuer, fingerprint=seen.fingerprint, starts_at=seen.starts_at, expires_at=seen.expires_at,
    )  # fmt: skip
    row.clean_fields(exclude=["organisation"])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ValidationError({"certificate": "This root is there already."}) from None
    _record(actor, "root.added", row)
    return row


@transaction.atomic
def root_remove(row: RootCertificate, actor: Actor) -> None:
    """Hand it out no more; stations that hold it keep it."""
    _record(actor, "root.removed", row)
    row.delete()


def _record(actor: Actor, action: str, row: RootCertificate) -> None:
    audit.record(
        actor, action, organisation_id=row.organisation_id, subject=row.public_id, label=row.name,
        fingerprint=row.fingerprint,
    )  # fmt: skip


def root_install(station: ChargingStation, row: RootCertificate, actor: Actor) -> Command:
    """Have a station trust it. Raises ValidationError for one that has expired since, InvalidCommand."""
    try:
        pki.root_read(row.certificate, clock.now())
    except pki.BadCertificate as error:
        raise ValidationError(f"{row.name}: {error}") from None
    return command_request(station, InstallRoot(row.use, row.certificate), actor)


def roots_read(station: ChargingStation, actor: Actor) -> list[Command]:
    """Ask the station which roots it holds, for every use. Raises InvalidCommand."""
    with transaction.atomic():
        return [
            command_request(station, ReadRoots(use), actor, purpose=READ, reference=str(use))
            for use in CertificateUse
        ]


def root_delete(row: InstalledCertificate, actor: Actor, *, last: bool = False) -> Command:
    """Have a station forget a root it told of. Raises LastRoot, InvalidCommand.

    `last` confirms that it may be the last root by which the station knows this system.
    """
    others = InstalledCertificate.objects.filter(station=row.station, use=CertificateUse.CSMS_ROOT)
    if row.use == CertificateUse.CSMS_ROOT and not others.exclude(pk=row.pk).exists() and not last:
        raise LastRoot(f"{row.station.identity} knows no other root of this system")
    named = CertificateHash(row.hash_algorithm, row.issuer_name_hash, row.issuer_key_hash, row.serial_number)
    return command_request(row.station, DeleteRoot(named), actor, purpose=DELETE, reference=row.public_id)


@transaction.atomic
def roots_listed(source: Source, report: RootsListed) -> None:
    """Take over what a station says it holds."""
    check_epoch(source)
    _replace(source.station_id, report.use, report.certificates)
    live.send_on_commit(source.organisation_id, stations=[source.station])


def _replace(station_id: int, use: str, certificates: tuple[CertificateHash, ...]) -> None:
    InstalledCertificate.objects.filter(station_id=station_id, use=use).delete()
    now = clock.now()
    rows = [_row(station_id, use, one, now) for one in certificates[:MAX_LISTED]]
    InstalledCertificate.objects.bulk_create(rows, ignore_conflicts=True)


def _row(station_id: int, use: str, one: CertificateHash, now: datetime) -> InstalledCertificate:
    return InstalledCertificate(
        station_id=station_id, use=use, hash_algorithm=one.algorithm, issuer_name_hash=one.issuer_name_hash,
        issuer_key_hash=one.issuer_key_hash, serial_number=one.serial_number, checked_at=now,
    )  # fmt: skip


@transaction.atomic
def root_installed(source: Source, report: RootInstalled) -> None:
    """A station took a root: it holds it from now on."""
    check_epoch(source)
    try:
        data = pki.hash_data(pki.certificate_read(report.certificate))
    except pki.BadCertificate:
        return
    named = CertificateHash(
        data.hash_algorithm, data.issuer_name_hash, data.issuer_key_hash, data.serial_number
    )
    rows = [_row(source.station_id, report.use, named, source.received_at)]
    InstalledCertificate.objects.bulk_create(rows, ignore_conflicts=True)
    live.send_on_commit(source.organisation_id, stations=[source.station])


@transaction.atomic
def root_deleted(source: Source, report: RootDeleted) -> None:
    """A station forgot a root."""
    check_epoch(source)
    one = report.certificate
    InstalledCertificate.objects.filter(
        station_id=source.station_id, issuer_name_hash=one.issuer_name_hash,
        issuer_key_hash=one.issuer_key_hash, serial_number=one.serial_number,
    ).delete()  # fmt: skip
    live.send_on_commit(source.organisation_id, stations=[source.station])


@follows(READ)
def _none_found(command: Command, reply: "Reply") -> None:
    """A station without any root for this use says so instead of giving an empty list."""
    if (reply.result or {}).get("status") == "NotFound":
        _replace(command.station_id, command.reference, ())


@follows(DELETE)
def _gone_already(command: Command, reply: "Reply") -> None:
    if (reply.result or {}).get("status") == "NotFound":
        InstalledCertificate.objects.filter(public_id=command.reference).delete()


def names_of(organisation_id: int) -> dict[tuple[str, str], RootCertificate]:
    """Our roots by issuer name hash and serial number, so that what a station lists gets its name."""
    named = {}
    for row in RootCertificate.objects.filter(organisation_id=organisation_id):
        certificate = pki.certificate_read(row.certificate)
        for algorithm in ("SHA256", "SHA384", "SHA512"):
            data = pki.hash_data(certificate, algorithm)
            named[(data.issuer_name_hash, data.serial_number)] = row
    return named
