"""DataTransfer over a real socket: unknown vendors are told so, known ones are understood."""

import json
from typing import Any

import pytest

from chargers.models import Authorization
from tests.worlds import World

from .charger import VERSION_201, Charger, fresh, registered
from .process import Gateway

PLUG_AND_CHARGE = "org.openchargealliance.iso15118pnc"


@pytest.fixture
def charger(gateway: Gateway, world: World) -> Charger:
    return Charger(gateway, registered(world, fresh("CP")).identity).boot()


def transfer(charger: Charger, message: str, data: Any, vendor: str = PLUG_AND_CHARGE) -> dict[str, Any]:
    text = data if isinstance(data, str) else json.dumps(data)
    return charger.call("DataTransfer", {"vendorId": vendor, "messageId": message, "data": text})


def test_an_unknown_vendor_is_told_so(charger: Charger) -> None:
    assert transfer(charger, "Anything", "x", "com.example.nobody") == {"status": "UnknownVendorId"}


def test_an_unknown_message_of_a_known_vendor_is_told_so(charger: Charger) -> None:
    assert transfer(charger, "Get15118EVCertificate", {}) == {"status": "UnknownMessageId"}
    answer = charger.call("DataTransfer", {"vendorId": PLUG_AND_CHARGE})
    assert answer == {"status": "UnknownMessageId"}


@pytest.mark.parametrize("shape", [lambda uid: {"idToken": uid, "type": "eMAID"}, lambda uid: uid])
def test_a_contract_is_decided_about_like_any_tag(charger: Charger, world: World, shape: Any) -> None:
    known = transfer(charger, "Authorize", {"idToken": shape(world.tag.uid)})
    assert (known["status"], json.loads(known["data"])) == (
        "Accepted",
        {"idTokenInfo": {"status": "Accepted"}},
    )
    unknown = transfer(
        charger, "authorize", {"idToken": shape("DE-ABC-C12345678-9")}, PLUG_AND_CHARGE.upper()
    )
    assert json.loads(unknown["data"]) == {"idTokenInfo": {"status": "Invalid"}}
    decided = Authorization.objects.order_by("id").values_list("uid", "status")
    assert list(decided) == [(world.tag.uid, "Accepted"), ("DE-ABC-C12345678-9", "Invalid")]


@pytest.mark.parametrize("proof", [{"certificate": "PEM"}, {"iso15118CertificateHashData": [{"a": "b"}]}])
def test_a_contract_whose_certificate_we_cannot_check_is_refused(
    charger: Charger, world: World, proof: dict[str, Any]
) -> None:
    """Seen failing with `_WANTS_A_CHECK` empty: a forged certificate would have charged on a known contract."""
    answer = transfer(charger, "Authorize", {"idToken": world.tag.uid} | proof)
    refused = {"certificateStatus": "NoCertificateAvailable", "idTokenInfo": {"status": "Invalid"}}
    assert json.loads(answer["data"]) == refused
    assert not Authorization.objects.exists()


@pytest.mark.parametrize(
    "data",
    ["", "{", "[]", "null", "7", "[" * 9000, '{"idToken":{}}', '{"idToken":"\\u0000"}', '{"idToken":[1]}'],
)
def test_vendor_data_that_means_nothing_is_rejected(charger: Charger, data: str) -> None:
    assert transfer(charger, "Authorize", data) == {"status": "Rejected"}
    assert charger.call("Heartbeat", {})


def test_the_newer_version_transfers_the_same(gateway: Gateway, world: World) -> None:
    charger = Charger(gateway, registered(world, fresh("CP")).identity, version=VERSION_201).boot_201()
    assert charger.call("DataTransfer", {"vendorId": "com.example.nobody"}) == {"status": "UnknownVendorId"}
