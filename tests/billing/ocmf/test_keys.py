"""Keys in every form in which they are met, and those that are none."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from billing.ocmf import Unreadable, read_key, verify
from tests.billing.ocmf.meters import METER, NAMES, Meter, element

INFO = METER.info()
OID, CURVE = element(6, bytes.fromhex("2a8648ce3d0201")), element(6, METER.curve.oid)
BITS = element(3, b"\0" + METER.point())


def pem(data: bytes, name: str = "PUBLIC KEY") -> str:
    body = base64.encodebytes(data).decode()
    return f"-----BEGIN {name}-----\n{body}-----END {name}-----\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_key_is_read_in_every_writing(name: str) -> None:
    meter = Meter(name)
    grouped = " ".join(meter.info().hex().upper()[at : at + 4] for at in range(0, 400, 4))
    writings = [meter.info().hex(), grouped, base64.b64encode(meter.info()).decode(), pem(meter.info())]
    writings += [meter.point().hex(), base64.b64encode(meter.point(compressed=True)).decode()]
    for text in writings:
        assert verify(meter.record(), text).reasons == (), text
    assert read_key(writings[0]).curve == meter.curve


def refusal(text: str) -> str:
    with pytest.raises(Unreadable) as refused:
        read_key(text)
    return str(refused.value)


@pytest.mark.parametrize(
    "text", ["", " ", "not a key", "é", "===", "-----BEGIN PUBLIC KEY-----", "abc", "\ud800"]
)
def test_what_is_in_no_writing_is_refused(text: str) -> None:
    assert refusal(text) == "the public key is neither hex nor base64 nor PEM"


def test_keys_are_bounded() -> None:
    assert refusal("00" * 501) == "the public key is too long"
    assert read_key("00" * 500)


def test_a_private_key_or_a_certificate_is_refused() -> None:
    assert "neither" in refusal(pem(INFO, "PRIVATE KEY"))
    assert "neither" in refusal(pem(INFO, "CERTIFICATE"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (INFO + b"\0", "the public key is no point on secp256r1"),
        (INFO[:-1], "the public key is no point on secp256r1"),
        (element(0x30, element(0x30, OID + CURVE)), "the public key is not DER"),
        (element(0x30, element(0x30, OID + CURVE) + BITS + b"\0"), "the public key has more after its end"),
        (element(0x30, element(0x30, OID) + BITS), "the name of the key's curve is not DER"),
        (
            element(0x30, element(0x30, OID + CURVE + CURVE) + BITS),
            "the name of the key's curve has more after its end",
        ),
        (
            element(0x30, element(0x30, CURVE + CURVE) + BITS),
            "the public key is not one of an elliptic curve",
        ),
        (
            element(0x30, element(0x30, OID + element(0x30, b"")) + BITS),
            "the name of the key's curve is not DER",
        ),
        (
            element(0x30, element(0x30, OID + element(6, b"\x2a")) + BITS),
            "the key is on a curve that OCMF does not know",
        ),
        (
            element(0x30, element(0x30, OID + CURVE) + element(3, b"\1" + METER.point())),
            "the public key is not DER",
        ),
        (element(0x30, element(0x30, OID + CURVE) + element(3, b"")), "the public key is not DER"),
        (
            element(0x30, element(0x30, OID + CURVE) + element(3, b"\0")),
            "the public key is no point on secp256r1",
        ),
        (b"\x05" + METER.point()[1:], "the public key is no point on secp256r1"),
        (b"\x06" + METER.point()[1:], "the public key is no point on secp256r1"),
        (b"\x04" + METER.point(compressed=True)[1:], "the public key is no point on secp256r1"),
        (METER.point()[:-1] + b"\x00", "the public key is no point on secp256r1"),
        (b"\x02" + b"\xff" * 32, "the public key is no point on secp256r1"),
        (b"\x00", "the public key is no point on secp256r1"),
        (b"\x30", "the public key is no point on secp256r1"),
        (b"\x30\x81", "the public key is not DER"),
    ],
)
def test_malformed_keys_are_invalid(data: bytes, reason: str) -> None:
    assert verify(METER.record(), data.hex()).reasons == (reason,)


def test_a_point_off_secp192k1_is_invalid() -> None:
    meter = Meter("secp192k1")
    off = meter.point()[:-1] + bytes([meter.point()[-1] ^ 1])
    assert verify(meter.record(), off.hex()).reasons == ("the public key is no point on secp192k1",)
    assert verify(meter.record(), "02" + "ff" * 24).reasons == ("the public key is no point on secp192k1",)


def test_a_bare_key_that_begins_like_a_sequence_is_a_key() -> None:
    secret = next(n for n in range(1, 3000) if Meter(secret=n).point()[1] == 0x30)
    meter = Meter(secret=secret)
    assert meter.point()[1] == 0x30
    assert verify(meter.record(), meter.point()[1:].hex()).is_valid


def test_keys_of_other_kinds_are_refused() -> None:
    key = rsa.generate_private_key(65537, 1024).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    data = key.public_bytes(serialization.Encoding.DER, form)
    assert refusal(data.hex()) == "the public key is not one of an elliptic curve"
