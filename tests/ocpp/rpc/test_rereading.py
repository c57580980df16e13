"""The second reading of a CALL: only when the first failed, only of the named actions, only where it is one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.ocpp.rpc import CallReceived, Endpoint, Refusal, Version, Violation
from chargers.ocpp.rpc.gate import GateError
from chargers.ocpp.rpc.rereading import read_call

STOP = "StopTransaction"
NAMED = frozenset({STOP})


def event(message: str | bytes, forgiven: frozenset[str] = NAMED) -> Any:
    return Endpoint(Version.V16).receive(message, 0.0, forgiven)


def stop(payload: str) -> str:
    return f'[2,"id","{STOP}",{payload}]'


@pytest.mark.parametrize(
    ("payload", "read", "forgiven"),
    [
        ('{"a":"x\\u0000y"}', {"a": "xy"}, {Refusal.CHARACTER}),
        ('{"a":"x\0"}', {"a": "x"}, {Refusal.CHARACTER}),
        ('{"a":"x\ty"}', {"a": "x\ty"}, {Refusal.CHARACTER}),
        ('{"a":"\\ud800x"}', {"a": "x"}, {Refusal.CHARACTER}),
        ('{"a":NaN,"b":1}', {"b": 1}, {Refusal.NUMBER}),
        ('{"a":[1,-Infinity,{"b":1e999}]}', {"a": [1, {}]}, {Refusal.NUMBER}),
        ('{"a":' + "9" * 5000 + "}", {}, {Refusal.NUMBER}),
        ('{"a":1,"a":2}', {"a": 2}, {Refusal.DUPLICATE_KEY}),
        ('{"a":1,"a\\u0000":2}', {"a": 2}, {Refusal.CHARACTER, Refusal.DUPLICATE_KEY}),
    ],
)
def test_what_is_forgiven(payload: str, read: dict[str, Any], forgiven: set[Refusal]) -> None:
    received = event(stop(payload))
    assert isinstance(received, CallReceived)
    assert (received.message_id, received.action, received.payload) == ("id", STOP, read)
    assert set(received.forgiven) == forgiven
    assert read_call(stop(payload)) == [2, "id", STOP, read]


@pytest.mark.parametrize(
    "message",
    [
        '[2,"id","Heartbeat",{"a":NaN}]',
        '[2,"id\\u0000","StopTransaction",{"a":NaN}]',
        '[2,NaN,"StopTransaction",{}]',
        '[2.0,"id","StopTransaction",{"a":NaN}]',
        '[3,"id","StopTransaction",{"a":NaN}]',
        '[2,"id","StopTransaction",{"a":NaN}',
        '[2,"id","StopTransaction",{"a":nan}]',
        '[2,"id","StopTransaction",NaN]',
        '[2,"id","StopTransaction",[NaN]]',
        '[2,"id","StopTransaction",{"a":NaN},{}]',
        '[2,"id","StopTransaction",{"a":NaN}][]',
        stop('{"a":' + "[" * 40 + "NaN" + "]" * 40 + "}"),
        stop('{"a":[' + "NaN," * 20_000 + "1]}"),
        stop('{"a":"\\u0000' + "x" * 1024 * 1024 + '"}'),
        b'[2,"id","StopTransaction",{"a":"\xff","b":NaN}]',
    ],
)
def test_what_stays_refused(message: str | bytes) -> None:
    assert isinstance(event(message), Violation)


def test_a_refusal_names_the_action_it_could_read() -> None:
    assert event(stop('{"a":NaN}'), frozenset()).action == STOP
    assert event('[2,"id","Boot\\u0000",{"a":NaN}]').action is None
    assert event('[2,"id","Nonsense",{"a":NaN}]').action is None
    with pytest.raises(GateError):
        read_call('[2,"id"')


@given(
    st.recursive(st.none() | st.integers(-9, 9) | st.text(), lambda inner: st.dictionaries(st.text(), inner))
)
def test_a_message_that_needs_no_second_reading_gets_none(value: Any) -> None:
    """Whatever the gate takes is the same with and without it."""
    message = stop(json.dumps({"a": value}))
    strict = event(message, frozenset())
    if isinstance(strict, CallReceived):
        assert event(message) == strict
