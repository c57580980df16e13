"""One connection, both directions: OCPP 1.6J §4, OCPP 2.0.1 Part 4 §4, OCPP 2.1 Part 4 §4."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chargers.ocpp.rpc import (
    AnswerRefused,
    CallInFlightError,
    CallReceived,
    CallResultErrorReceived,
    CloseCode,
    Endpoint,
    ErrorKind,
    ErrorReceived,
    LateAnswer,
    LocalProtocolError,
    ResultReceived,
    Role,
    SendReceived,
    Unsolicited,
    Version,
    Violation,
)

V2 = (Version.V201, Version.V21)


@pytest.fixture(params=list(Version))
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    return Endpoint(request.param)


def receive(endpoint: Endpoint, frame: Any, now: float = 0.0) -> Any:
    return endpoint.receive(frame if isinstance(frame, str | bytes) else json.dumps(frame), now)


def violation(endpoint: Endpoint, frame: Any, now: float = 0.0) -> Violation:
    event = receive(endpoint, frame, now)
    assert isinstance(event, Violation)
    return event


def code_of(event: Violation) -> str:
    assert event.answer is not None
    message_type, _, code, _, details = json.loads(event.answer)
    assert (message_type, details) == (4, {})
    return str(code)


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
        ([], ("", None, "", {})),
        (["Own" * 50, "x" * 1_000_000, "details"], (("Own" * 50)[:50], None, "x" * 255, {})),
        ([1, None, {"a": "x" * 5000}, "more"], ("", None, "", {})),
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
