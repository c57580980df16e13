"""The firmware repository: files with their facts, and the manufacturers' roots that vouch for signatures."""

from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from chargers.choices import FirmwareFileState
from chargers.models import ChargingStation, FirmwareFile, FirmwareUpdate, ManufacturerRoot
from cpms.accounts.models import Organisation
from cpms.core import audit, clock
from cpms.core.actors import Actor

from ..changes import apply_changes
from .firmware_signature import NotSigned, read_certificates, verify
from .storage import Stored, remove_stored, safe_name

FIELDS = ("vendor", "model", "version", "notes", "signature", "certificate")


@transaction.atomic
def firmware_file_create(organisation: Organisation, actor: Actor, **fields: Any) -> FirmwareFile:
    """The facts of a firmware; its bytes come next, over a link. Raises ValidationError naming the field."""
    file = FirmwareFile(organisation=organisation, added_by=f"{actor.source}: {actor.label}"[:160])
    apply_changes(file, fields, FIELDS)
    file.signature = "".join(file.signature.split())
    file.certificate = file.certificate.strip()
    _check(file)
    file.save()
    _record(actor, "firmware.added", file)
    return file


def _check(file: FirmwareFile) -> None:
    file.clean_fields(exclude=[f.name for f in FirmwareFile._meta.fields if f.name not in FIELDS])
    if bool(file.signature) != bool(file.certificate):
        missing = "certificate" if file.signature else "signature"
        raise ValidationError({missing: "signature and signing certificate belong together"})
    if file.certificate:
        try:
            read_certificates(file.certificate)
        except NotSigned as error:
            raise ValidationError({"certificate": str(error)}) from None


@transaction.atomic
def firmware_file_received(pk: int, stored: Stored, name: str) -> FirmwareFile:
    """The bytes are here: note them, and judge the signature. Raises ValidationError when they came before."""
    file = FirmwareFile.objects.select_for_update().get(pk=pk)
    if file.state != FirmwareFileState.EMPTY:
        raise ValidationError("this firmware already has its file; add another one")
    file.file_name = safe_name(name, "firmware.bin")
    file.storage_name, file.size_bytes, file.sha256 = stored.name, stored.size_bytes, stored.sha256
    file.uploaded_at = clock.now()
    firmware_file_judge(file)
    file.save()
    return file


def firmware_file_judge(file: FirmwareFile) -> FirmwareFile:
    """Say anew what the signature of a complete file is worth; stored by whoever asked."""
    if not file.signature:
        file.state = FirmwareFileState.UNSIGNED
        file.verdict = "No signature came with it: only stations flagged for unsigned updates may get it."
        return file
    roots = list(_roots_of(file).values_list("certificate", flat=True))
    try:
        digest = bytes.fromhex(file.sha256)
        verdict = verify(digest, file.signature, file.certificate, roots, clock.now())
    except NotSigned as error:
        file.state, file.verdict = FirmwareFileState.REFUSED, f"Refused: {error}."[:255]
    else:
        file.state, file.verdict = FirmwareFileState.VERIFIED, str(verdict)[:255]
    return file


def _roots_of(file: FirmwareFile) -> Any:
    return ManufacturerRoot.objects.filter(organisation_id=file.organisation_id, vendor__iexact=file.vendor)


@transaction.atomic
def firmware_file_remove(file: FirmwareFile, actor: Actor) -> None:
    """Remove a firmware that was never sent. Raises ValidationError otherwise: history is kept."""
    if FirmwareUpdate.objects.filter(file=file).exists() or file.campaigns.exists():
        raise ValidationError("it was sent to stations; what they run must stay explainable")
    _record(actor, "firmware.removed", file)
    name = file.storage_name
    transaction.on_commit(lambda: remove_stored(name), robust=True)
    file.delete()


def fits(file: FirmwareFile, station: ChargingStation) -> bool:
    """Whether the firmware is made for a station like this."""
    same_model = not file.model or file.model.casefold() == station.model.casefold()
    return file.vendor.casefold() == station.vendor.casefold() and same_model


def stations_fitting(file: FirmwareFile) -> Q:
    """The condition on stations that this firmware is made for."""
    condition = Q(organisation_id=file.organisation_id, vendor__iexact=file.vendor)
    return condition & Q(model__iexact=file.model) if file.model else condition


@transaction.atomic
def manufacturer_root_add(
    organisation: Organisation, actor: Actor, vendor: str, certificate: str
) -> ManufacturerRoot:
    """Trust a manufacturer's root, and judge his firmware anew. Raises ValidationError naming the field."""
    root = ManufacturerRoot(organisation=organisation, vendor=vendor.strip(), **_facts(certificate))
    root.full_clean(exclude=["organisation"])
    root.validate_constraints()
    root.save()
    _record_root(actor, "manufacturer_root.added", root)
    _judge_all(root)
    return root


def _facts(pem: str) -> dict[str, Any]:
    try:
        found = read_certificates(pem)
    except NotSigned as error:
        raise ValidationError({"certificate": str(error)}) from None
    if len(found) != 1:
        raise ValidationError({"certificate": "must be exactly one certificate"})
    certificate = found[0]
    if certificate.not_valid_after_utc <= clock.now():
        raise ValidationError({"certificate": f"expired {certificate.not_valid_after_utc:%Y-%m-%d}"})
    return {
        "certificate": certificate.public_bytes(Encoding.PEM).decode(),
        "subject": certificate.subject.rfc4514_string()[:255] or "without a name",
        "fingerprint": certificate.fingerprint(SHA256()).hex(),
        "expires_at": certificate.not_valid_after_utc,
    }


@transaction.atomic
def manufacturer_root_remove(root: ManufacturerRoot, actor: Actor) -> None:
    """Trust it no longer; firmware it vouched for is judged anew."""
    _record_root(actor, "manufacturer_root.removed", root)
    organisation_id, vendor = root.organisation_id, root.vendor
    root.delete()
    _judge_all(ManufacturerRoot(organisation_id=organisation_id, vendor=vendor))


def _judge_all(root: ManufacturerRoot) -> None:
    files = FirmwareFile.objects.filter(
        organisation_id=root.organisation_id, vendor__iexact=root.vendor, uploaded_at__isnull=False
    ).exclude(signature="")
    for file in files.select_for_update():
        firmware_file_judge(file).save(update_fields=["state", "verdict"])


def _record(actor: Actor, action: str, file: FirmwareFile) -> None:
    audit.record(
        actor, action, organisation_id=file.organisation_id, subject=file.public_id, label=str(file),
        sha256=file.sha256,
    )  # fmt: skip


def _record_root(actor: Actor, action: str, root: ManufacturerRoot) -> None:
    audit.record(
        actor, action, organisation_id=root.organisation_id, subject=root.public_id, label=root.subject,
        vendor=root.vendor, fingerprint=root.fingerprint,
    )  # fmt: skip
