"""Calls of the peer, and two endpoints together: OCPP 1.6J §4, OCPP 2.0.1 Part 4 §4, OCPP 2.1 Part 4 §4."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chargers.ocpp.rpc import (
    CallReceived,
    Endpoint,
    ErrorKind,
    LocalProtocolError,
    ResultReceived,
    Role,
    SendReceived,
    Unsolicited,
    Version,
    Violation,
)
from tests.ocpp.rpc.wire import code_of, receive, violation


def test_a_call_is_received_and_answered(endpoint: Endpoint) -> None:
    event = receive(endpoint, [2, "id", "Heartbeat", {}])
    assert event == CallReceived("id", "Heartbeat", {}, reused=False)
    assert endpoint.unanswered == 1
    assert endpoint.result("id", {"currentTime": "2026-01-01T00:00:00Z"}) == (
        '[3,"id",{"currentTime":"2026-01-01T00:00:00Z"}]'
    )
    assert endpoint.unanswered == 0


def test_a_call_as_bytes_is_the_same_call(endpoint: Endpoint) -> None:
    assert receive(endpoint, b'[2,7,"Heartbeat",{}]') == CallReceived(7, "Heartbeat", {})


def test_an_answer_can_be_given_once_only(endpoint: Endpoint) -> None:
    receive(endpoint, [2, "id", "Heartbeat", {}])
    endpoint.error("id", ErrorKind.INTERNAL, "try again")
    with pytest.raises(LocalProtocolError):
        endpoint.error("id", ErrorKind.INTERNAL)
    with pytest.raises(LocalProtocolError):
        endpoint.result("id", {})


def test_an_answer_encoded_elsewhere_counts_as_the_one_answer(endpoint: Endpoint) -> None:
    receive(endpoint, [2, "id", "Heartbeat", {}])
    endpoint.answered("id")
    assert endpoint.unanswered == 0
    with pytest.raises(LocalProtocolError):
        endpoint.answered("id")


def test_an_answer_needs_a_call_with_the_very_same_id(endpoint: Endpoint) -> None:
    receive(endpoint, [2, 1, "Heartbeat", {}])
    with pytest.raises(LocalProtocolError):
        endpoint.result("1", {})
    assert endpoint.result(1, {}) == "[3,1,{}]"


def test_the_same_id_twice_gets_two_answers_and_a_flag(endpoint: Endpoint) -> None:
    first = receive(endpoint, [2, "id", "Heartbeat", {}])
    second = receive(endpoint, [2, "id", "Heartbeat", {}])
    assert (first.reused, second.reused) == (False, True)
    assert endpoint.unanswered == 2
    endpoint.result("id", {})
    endpoint.result("id", {})
    with pytest.raises(LocalProtocolError):
        endpoint.result("id", {})


def test_an_id_is_forgotten_after_sixteen_others(endpoint: Endpoint) -> None:
    for message_id in ["id", *range(16), "id"]:
        last = receive(endpoint, [2, message_id, "Heartbeat", {}])
    assert last.reused is False


def test_an_answer_that_cannot_be_encoded_leaves_the_call_open(endpoint: Endpoint) -> None:
    receive(endpoint, [2, "id", "Heartbeat", {}])
    with pytest.raises(TypeError):
        endpoint.result("id", {"currentTime": object()})
    assert endpoint.unanswered == 1


@pytest.mark.parametrize("action", ["Rest", "heartbeat", "../x", "__init__", "", "<script>"])
def test_an_unknown_action_is_not_implemented_and_not_echoed(endpoint: Endpoint, action: str) -> None:
    event = violation(endpoint, [2, "id", action, {}])
    assert (event.kind, event.action, code_of(event)) == (ErrorKind.NOT_IMPLEMENTED, None, "NotImplemented")
    assert not action or action not in str(event.answer)
    assert endpoint.unanswered == 0


def test_our_own_action_sent_by_the_peer_is_not_supported(endpoint: Endpoint) -> None:
    event = violation(endpoint, [2, "id", "Reset", {"type": "Hard"}])
    assert (event.message_id, event.action, code_of(event)) == ("id", "Reset", "NotSupported")


def test_an_action_of_another_version_is_not_implemented() -> None:
    assert code_of(violation(Endpoint(Version.V16), [2, "a", "TransactionEvent", {}])) == "NotImplemented"
    assert code_of(violation(Endpoint(Version.V201), [2, "a", "StartTransaction", {}])) == "NotImplemented"
    assert code_of(violation(Endpoint(Version.V201), [2, "a", "BatterySwap", {}])) == "NotImplemented"


def test_a_sent_only_action_is_not_supported_as_a_call() -> None:
    event = violation(Endpoint(Version.V21), [2, "id", "NotifyPeriodicEventStream", {}])
    assert code_of(event) == "NotSupported"


@pytest.mark.parametrize("payload", [[], None, "text", 1, True])
def test_a_payload_that_is_no_object_has_the_wrong_type(endpoint: Endpoint, payload: object) -> None:
    event = violation(endpoint, [2, "id", "Heartbeat", payload])
    assert (event.action, code_of(event)) == ("Heartbeat", "TypeConstraintViolation")


@pytest.mark.parametrize("action", [[], {}, None, 1])
def test_an_action_that_is_no_text_is_a_format_error(endpoint: Endpoint, action: object) -> None:
    assert violation(endpoint, [2, "id", action, {}]).kind is ErrorKind.FORMAT


@pytest.mark.parametrize("message_id", [None, {}, [], "", 1.5, True, "x" * 256])
def test_an_unusable_id_is_answered_with_minus_one(endpoint: Endpoint, message_id: object) -> None:
    event = violation(endpoint, [2, message_id, "Heartbeat", {}])
    assert (event.kind, event.message_id) == (ErrorKind.FORMAT, None)
    assert json.loads(str(event.answer))[1] == "-1"


@pytest.mark.parametrize("frame", [[2], [2, "id"], [2, "id", "Heartbeat"]])
def test_a_call_with_too_few_elements_is_incomplete(endpoint: Endpoint, frame: list[Any]) -> None:
    event = violation(endpoint, frame)
    assert code_of(event) == ("ProtocolError" if endpoint.version is Version.V16 else "FormatViolation")
    assert json.loads(str(event.answer))[1] == (frame[1] if len(frame) > 1 else "-1")


def test_a_call_with_five_elements_is_a_format_error(endpoint: Endpoint) -> None:
    event = violation(endpoint, [2, "id", "Heartbeat", {}, {}])
    assert (event.kind, event.message_id) == (ErrorKind.FORMAT, "id")


def test_two_endpoints_understand_each_other() -> None:
    station, csms = Endpoint(Version.V16, Role.STATION), Endpoint(Version.V16)
    call = csms.receive(station.call("Heartbeat", {}, "h1"), 0.0)
    assert isinstance(call, CallReceived)
    answer = station.receive(csms.result(call.message_id, {"currentTime": "2026-01-01T00:00:00Z"}), 0.0)
    assert isinstance(answer, ResultReceived)
    assert answer.call.action == "Heartbeat"


def test_a_station_of_the_newest_version_sends_to_the_csms() -> None:
    station, csms = Endpoint(Version.V21, Role.STATION), Endpoint(Version.V21)
    text = station.send("NotifyPeriodicEventStream", {"id": 1}, "s1")
    assert csms.receive(text, 0.0) == SendReceived("s1", "NotifyPeriodicEventStream", {"id": 1})
    with pytest.raises(LocalProtocolError):
        csms.send("NotifyPeriodicEventStream", {"id": 1}, "s1")


def test_errors_never_answer_errors() -> None:
    """Two endpoints that cannot read each other must not talk for ever."""
    one, other = Endpoint(Version.V201), Endpoint(Version.V201, Role.STATION)
    text = one.receive("?", 0.0)
    assert isinstance(text, Violation)
    assert isinstance(other.receive(str(text.answer), 0.0), Unsolicited)
