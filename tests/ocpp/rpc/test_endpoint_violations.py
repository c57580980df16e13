"""Messages that are no proper frames, and those only the newest version has: OCPP 2.1 Part 4 §4."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chargers.ocpp.rpc import (
    CallResultErrorReceived,
    CloseCode,
    Endpoint,
    ErrorKind,
    SendReceived,
    Unsolicited,
    Version,
)
from tests.ocpp.rpc.wire import code_of, receive, violation


@pytest.mark.parametrize(
    "message", ["not json", "", "{}", "[]", "null", '[2.0,"id","Heartbeat",{}]', '["2"]']
)
def test_an_unreadable_message_is_ignored_or_answered_by_version(endpoint: Endpoint, message: str) -> None:
    event = violation(endpoint, message)
    assert (event.kind, event.close_code) == (ErrorKind.UNREADABLE, None)
    if endpoint.version is Version.V16:
        assert event.answer is None
    else:
        assert json.loads(str(event.answer))[:3] == [4, "-1", "RpcFrameworkError"]


@pytest.mark.parametrize("message_type", [0, 1, 7, 99, -2])
def test_an_unknown_message_type_is_ignored_or_answered_by_version(
    endpoint: Endpoint, message_type: int
) -> None:
    event = violation(endpoint, [message_type, "id", "Heartbeat", {}])
    assert event.kind is ErrorKind.MESSAGE_TYPE
    if endpoint.version is Version.V16:
        assert event.answer is None
    else:
        assert json.loads(str(event.answer))[:3] == [4, "id", "MessageTypeNotSupported"]


@pytest.mark.parametrize("message_type", [5, 6])
def test_newer_message_types_are_unknown_to_older_versions(message_type: int) -> None:
    frame = [message_type, "id", "NotifyPeriodicEventStream", {}]
    assert violation(Endpoint(Version.V16), frame).answer is None
    assert code_of(violation(Endpoint(Version.V201), frame)) == "MessageTypeNotSupported"
    refused = '[6,"id","NotifyPeriodicEventStream",{"a":NaN}]'
    assert code_of(violation(Endpoint(Version.V201), refused)) == "MessageTypeNotSupported"


def test_a_refused_call_is_answered_by_its_id(endpoint: Endpoint) -> None:
    event = violation(endpoint, '[2,19,"Heartbeat",{"a":1,"a":2}]')
    assert event.message_id == 19
    assert code_of(event) == ("FormationViolation" if endpoint.version is Version.V16 else "FormatViolation")


def test_a_message_over_the_limit_ends_the_connection(endpoint: Endpoint) -> None:
    event = violation(endpoint, "[" + " " * 1024 * 1024 + "]")
    assert (event.answer, event.close_code) == (None, CloseCode.TOO_LARGE)


def test_bytes_that_are_not_utf8_end_the_connection(endpoint: Endpoint) -> None:
    event = violation(endpoint, b'[2,"\xff"]')
    assert (event.answer, event.close_code) == (None, CloseCode.INVALID_DATA)


def test_the_eleventh_unreadable_message_within_a_minute_ends_the_connection(endpoint: Endpoint) -> None:
    events = [violation(endpoint, "?", now=5.0 * index) for index in range(11)]
    assert [event.close_code for event in events] == [None] * 10 + [CloseCode.POLICY]
    assert (events[10].answer is None) == (endpoint.version is Version.V16)


def test_unreadable_messages_now_and_then_are_borne_for_ever(endpoint: Endpoint) -> None:
    assert all(violation(endpoint, "?", now=6.5 * index).close_code is None for index in range(100))


def test_unknown_actions_never_end_the_connection(endpoint: Endpoint) -> None:
    assert all(violation(endpoint, [2, index, "X", {}]).close_code is None for index in range(100))


def test_an_answer_without_a_usable_id_is_counted_and_never_answered(endpoint: Endpoint) -> None:
    events = [violation(endpoint, [index % 2 + 3, None, {}]) for index in range(11)]
    assert all(event.answer is None for event in events)
    assert events[10].close_code is CloseCode.POLICY


def test_a_sent_message_is_received_and_wants_no_answer() -> None:
    endpoint = Endpoint(Version.V21)
    payload = {"id": 1, "pending": 0, "basetime": "2026-01-01T00:00:00Z", "data": []}
    event = receive(endpoint, [6, "id", "NotifyPeriodicEventStream", payload])
    assert event == SendReceived("id", "NotifyPeriodicEventStream", payload)
    assert endpoint.unanswered == 0


@pytest.mark.parametrize(
    "frame",
    [
        [6, "id"],
        [6, "id", 1, {}],
        [6, "id", "NotifyPeriodicEventStream", []],
        [6, "id", "Heartbeat", {}],
        [6, None, "NotifyPeriodicEventStream", {}],
        '[6,"id","NotifyPeriodicEventStream",{"a":NaN}]',
    ],
)
def test_a_misshapen_sent_message_is_never_answered(frame: Any) -> None:
    assert violation(Endpoint(Version.V21), frame).answer is None


def test_the_peer_may_say_that_our_result_was_bad() -> None:
    endpoint = Endpoint(Version.V21)
    receive(endpoint, [2, "id", "Heartbeat", {}])
    endpoint.result("id", {})
    event = receive(endpoint, [5, "id", "OccurrenceConstraintViolation", "currentTime is missing", {}])
    assert event == CallResultErrorReceived(
        "id", "OccurrenceConstraintViolation", ErrorKind.OCCURRENCE, "currentTime is missing", {}
    )


def test_a_word_about_a_result_never_given_is_unsolicited() -> None:
    assert receive(Endpoint(Version.V21), [5, "id", "GenericError", "", {}]) == Unsolicited("id")
