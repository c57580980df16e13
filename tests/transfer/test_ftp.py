"""`manage.py ftpd`, as a station sees it: a user and password of its own, one file, one direction, nothing else."""

import ftplib
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import pytest

from chargers.choices import LogKind, Transport
from chargers.models import FirmwareUpdate, LogRequest, TransferLink
from chargers.services.files.firmware_updates import update_cancel, update_start
from chargers.services.files.links import link_for_log, link_for_update
from chargers.services.files.logs import log_request_start
from chargers.services.files.storage import open_stored
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.ops.local import ROOT
from tests.firmware import BYTES, digest, firmware, of_this_make, signer
from tests.gateway.process import Gateway, eventually, free_port
from tests.worlds import World

from .conftest import SMALL_LOG

TEXT = b"2026-11-21 everything is fine\n" * 100
SignIn = Callable[[str], ftplib.FTP]


def listens(port: int) -> bool:
    try:
        ftplib.FTP().connect("127.0.0.1", port, timeout=5)
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def port(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A running server that takes small logs only."""
    port = free_port()
    ours = {"FTP_PUBLIC_URL": f"ftp://127.0.0.1:{port}", "LOG_MAX_BYTES": str(SMALL_LOG)}
    environment = Gateway(port, tmp_path_factory.mktemp("ftp"), ours).environment
    command = [sys.executable, "manage.py", "ftpd", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    eventually(lambda: process.poll() is None and listens(port), 30)
    yield port
    process.terminate()
    process.wait(10)


@pytest.fixture
def sign_in(port: int, db: None, settings: object) -> Iterator[SignIn]:
    """Sign in with what stands in an address, as a station does."""
    settings.FTP_PUBLIC_URL = f"ftp://127.0.0.1:{port}"  # type: ignore[attr-defined]
    sessions: list[ftplib.FTP] = []

    def session(address: str) -> ftplib.FTP:
        place: SplitResult = urlsplit(address)
        ftp = ftplib.FTP(timeout=15)
        sessions.append(ftp)
        ftp.connect(place.hostname or "", place.port or 0)
        ftp.login(place.username or "", place.password or "")
        return ftp

    yield session
    for ftp in sessions:
        ftp.close()


@pytest.fixture
def update(sign_in: SignIn, world: World) -> FirmwareUpdate:
    file = firmware(world, by=signer())
    return update_start(of_this_make(world.station), file, SYSTEM, transport=Transport.FTP)


@pytest.fixture
def request_(sign_in: SignIn, world: World) -> LogRequest:
    return log_request_start(world.station, LogKind.DIAGNOSTICS, SYSTEM, transport=Transport.FTP)


def to_fetch(update: FirmwareUpdate) -> str:
    return link_for_update(update, clock.now() + timedelta(hours=1))


def to_bring(request: LogRequest) -> str:
    return link_for_log(request, clock.now() + timedelta(hours=1))


def fetched(ftp: ftplib.FTP, name: str, rest: int | None = None) -> bytes:
    pieces: list[bytes] = []
    ftp.retrbinary(f"RETR {name}", pieces.append, rest=rest)
    return b"".join(pieces)


def test_a_station_fetches_its_firmware_and_may_resume(sign_in: SignIn, update: FirmwareUpdate) -> None:
    ftp = sign_in(to_fetch(update))
    assert digest(fetched(ftp, "/duo22-5.0.0.bin")) == digest(BYTES)
    assert fetched(ftp, "duo22-5.0.0.bin", rest=100_000) == BYTES[100_000:]
    assert ftp.size("duo22-5.0.0.bin") == len(BYTES)
    link = TransferLink.objects.latest("id")
    assert eventually(lambda: TransferLink.objects.get(pk=link.pk).bytes_moved) >= len(BYTES)


def test_a_station_brings_its_log_once(sign_in: SignIn, request_: LogRequest) -> None:
    address = to_bring(request_)
    ftp = sign_in(address)
    assert ftp.storbinary("STOR diag.log", io.BytesIO(TEXT)).startswith("226")
    with pytest.raises(ftplib.error_perm, match="550"):
        ftp.storbinary("STOR diag.log", io.BytesIO(b"forged"))
    with pytest.raises(ftplib.error_perm, match="530"):
        sign_in(address)
    request_.refresh_from_db()
    assert (request_.state, request_.file_name, request_.size_bytes) == ("uploaded", "diag.log", len(TEXT))
    with open_stored(request_.storage_name) as kept:
        assert kept.read() == TEXT


def test_what_is_larger_than_the_limit_is_not_kept(sign_in: SignIn, request_: LogRequest) -> None:
    address = to_bring(request_)
    with pytest.raises(ftplib.error_temp, match="426"):
        sign_in(address).storbinary("STOR diag.log", io.BytesIO(b"x" * (SMALL_LOG + 1)))
    assert not LogRequest.objects.get(pk=request_.pk).is_here
    assert sign_in(address).storbinary("STOR diag.log", io.BytesIO(b"x" * SMALL_LOG)).startswith("226")


def test_only_the_credentials_of_an_open_link_get_in(
    sign_in: SignIn, update: FirmwareUpdate, request_: LogRequest
) -> None:
    fetch, bring = urlsplit(to_fetch(update)), urlsplit(to_bring(request_))
    update_cancel(update, SYSTEM)
    for user, password in (
        ("anonymous", "guest@example.com"),
        (bring.username, "wrong"),
        (fetch.username, bring.password),
        (fetch.username, fetch.password),
    ):
        with pytest.raises(ftplib.error_perm, match="530"):
            sign_in(f"ftp://{user}:{str(password).replace('@', '%40')}@{bring.hostname}:{bring.port}/")


def test_a_log_link_reads_and_lists_nothing(sign_in: SignIn, request_: LogRequest) -> None:
    ftp = sign_in(to_bring(request_))
    assert ftp.nlst() == []
    with pytest.raises(ftplib.error_perm, match="550"):
        fetched(ftp, "diag.log")


def test_a_firmware_link_shows_its_one_file_and_takes_nothing(
    sign_in: SignIn, update: FirmwareUpdate
) -> None:
    ftp = sign_in(to_fetch(update))
    assert ftp.nlst() == ["duo22-5.0.0.bin"]
    for order in ("STOR x", "APPE duo22-5.0.0.bin", "DELE duo22-5.0.0.bin", "MKD x", "RNFR duo22-5.0.0.bin"):
        with pytest.raises(ftplib.error_perm, match="550"):
            ftp.sendcmd(order)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../etc/passwd", "manage.py", "/"])
def test_there_is_nothing_outside_the_one_file(sign_in: SignIn, update: FirmwareUpdate, path: str) -> None:
    ftp = sign_in(to_fetch(update))
    with pytest.raises(ftplib.error_perm, match="550"):
        fetched(ftp, path)
    with pytest.raises(ftplib.error_perm, match="550"):
        ftp.cwd("/etc")


def test_a_name_of_the_station_leads_nowhere(sign_in: SignIn, request_: LogRequest) -> None:
    sign_in(to_bring(request_)).storbinary("STOR ../../../../tmp/owned-by-ftp", io.BytesIO(TEXT))
    request_.refresh_from_db()
    assert request_.file_name == "owned-by-ftp"
    assert request_.storage_name.startswith("logs/blb_")
    assert not Path("/tmp/owned-by-ftp").exists()
