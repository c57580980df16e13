"""How a record is taken apart, and which are refused."""

import json
from decimal import Decimal

import pytest

from billing.ocmf import Unreadable, read_record
from billing.ocmf.record import MAX_CHARACTERS
from billing.ocmf.strict_json import MAX_DEPTH
from tests.billing.ocmf.meters import METER, PAYLOAD

SIGNED = '{"SD":"00ff"}'


def refusal(text: str) -> str:
    with pytest.raises(Unreadable) as refused:
        read_record(text)
    return str(refused.value)


def test_the_payload_is_kept_byte_by_byte() -> None:
    payload = ' {"RV" : 1.50,\t"ID":"a|b}{\\"|\\\\", "Ü":"\\u00fc ü"}\n'
    record = read_record(f"OCMF|{payload}|{SIGNED}")
    assert record.payload == payload.encode()
    assert record.data == {"RV": Decimal("1.50"), "ID": 'a|b}{"|\\', "Ü": "ü ü"}
    assert str(record.data["RV"]) == "1.50"
    assert (record.signature, record.algorithm) == (b"\x00\xff", None)


def test_the_sections_of_a_signed_record_are_found() -> None:
    record = read_record(METER.record())
    assert record.payload == PAYLOAD.encode()
    assert record.algorithm == "ECDSA-secp256r1-SHA256"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the record does not begin with OCMF|"),
        ("ocmf|{}|{}", "the record does not begin with OCMF|"),
        ("OCMF", "the record does not begin with OCMF|"),
        ("OCMF|", "the payload is not an object"),
        ("OCMF|x{}|{}", "the payload is not an object"),
        ("OCMF|[]|{}", "the payload is not an object"),
        ("OCMF|{", "the payload: has no end"),
        ('OCMF|{"a":"}', "the payload: has no end"),
        ("OCMF|{}", "the record has no signature section"),
        ("OCMF|{}{}", "the record has no signature section"),
        ("OCMF|{}x|{}", "the record has no signature section"),
        ("OCMF|{}|", "the signature section is not an object"),
        ("OCMF|{}|x", "the signature section is not an object"),
        ("OCMF|{}|{}x", "the record has more after its signature section"),
        ("OCMF|{}|{}|{}", "the record has more after its signature section"),
        ("OCMF|{]|{}", "the payload: is not JSON"),
        ("OCMF|{'a':1}|{}", "the payload: is not JSON"),
        ('OCMF|{"a":1e99999999999999999999}|' + SIGNED, "the payload: is not JSON"),
        ('OCMF|{"a":NaN}|{}', "the payload: NaN is not a number"),
        ('OCMF|{"a":-Infinity}|{}', "the payload: -Infinity is not a number"),
        ('OCMF|{"RV":1,"RV":2}|{}', "the payload: gives 'RV' twice"),
        ('OCMF|{"a":[{"b":1,"c":2,"b":1}]}|{}', "the payload: gives 'b' twice"),
        ('OCMF|{}|{"SD":"00","SD":"01"}', "the signature section: gives 'SD' twice"),
        ("OCMF|{}|{}", "the signature section: SD is missing"),
        ('OCMF|{}|{"SD":""}', "the signature section: SD is missing"),
        ('OCMF|{}|{"SD":5}', "the signature section: SD is not a text"),
        ('OCMF|{}|{"SD":"00","SA":5}', "the signature section: SA is not a text"),
        ('OCMF|{}|{"SD":"0"}', "the signature section: SD is not hex"),
        ('OCMF|{}|{"SD":"00 00"}', "the signature section: SD is not hex"),
        ('OCMF|{}|{"SD":"00","SE":"octal"}', "the signature section: SE is neither hex nor base64"),
        ('OCMF|{}|{"SD":"00","SE":[]}', "the signature section: SE is not a text"),
        ('OCMF|{}|{"SD":"00","SM":"text/plain"}', "the signature section: SM is not application/x-der"),
        ('OCMF|{}|{"SD":"A","SE":"base64"}', "the signature section: SD is not base64"),
        ('OCMF|{"a":"\ud800"}|' + SIGNED, "the payload is not UTF-8"),
    ],
)
def test_what_is_no_record_is_refused_in_words(text: str, reason: str) -> None:
    assert refusal(text) == reason


def test_records_are_bounded() -> None:
    filler = "x" * (MAX_CHARACTERS - len(f'OCMF|{{"a":""}}|{SIGNED}'))
    longest = f'OCMF|{{"a":"{filler}"}}|{SIGNED}'
    assert len(longest) == MAX_CHARACTERS
    assert read_record(longest).data["a"] == filler
    assert refusal(longest + " ") == "the record is too long"


def test_nesting_is_bounded() -> None:
    def nested(depth: int) -> str:
        return 'OCMF|{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}|" + SIGNED

    assert read_record(nested(MAX_DEPTH))
    assert refusal(nested(MAX_DEPTH + 1)) == "the payload: is nested too deeply"
    assert refusal(nested(90_000)) == "the payload: is nested too deeply"


def test_numbers_keep_every_digit() -> None:
    long = "1" * 10_000
    data = read_record(f'OCMF|{{"a":{long},"b":0.10,"c":-0,"d":1E3}}|{SIGNED}').data
    assert [str(value) for value in data.values()] == [long, "0.10", "-0", "1E+3"]


def test_escapes_before_quotes_do_not_end_a_string() -> None:
    payload = json.dumps({"a": 'x\\"}|{', "b": "\\\\", "c": "}"})
    assert read_record(f"OCMF|{payload}|{SIGNED}").data == json.loads(payload)
