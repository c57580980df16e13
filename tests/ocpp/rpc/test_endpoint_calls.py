"""Our own calls and what ends them: OCPP 1.6J §4.2, OCPP 2.0.1 Part 4 §4.2."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chargers.ocpp.rpc import (
    AnswerRefused,
    CallInFlightError,
    CloseCode,
    Endpoint,
    ErrorKind,
    ErrorReceived,
    LateAnswer,
    LocalProtocolError,
    ResultReceived,
    Unsolicited,
    Version,
)
from tests.ocpp.rpc.wire import receive, violation


def test_our_call_gets_its_result(endpoint: Endpoint) -> None:
    text = endpoint.call("TriggerMessage", {"requestedMessage": "Heartbeat"}, "m1")
    assert text == '[2,"m1","TriggerMessage",{"requestedMessage":"Heartbeat"}]'
    call = endpoint.in_flight
    assert receive(endpoint, [3, "m1", {"status": "Accepted"}]) == ResultReceived(
        call, {"status": "Accepted"}
    )
    assert endpoint.in_flight is None


def test_only_one_call_of_ours_is_in_flight(endpoint: Endpoint) -> None:
    endpoint.call("ClearCache", {}, "m1")
    with pytest.raises(CallInFlightError):
        endpoint.call("ClearCache", {}, "m2")
    receive(endpoint, [3, "m1", {"status": "Accepted"}])
    endpoint.call("ClearCache", {}, "m2")


def test_a_call_the_other_side_does_not_know_is_not_sent(endpoint: Endpoint) -> None:
    with pytest.raises(LocalProtocolError):
        endpoint.call("Heartbeat", {}, "m1")
    assert endpoint.in_flight is None


def test_a_call_that_cannot_be_encoded_is_not_in_flight(endpoint: Endpoint) -> None:
    with pytest.raises(TypeError):
        endpoint.call("ClearCache", {"x": object()}, "m1")
    assert endpoint.in_flight is None


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (["NotSupported", "no", {"a": 1}], ("NotSupported", ErrorKind.NOT_SUPPORTED, "no", {"a": 1})),
        (["FormationViolation", "no"], ("FormationViolation", ErrorKind.FORMAT, "no", {})),
        (["FormatViolation"], ("FormatViolation", ErrorKind.FORMAT, "", {})),
        ([], ("ErrorWithoutCode", None, "", {})),
        (["Own" * 50, "x" * 1_000_000, "details"], (("Own" * 50)[:50], None, "x" * 255, {})),
        ([1, None, {"a": "x" * 5000}, "more"], ("1", None, "", {})),
        ([None, "no", {}], ("ErrorWithoutCode", None, "no", {})),
    ],
)
def test_an_error_of_any_length_ends_our_call(
    endpoint: Endpoint, rest: list[Any], expected: tuple[object, ...]
) -> None:
    endpoint.call("ClearCache", {}, "m1")
    call = endpoint.in_flight
    odd = len(rest) < 3 or rest[0] != "NotSupported"
    assert receive(endpoint, [4, "m1", *rest]) == ErrorReceived(call, *expected, odd=odd)
    assert endpoint.in_flight is None


@pytest.mark.parametrize("frame", [[3, "m1"], [3, "m1", None], [3, "m1", []], [3, "m1", {}, {}]])
def test_a_misshapen_result_ends_our_call(endpoint: Endpoint, frame: list[Any]) -> None:
    endpoint.call("ClearCache", {}, "m1")
    event = receive(endpoint, frame)
    assert isinstance(event, AnswerRefused)
    assert endpoint.in_flight is None
    assert (event.answer is not None) == (endpoint.version is Version.V21)


def test_a_result_the_gate_refuses_ends_our_call(endpoint: Endpoint) -> None:
    endpoint.call("ClearCache", {}, "m1")
    event = receive(endpoint, '[3,"m1",{"status":"Accepted","status":"Rejected"}]')
    assert isinstance(event, AnswerRefused)
    assert (event.call.message_id, event.reason) == ("m1", "an object has the same key twice")
    if endpoint.version is Version.V21:
        assert json.loads(str(event.answer))[:3] == [5, "m1", "FormatViolation"]
    else:
        assert event.answer is None


def test_an_error_the_gate_refuses_ends_our_call_without_a_word(endpoint: Endpoint) -> None:
    endpoint.call("ClearCache", {}, "m1")
    event = receive(endpoint, '[4,"m1","GenericError","",{"a":NaN}]')
    assert isinstance(event, AnswerRefused)
    assert event.answer is None


def test_an_answer_the_gate_refuses_to_no_call_is_only_counted(endpoint: Endpoint) -> None:
    event = violation(endpoint, '[3,"m1",{"a":NaN}]')
    assert (event.answer, event.close_code) == (None, None)


def test_a_late_answer_is_told_as_late_and_once(endpoint: Endpoint) -> None:
    endpoint.call("ClearCache", {}, "m1")
    call = endpoint.give_up()
    assert call is not None
    assert receive(endpoint, [3, "m1", {}]) == LateAnswer(ResultReceived(call, {}))
    assert receive(endpoint, [3, "m1", {}]) == Unsolicited("m1")


def test_late_errors_and_misshapen_answers_are_late_too(endpoint: Endpoint) -> None:
    for message_id, frame in enumerate(['[4,0,"GenericError"]', "[3,1]", '[3,2,{"a":NaN}]']):
        endpoint.call("ClearCache", {}, message_id)
        endpoint.give_up()
        assert isinstance(receive(endpoint, frame), LateAnswer)


def test_a_late_answer_does_not_end_the_next_call(endpoint: Endpoint) -> None:
    endpoint.call("ClearCache", {}, "m1")
    endpoint.give_up()
    endpoint.call("ClearCache", {}, "m2")
    assert isinstance(receive(endpoint, [3, "m1", {}]), LateAnswer)
    assert endpoint.in_flight is not None


def test_an_id_called_again_is_not_late(endpoint: Endpoint) -> None:
    endpoint.call("ClearCache", {}, "m1")
    endpoint.give_up()
    endpoint.call("ClearCache", {}, "m1")
    assert isinstance(receive(endpoint, [3, "m1", {}]), ResultReceived)
    assert receive(endpoint, [3, "m1", {}]) == Unsolicited("m1")


def test_nothing_can_be_given_up_twice(endpoint: Endpoint) -> None:
    endpoint.call("ClearCache", {}, "m1")
    endpoint.give_up()
    assert endpoint.give_up() is None


def test_the_twenty_first_unsolicited_answer_in_a_row_ends_the_connection(endpoint: Endpoint) -> None:
    events = [receive(endpoint, [3, index, {}]) for index in range(21)]
    assert [event.close_code for event in events] == [None] * 20 + [CloseCode.POLICY]


def test_a_wanted_answer_starts_the_count_of_unsolicited_ones_again(endpoint: Endpoint) -> None:
    for index in range(100):
        endpoint.call("ClearCache", {}, f"m{index}")
        receive(endpoint, [3, f"m{index}", {}])
        assert receive(endpoint, [3, f"m{index}", {}]) == Unsolicited(f"m{index}")


def test_a_refused_result_is_told_to_the_peer_on_the_newest_version_only(endpoint: Endpoint) -> None:
    answer = endpoint.refuse_result("m1", ErrorKind.OCCURRENCE, "status is missing")
    if endpoint.version is Version.V21:
        assert answer == '[5,"m1","OccurrenceConstraintViolation","status is missing",{}]'
    else:
        assert answer is None
