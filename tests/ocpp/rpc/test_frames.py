"""What we put on the wire, letter by letter."""

from __future__ import annotations

import json

import pytest

from chargers.ocpp.rpc import (
    Call,
    CallError,
    CallResult,
    CallResultError,
    ErrorKind,
    Send,
    Version,
    error_code,
    error_kind,
)


def test_messages_have_the_elements_of_the_standard() -> None:
    assert Call("a", "Reset", {"type": "Soft"}).encode() == '[2,"a","Reset",{"type":"Soft"}]'
    assert CallResult("a", {}).encode() == '[3,"a",{}]'
    assert CallError("a", "InternalError").encode() == '[4,"a","InternalError","",{}]'
    assert CallResultError("a", "FormatViolation", "bad").encode() == '[5,"a","FormatViolation","bad",{}]'
    assert Send("a", "NotifyPeriodicEventStream", {}).encode() == '[6,"a","NotifyPeriodicEventStream",{}]'


def test_an_integer_id_goes_back_as_an_integer() -> None:
    assert CallResult(19, {}).encode() == "[3,19,{}]"
    assert CallResult("19", {}).encode() == '[3,"19",{}]'


def test_key_order_is_kept() -> None:
    payload = {"listVersion": 1, "localAuthorizationList": [], "updateType": "Full"}
    assert list(json.loads(Call("a", "SendLocalList", payload).encode())[3]) == list(payload)


def test_a_description_is_cut_to_255_characters() -> None:
    assert json.loads(CallError("a", "GenericError", "é" * 300).encode())[3] == "é" * 255


def test_a_description_with_half_a_surrogate_pair_can_be_sent() -> None:
    assert json.loads(CallError("a", "GenericError", "x\ud800y").encode())[3] == "x?y"


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (ErrorKind.FORMAT, "FormationViolation", "FormatViolation"),
        (ErrorKind.OCCURRENCE, "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
        (ErrorKind.INCOMPLETE, "ProtocolError", "FormatViolation"),
        (ErrorKind.TYPE, "TypeConstraintViolation", "TypeConstraintViolation"),
        (ErrorKind.PROPERTY, "PropertyConstraintViolation", "PropertyConstraintViolation"),
        (ErrorKind.NOT_IMPLEMENTED, "NotImplemented", "NotImplemented"),
        (ErrorKind.NOT_SUPPORTED, "NotSupported", "NotSupported"),
        (ErrorKind.SECURITY, "SecurityError", "SecurityError"),
        (ErrorKind.INTERNAL, "InternalError", "InternalError"),
        (ErrorKind.UNREADABLE, "GenericError", "RpcFrameworkError"),
        (ErrorKind.MESSAGE_TYPE, "GenericError", "MessageTypeNotSupported"),
        (ErrorKind.GENERIC, "GenericError", "GenericError"),
    ],
)
def test_each_version_spells_errors_its_way(kind: ErrorKind, old: str, new: str) -> None:
    assert error_code(Version.V16, kind) == old
    assert error_code(Version.V201, kind) == error_code(Version.V21, kind) == new


def test_every_error_kind_has_a_code_in_every_version() -> None:
    assert all(error_code(version, kind) for version in Version for kind in ErrorKind)


def test_a_received_code_is_understood_in_either_spelling() -> None:
    assert error_kind("FormationViolation") is error_kind("FormatViolation") is ErrorKind.FORMAT
    assert error_kind("OccurenceConstraintViolation") is ErrorKind.OCCURRENCE
    assert error_kind("OccurrenceConstraintViolation") is ErrorKind.OCCURRENCE
    assert error_kind("GenericError") is ErrorKind.GENERIC
    assert error_kind("VendorSpecificMess") is None
