"""The firmware repository: what its signature is worth decides whether it may ever be sent."""

import pytest
from django.core.exceptions import ValidationError

from chargers.choices import FirmwareFileState
from chargers.models import FirmwareFile
from chargers.services.files.firmware_files import (
    firmware_file_create,
    firmware_file_judge,
    firmware_file_received,
    firmware_file_remove,
    manufacturer_root_add,
    manufacturer_root_remove,
)
from chargers.services.files.firmware_updates import CannotUpdate, update_start
from chargers.services.files.storage import Incoming, TooMuch, open_stored, safe_name
from cpms.core.actors import SYSTEM
from tests.firmware import (
    BYTES,
    MODEL,
    VENDOR,
    VERSION,
    Signer,
    digest,
    firmware,
    issue,
    of_this_make,
    root,
    rsa_signer,
    signer,
    stored,
)
from tests.worlds import World


def trust(world: World, who: Signer, vendor: str = VENDOR) -> None:
    manufacturer_root_add(world.organisation, SYSTEM, vendor, who.pem)


@pytest.mark.parametrize("who", [signer, rsa_signer], ids=["ECDSA", "RSA-PSS"])
def test_a_good_signature_is_verified_over_the_whole_file(world: World, who: object) -> None:
    file = firmware(world, by=who())  # type: ignore[operator]
    assert (file.state, file.size_bytes, file.sha256) == ("verified", len(BYTES), digest(BYTES))
    assert "nobody vouches" in file.verdict
    with open_stored(file.storage_name) as kept:
        assert kept.read() == BYTES


def test_one_changed_byte_refuses_the_file_for_good(world: World) -> None:
    """Seen failing with `_check_signature` left out of `verify`."""
    signature = signer().sign(BYTES)
    file = firmware_file_create(
        world.organisation,
        SYSTEM,
        vendor=VENDOR,
        version=VERSION,
        signature=signature,
        certificate=signer().pem,
    )
    file = firmware_file_received(file.pk, stored(BYTES[:-1] + b"!"), "x.bin")
    assert file.state == FirmwareFileState.REFUSED
    assert "does not match" in file.verdict
    with pytest.raises(CannotUpdate, match="does not match"):
        update_start(of_this_make(world.station), file, SYSTEM)
    assert not world.station.commands.exists()


def test_a_certificate_must_chain_to_the_stored_root_of_its_manufacturer(world: World) -> None:
    """Seen failing with a `_root_of` that returned "" instead of raising."""
    trust(world, root())
    assert firmware(world, by=signer()).verdict.endswith("CN=Northwind root.")
    stranger = firmware(world, by=issue("Northwind firmware signing"), version="6")
    assert stranger.state == FirmwareFileState.REFUSED
    assert "does not chain" in stranger.verdict


def test_a_root_of_another_manufacturer_says_nothing(world: World) -> None:
    trust(world, issue("Elsewhere root", ca=True), "Elsewhere")
    assert firmware(world, by=signer()).state == FirmwareFileState.VERIFIED


def test_a_chain_may_have_an_authority_in_its_middle_but_no_mere_signer(world: World) -> None:
    trust(world, root())
    middle, mere = issue("Middle", root(), ca=True), issue("Mere signer", root())
    for between, state in ((middle, "verified"), (mere, "refused")):
        leaf = issue("Leaf", between)
        file = firmware(world, by=leaf, certificate=leaf.pem + between.pem)
        assert file.state == state, file.verdict


def test_a_root_that_comes_or_goes_later_is_judged_at_once(world: World) -> None:
    file = firmware(world, by=signer())
    other = manufacturer_root_add(world.organisation, SYSTEM, VENDOR.upper(), issue("Other", ca=True).pem)
    file.refresh_from_db()
    assert file.state == FirmwareFileState.REFUSED
    manufacturer_root_remove(other, SYSTEM)
    file.refresh_from_db()
    assert file.state == FirmwareFileState.VERIFIED


@pytest.mark.parametrize(("age", "days", "word"), [(400, 365, "expired"), (-5, 365, "not valid before")])
def test_a_certificate_out_of_its_time_is_refused(world: World, age: int, days: int, word: str) -> None:
    late = issue("Late", days=days, age=age)
    assert word in firmware(world, by=late).verdict


def test_a_weak_key_is_refused(world: World) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    weak = issue("Weak", key=rsa.generate_private_key(65537, 1024))
    assert "2048" in firmware(world, by=weak).verdict


def test_a_signature_needs_its_certificate_and_both_must_be_readable(world: World) -> None:
    for fields, name in (
        ({"signature": "AAAA"}, "certificate"),
        ({"certificate": signer().pem}, "signature"),
        ({"certificate": "no PEM", "signature": "AAAA"}, "certificate"),
        ({"vendor": ""}, "vendor"),
    ):
        facts = {"vendor": VENDOR, "model": MODEL, "version": VERSION} | fields
        with pytest.raises(ValidationError) as refused:
            firmware_file_create(world.organisation, SYSTEM, **facts)
        assert name in refused.value.message_dict
    assert "not base64" in firmware(world, signature="?" * 9, certificate=signer().pem).verdict


def test_an_expired_certificate_stops_a_file_that_was_fine_once(world: World) -> None:
    file = firmware(world, by=signer())
    file.certificate = issue("Old", days=1, age=3).pem
    assert firmware_file_judge(file).state == FirmwareFileState.REFUSED


def test_the_bytes_come_once(world: World) -> None:
    file = firmware(world)
    with pytest.raises(ValidationError):
        firmware_file_received(file.pk, stored(b"other"), "x")
    file.refresh_from_db()
    assert file.sha256 == digest(BYTES)


def test_a_file_that_was_sent_stays(world: World) -> None:
    file = firmware(world, by=signer())
    update_start(of_this_make(world.station), file, SYSTEM)
    with pytest.raises(ValidationError):
        firmware_file_remove(file, SYSTEM)
    unused = firmware(world)
    firmware_file_remove(unused, SYSTEM)
    assert not FirmwareFile.objects.filter(pk=unused.pk).exists()


def test_no_more_is_taken_than_the_limit(world: World) -> None:
    incoming = Incoming(10)
    incoming.write(b"12345")
    with pytest.raises(TooMuch):
        incoming.write(b"678901")
    incoming.discard()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\logs\\..\\diag.zip", "diag.zip"),
        ("a b\r\nX: y.log", "a_b_X_y.log"),
        (".htaccess", "htaccess"),
        ('"><script>.html', "script_.html"),
        ("...", "fallback"),
        ("", "fallback"),
        ("ü" * 300, "fallback"),
    ],
)
def test_a_name_keeps_nothing_that_could_be_misread(given: str, kept: str) -> None:
    assert safe_name(given, "fallback") == kept
