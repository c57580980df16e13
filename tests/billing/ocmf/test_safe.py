"""The container of the transparency software: written, read, and refused when it is hostile."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.ocmf import Unreadable, read_record, verify
from billing.ocmf.safe import MAX_BYTES, SafeValue, read, write
from tests.billing.meter.sessions import SHARED, needs_shared, shared_lines
from tests.billing.ocmf.meters import KEY, METER


def test_a_written_container_is_read_back_and_still_verifies() -> None:
    values = [
        SafeValue(METER.record('{"ID":"<&>\\"\' ]]> ü\\n"}'), KEY, 'T"<1>&', "Transaction.Begin"),
        SafeValue(METER.record("{\n\t}"), KEY),
    ]
    found = read(write(values))
    assert found == values
    assert all(verify(value.record, KEY).is_valid for value in found)


def test_signs_that_xml_would_change_go_as_base64() -> None:
    for payload in ('{"a":\r\n1}', '{"a":"\x00"}', '{"a":"\uffff"}'):
        record = f"OCMF|{payload}|{{}}"
        document = write([SafeValue(record, "k\x00", "t\x00")])
        assert b'encoding="base64"' in document
        assert read(document) == [SafeValue(record, "k\ufffd", "t\ufffd")]
    assert b'encoding="plain"' in write([SafeValue("OCMF|{}|{}")])


def test_a_record_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(Unreadable, match="the record is not UTF-8"):
        write([SafeValue("\ud800")])


@given(st.text(min_size=1).filter(lambda text: text.strip() == text), st.text(), st.text())
def test_any_record_is_read_as_it_was_written(record: str, key: str, transaction: str) -> None:
    (found,) = read(write([SafeValue(record, key, transaction)]))
    assert found.record == record


def value(inside: str, before: str = "", encoding: str = "") -> bytes:
    return f"{before}<values><value><signedData {encoding}>{inside}</signedData></value></values>".encode()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("", "OCMF|{}|{}"),
        ("plain", "OCMF|{}|{}"),
        ("hex", b"OCMF|{}|{}".hex()),
        ("BASE64", "T0NNRnx7fXx7fQ=="),
    ],
)
def test_signed_data_comes_in_three_encodings(encoding: str, text: str) -> None:
    attribute = f'encoding="{encoding}"' if encoding else ""
    assert read(value(f"\n {text} \n", encoding=attribute)) == [SafeValue("OCMF|{}|{}")]


def test_what_is_not_known_is_passed_over() -> None:
    document = (
        b"<values><other>x</other><value><more><signedData>no</signedData></more>"
        b"<signedData>a<b>no</b>c</signedData>tail</value></values>"
    )
    assert read(document) == [SafeValue("ac")]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not XML"),
        (b"<values>", "not XML"),
        (b"\xff\xfe\x00", "not XML"),
        (b'<?xml version="1.0" encoding="nonsense"?><values/>', "not XML"),
        (b"<values></values>", "has no values"),
        (b"<values><value/></values>", "has no signed data"),
        (b"<values><value><signedData> </signedData></value></values>", "has no signed data"),
        (value("x", "<!DOCTYPE values>"), "has a document type"),
        (value("&a;", '<!DOCTYPE values [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "has a document type"),
        (value("x", encoding='encoding="hex"'), "is not hex"),
        (value("ff", encoding='encoding="hex"'), "is not hex"),
        (value("x", encoding='encoding="base64"'), "is not base64"),
        (value(base64.b64encode(b"\xff").decode(), encoding='encoding="base64"'), "is not base64"),
        (value("x", encoding='encoding="rot13"'), "'rot13' of the signed data is not known"),
        (b" " * (MAX_BYTES + 1), "is too long"),
    ],
)
def test_what_is_no_container_is_refused(document: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(document)


def test_a_second_value_takes_nothing_from_the_first() -> None:
    document = (
        b'<values><value transactionId="1"><signedData encoding="hex">4f</signedData><publicKey>k</publicKey></value>'
        b"<value><signedData>P</signedData></value></values>"
    )
    assert read(document) == [SafeValue("O", "k", "1"), SafeValue("P")]


@needs_shared
def test_the_containers_of_the_transparency_software_are_read() -> None:
    known = "\n".join(shared_lines("ocmf/records.jsonl"))
    paths = sorted((SHARED / "ocmf/safe").glob("*.xml"))
    assert len(paths) >= 12
    for path in paths:
        values = read(path.read_bytes())
        assert values
        assert read(write(values)) == values
        for found in values:
            assert read_record(found.record).signature.hex() in known.lower()
