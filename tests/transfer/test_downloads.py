"""Downloads by link: one station's, resumable, over when the update is over."""

from datetime import timedelta

import pytest

from chargers.models import FirmwareUpdate, TransferLink
from chargers.services.files.firmware_updates import update_cancel, update_start
from chargers.services.files.links import link_for_firmware_download, link_for_update, links_forget
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.firmware import BYTES, digest, firmware, of_this_make, signer
from tests.gateway.process import eventually
from tests.worlds import World

from .conftest import Files


@pytest.fixture
def update(world: World) -> FirmwareUpdate:
    return update_start(of_this_make(world.station), firmware(world, by=signer()), SYSTEM)


def address_of(update: FirmwareUpdate) -> str:
    """A link of the update with its token, which nobody can read back from the database."""
    return link_for_update(update, clock.now() + timedelta(hours=1))


def test_a_station_gets_every_byte_as_a_harmless_attachment(files: Files, update: FirmwareUpdate) -> None:
    answer = files.ask("GET", address_of(update))
    assert (answer.status, digest(answer.body)) == (200, digest(BYTES))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="duo22-5.0.0.bin"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["accept-ranges"] == "bytes"
    link = TransferLink.objects.latest("id")
    assert eventually(lambda: TransferLink.objects.get(pk=link.pk).bytes_moved) == len(BYTES)
    assert link.requests == 1


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 9),
        ("bytes=100000-", 206, 100_000, len(BYTES) - 1),
        ("bytes=-5", 206, len(BYTES) - 5, len(BYTES) - 1),
        (f"bytes=5-{10**12}", 206, 5, len(BYTES) - 1),
        ("bytes=0-1,5-6", 200, 0, len(BYTES) - 1),
        ("lines=1-2", 200, 0, len(BYTES) - 1),
        ("bytes=9-3", 200, 0, len(BYTES) - 1),
        ("bytes=", 200, 0, len(BYTES) - 1),
    ],
)
def test_a_range_is_answered_as_the_standard_says(
    files: Files, update: FirmwareUpdate, asked: str, status: int, first: int, last: int
) -> None:
    answer = files.ask("GET", address_of(update), Range=asked)
    assert (answer.status, answer.body) == (status, BYTES[first : last + 1])
    shown = answer.headers.get("content-range")
    assert shown == (f"bytes {first}-{last}/{len(BYTES)}" if status == 206 else None)


@pytest.mark.parametrize("asked", [f"bytes={len(BYTES)}-", "bytes=-0"])
def test_a_range_outside_the_file_is_416(files: Files, update: FirmwareUpdate, asked: str) -> None:
    answer = files.ask("GET", address_of(update), Range=asked)
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{len(BYTES)}")


def test_a_resumed_download_is_whole_and_starts_over_when_the_file_is_another(
    files: Files, update: FirmwareUpdate
) -> None:
    address = address_of(update)
    begun = files.ask("GET", address, Range="bytes=0-99999")
    rest = files.ask("GET", address, Range="bytes=100000-", If_Range=begun.headers["etag"])
    assert digest(begun.body + rest.body) == digest(BYTES)
    dated = files.ask("GET", address, Range="bytes=5-", If_Range=begun.headers["last-modified"])
    assert dated.status == 206
    other = files.ask("GET", address, Range="bytes=100000-", If_Range='"another"')
    assert (other.status, len(other.body)) == (200, len(BYTES))


def test_head_says_the_size_and_sends_nothing(files: Files, update: FirmwareUpdate) -> None:
    answer = files.ask("HEAD", address_of(update), Range="bytes=0-9")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, str(len(BYTES)), b"")


def test_a_link_ends_with_its_update(files: Files, update: FirmwareUpdate) -> None:
    """Seen failing without `links_revoke` in `update_end`."""
    address = address_of(update)
    assert files.ask("HEAD", address).status == 200
    update_cancel(update, SYSTEM)
    assert files.ask("GET", address).status == 410


def test_a_link_ends_with_its_time_and_is_forgotten_later(files: Files, update: FirmwareUpdate) -> None:
    address = link_for_update(update, clock.now() - timedelta(seconds=1))
    assert files.ask("GET", address).status == 410
    links_forget(clock.now())
    assert files.ask("GET", address).status == 404


def test_a_download_link_takes_nothing(files: Files, update: FirmwareUpdate) -> None:
    for method in ("PUT", "POST", "DELETE", "OPTIONS", "PATCH"):
        answer = files.ask(method, address_of(update), b"x" if method in ("PUT", "POST") else None)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path", ["/transfer/", "/transfer/wrong/x", "/transfer/../healthz", f"/transfer/{'a' * 9000}"]
)
def test_no_address_can_be_guessed(files: Files, path: str) -> None:
    assert files.ask("GET", f"http://gateway{path}").status in (404, 426)


def test_a_person_gets_the_same_bytes_for_a_quarter_of_an_hour(files: Files, world: World) -> None:
    file = firmware(world)
    assert digest(files.ask("GET", link_for_firmware_download(file)).body) == digest(BYTES)
    link = TransferLink.objects.get()
    assert timedelta(minutes=14) < link.expires_at - clock.now() <= timedelta(minutes=15)


def test_only_a_hash_of_the_token_is_kept(files: Files, update: FirmwareUpdate) -> None:
    token = address_of(update).rsplit("/", 2)[1]
    assert len(token) == 43
    rows = str(list(TransferLink.objects.values()))
    assert token not in rows
