"""A signed firmware and a finished log for the demo, so that their pages have something to show."""

import base64
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chargers.choices import LogKind, LogRequestState
from chargers.models import ChargingStation, FirmwareFile, LogRequest
from chargers.services.files.firmware_files import (
    firmware_file_create,
    firmware_file_received,
    manufacturer_root_add,
)
from chargers.services.files.storage import Incoming, Stored
from cpms.accounts.models import Organisation
from cpms.core import clock
from cpms.core.actors import SYSTEM

from ..options import Facts

VERSION = "4.3.0"
_FIRMWARE = f"CPMS simulated firmware {VERSION}\n".encode() + bytes(range(256)) * 512
_LOG = b"boot, power-up\nconnected\noutlet 1 Available\n" * 40


def seed_files(organisation: Organisation, identity: str) -> None:
    """Both, unless there is firmware already."""
    if not FirmwareFile.objects.filter(organisation=organisation).exists():
        _firmware(organisation)
        _log(ChargingStation.objects.get(identity=identity))


def _store(data: bytes, folder: str) -> Stored:
    incoming = Incoming(len(data))
    incoming.write(data)
    return incoming.keep(folder)


def _firmware(organisation: Organisation) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = _certificate(key).public_bytes(Encoding.PEM).decode()
    facts = Facts()
    manufacturer_root_add(organisation, SYSTEM, facts.vendor, pem)
    signature = base64.b64encode(key.sign(_FIRMWARE, ec.ECDSA(SHA256()))).decode()
    file = firmware_file_create(
        organisation, SYSTEM, vendor=facts.vendor, model=facts.model, version=VERSION, signature=signature,
        certificate=pem, notes="Made for the demo; simulated stations really install it.",
    )  # fmt: skip
    firmware_file_received(file.pk, _store(_FIRMWARE, "firmware"), f"duo22-{VERSION}.bin")


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Northwind demo signing")])
    now = clock.now()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=3650))
    return builder.sign(key, SHA256())


def _log(station: ChargingStation) -> None:
    stored, now = _store(_LOG, "logs"), clock.now()
    LogRequest.objects.create(
        station=station, kind=LogKind.DIAGNOSTICS, request_id=1, requested_by="system: demo",
        state=LogRequestState.UPLOADED, reported_status="Uploaded", reported_at=now, deadline_at=now,
        finished_at=now, file_name=f"{station.identity}.log", storage_name=stored.name,
        size_bytes=stored.size_bytes, sha256=stored.sha256, received_at=now,
        steps=[{"at": now.isoformat(), "word": "File received", "note": ""}],
    )  # fmt: skip
