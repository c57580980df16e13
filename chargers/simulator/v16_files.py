"""Firmware and logs of OCPP 1.6 (§5.9, §5.19, security whitepaper): files really travel, versions really change.

`Options.file_failure` makes one thing go wrong: DownloadFailed, InvalidSignature, InstallationFailed, UploadFailed.
"""

import asyncio
import base64
import ftplib
import hashlib
import io
import re
import urllib.error
import urllib.request
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from chargers.ocpp.rpc import Payload

from . import orders
from .dialect import Order, Reply

if TYPE_CHECKING:
    from .station import SimulatedStation

TIMEOUT_S = 30.0
# What our own demo firmware begins with; anything else tells its version in its file name, if at all.
_HEADER: Final = re.compile(rb"CPMS simulated firmware ([\w.\-]{1,40})\n")
_NAMED: Final = re.compile(r"(\d+(?:\.\d+)+)(?=\.[A-Za-z]\w*$|$)")


class Broken(Exception):
    """The status in which an update ends badly."""


def _update(station: "SimulatedStation", payload: Payload) -> Reply:
    return Reply({}, lambda: _run_update(station, payload["location"], None, {}))


def _signed_update(station: "SimulatedStation", payload: Payload) -> Reply:
    firmware = payload["firmware"]
    work = lambda: _run_update(station, firmware["location"], payload["requestId"], firmware)  # noqa: E731
    return Reply({"status": "Accepted"}, work)


async def _run_update(
    station: "SimulatedStation", location: str, request_id: int | None, signed: dict[str, Any]
) -> None:
    async def tell(status: str) -> None:
        await _firmware_status(station, status, request_id)

    try:
        await tell("Downloading")
        data = await _download(station, location)
        await tell("Downloaded")
        if signed:
            _verify(station, data, signed)
            await tell("SignatureVerified")
        await tell("Installing")
        await _install(station, data, location)
    except Broken as broken:
        await tell(str(broken))
    else:
        await tell("Installed")


async def _firmware_status(station: "SimulatedStation", status: str, request_id: int | None) -> None:
    if request_id is None:
        await station.call("FirmwareStatusNotification", {"status": status})
    else:
        await station.call("SignedFirmwareStatusNotification", {"status": status, "requestId": request_id})


async def _download(station: "SimulatedStation", location: str) -> bytes:
    _may_fail(station, "DownloadFailed")
    try:
        return await asyncio.to_thread(_fetch, location)
    except OSError:
        raise Broken("DownloadFailed") from None


def _fetch(location: str) -> bytes:
    with urllib.request.urlopen(location, timeout=TIMEOUT_S) as answer:  # noqa: S310
        data: bytes = answer.read()
        return data


def _verify(station: "SimulatedStation", data: bytes, signed: dict[str, Any]) -> None:
    """As a charger does it: the signature over the file, by the certificate that came with it."""
    _may_fail(station, "InvalidSignature")
    try:
        key = load_pem_x509_certificate(signed["signingCertificate"].encode()).public_key()
        signature, digest = base64.b64decode(signed["signature"]), hashlib.sha256(data).digest()
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO)
            key.verify(signature, digest, pss, utils.Prehashed(SHA256()))
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, digest, ec.ECDSA(utils.Prehashed(SHA256())))
        else:
            raise Broken("InvalidSignature")
    except (ValueError, InvalidSignature):
        raise Broken("InvalidSignature") from None


async def _install(station: "SimulatedStation", data: bytes, location: str) -> None:
    """Reboot into the new version; a broken one leaves the old."""
    _may_fail(station, "InstallationFailed")
    station.facts = replace(station.facts, firmware_version=_version(data, location, station))
    await orders.reboot(station, "Reboot")
    await station.ready()


def _version(data: bytes, location: str, station: "SimulatedStation") -> str:
    head = _HEADER.match(data)
    named = _NAMED.search(unquote(urlsplit(location).path).rsplit("/", 1)[-1])
    if head:
        return head[1].decode()
    return named[1] if named else station.facts.firmware_version


def _may_fail(station: "SimulatedStation", status: str) -> None:
    if station.options.file_failure == status:
        raise Broken(status)


def _diagnostics(station: "SimulatedStation", payload: Payload) -> Reply:
    name = f"{station.identity}-diagnostics.log"

    async def work() -> None:
        await _bring(station, payload["location"], name, "DiagnosticsStatusNotification", "UploadFailed", {})

    return Reply({"fileName": name}, work)


def _log(station: "SimulatedStation", payload: Payload) -> Reply:
    name = f"{station.identity}-{payload['logType'].lower()}.log"
    number = {"requestId": payload["requestId"]}

    async def work() -> None:
        where = payload["log"]["remoteLocation"]
        await _bring(station, where, name, "LogStatusNotification", "UploadFailure", number)

    return Reply({"status": "Accepted", "filename": name}, work)


async def _bring(
    station: "SimulatedStation", location: str, name: str, action: str, failure: str, number: Payload
) -> None:
    await station.call(action, {"status": "Uploading", **number})
    try:
        _may_fail(station, "UploadFailed")
        await asyncio.to_thread(_put, location, name, _report(station))
    except (Broken, OSError):
        await station.call(action, {"status": failure, **number})
    else:
        await station.call(action, {"status": "Uploaded", **number})


def _report(station: "SimulatedStation") -> bytes:
    """What a small charger writes into its diagnostics."""
    facts = station.facts
    lines = [
        f"{station.now().isoformat()} {facts.vendor} {facts.model} firmware {facts.firmware_version}",
        *(
            f"outlet {o.number}: {o.status.value}, meter {o.sample(station.now()).energy_wh} Wh"
            for o in station.outlets.values()
        ),
        *(f"setting {name}={value}" for name, value in station.settings.items()),
    ]
    return "\n".join([*lines, ""]).encode()


def _put(location: str, name: str, data: bytes) -> None:
    address = urlsplit(location)
    if address.scheme == "ftp":
        _put_ftp(location, name, data)
        return
    whole = f"{location.rstrip('/')}/{name}"
    request = urllib.request.Request(whole, data=data, method="PUT")  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
        return


def _put_ftp(location: str, name: str, data: bytes) -> None:
    address = urlsplit(location)
    with ftplib.FTP(timeout=TIMEOUT_S) as ftp:  # noqa: S321
        try:
            ftp.connect(address.hostname or "", address.port or 21)
            ftp.login(unquote(address.username or ""), unquote(address.password or ""))
            ftp.storbinary(f"STOR {name}", io.BytesIO(data))
        except ftplib.Error as error:
            raise OSError(str(error)) from None


ORDERS: Final[dict[str, Order]] = {
    "GetDiagnostics": _diagnostics,
    "GetLog": _log,
    "SignedUpdateFirmware": _signed_update,
    "UpdateFirmware": _update,
}
