"""The frames of the bad-input matrix, by their numbers there, and what random changes make of them."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargers.ocpp.rpc import CallReceived, Endpoint, ErrorKind, Role, Version, Violation, error_code

MIB = 1024 * 1024
CODES = {version: {error_code(version, kind) for kind in ErrorKind} for version in Version}


def call(payload: str = "{}", action: str = '"Heartbeat"', message_id: str = '"id"') -> str:
    return f"[2,{message_id},{action},{payload}]"


HOSTILE: dict[str, str | bytes] = {
    "B1 not json": "hello",
    "B2 empty": "",
    "B3 object": '{"a":1}',
    "B4 empty array": "[]",
    "B5 type only": "[2]",
    "B5 no action": '[2,"id"]',
    "B5 no payload": '[2,"id","Heartbeat"]',
    "B6 five elements": '[2,"id","Heartbeat",{},{}]',
    "B7 type 1": '[1,"id","Heartbeat",{}]',
    "B7 type 99": '[99,"id","Heartbeat",{}]',
    "B7 type -2": '[-2,"id","Heartbeat",{}]',
    "B8 float type": '[2.0,"id","Heartbeat",{}]',
    "B8 boolean type": '[true,"id","Heartbeat",{}]',
    "B8 text type": '["2","id","Heartbeat",{}]',
    "B9 send": '[6,"id","NotifyPeriodicEventStream",{}]',
    "B10 send with data": '[6,"id","NotifyPeriodicEventStream",{"id":1,"pending":0,"data":[]}]',
    "B11 result error": '[5,"id","GenericError","",{}]',
    "B12 number id": call(message_id="12"),
    "B12 null id": call(message_id="null"),
    "B12 object id": call(message_id="{}"),
    "B13 empty id": call(message_id='""'),
    "B14 id of 37": call(message_id='"' + "x" * 37 + '"'),
    "B14 id of 1,000": call(message_id='"' + "x" * 1000 + '"'),
    "B14 id of 1M": call(message_id='"' + "x" * 1_000_000 + '"'),
    "B15 id with controls": call(message_id='"a\\n\\u202e\\u0007"'),
    "B18 list action": call(action="[]"),
    "B18 object action": call(action='{"a":1}'),
    "B19 null action": call(action="null"),
    "B19 number action": call(action="1"),
    "B19 empty action": call(action='""'),
    "B20 unknown action": call(action='"Nonsense"'),
    "B21 wrong case": call(action='"heartbeat"'),
    "B22 action of the CSMS": call(action='"Reset"'),
    "B23 action of another version": call(action='"TransactionEvent"'),
    "B24 path": call(action='"../../etc/passwd"'),
    "B24 dunder": call(action='"__init__"'),
    "B25 array payload": call("[]"),
    "B25 null payload": call("null"),
    "B25 text payload": call('"x"'),
    "B25 number payload": call("1"),
    "B26 duplicate keys": call('{"a":1,"a":2}'),
    "B27 deep arrays": "[" * 100_000,
    "B27 deep arrays in a call": call("[" * 100_000 + "]" * 100_000),
    "B28 deep objects": call('{"a":' * 5000 + "1" + "}" * 5000),
    "B29 long integer": call('{"a":' + "1" * 5000 + "}"),
    "B30 300 digits": call('{"a":' + "1" * 300 + "}"),
    "B31 NaN": call('{"a":NaN}'),
    "B31 Infinity": call('{"a":-Infinity}'),
    "B31 overflow": call('{"a":1e400}'),
    "B35 not UTF-8": b'[2,"\xff\xfe","Heartbeat",{}]',
    "B36 byte order mark": "\ufeff" + call(),
    "B37 over the limit": call('{"a":"' + "x" * MIB + '"}'),
    "B43 unsolicited result": '[3,"nobody",{}]',
    "B45 large error": '[4,"nobody","'
    + "x" * 200_000
    + '","'
    + "y" * 200_000
    + '",{"z":"'
    + "z" * 200_000
    + '"}]',
    "B46 result without object": '[3,"ours",null]',
    "B46 refused result": '[3,"ours",{"a":1,"a":2}]',
    "B76 100,000 samples": call('{"a":[' + "{}," * 100_000 + "{}]}"),
    "B86 NUL": call('{"a":"\\u0000"}'),
    "B87 half a surrogate pair": call('{"a":"\\ud800"}'),
    "trailing NUL": call() + "\x00",
    "four-element error": '[4,"ours","InternalError","text"]',
    "error with text details": '[4,"ours","InternalError","text","details"]',
    "many escapes": call('{"a":"' + "\\u003a" * 1000 + '"}'),
}


def busy_endpoint(version: Version, role: Role = Role.CSMS) -> Endpoint:
    endpoint = Endpoint(version, role)
    endpoint.call("DataTransfer", {"vendorId": "x"}, "ours")
    return endpoint


def check(endpoint: Endpoint, message: str | bytes) -> None:
    """Never an exception, at most one answer, and that one a good frame that reflects nothing."""
    started = time.process_time()
    event = endpoint.receive(message, 0.0)
    assert time.process_time() - started < 0.1
    answer = getattr(event, "answer", None)
    if isinstance(answer, str):
        check_answer(endpoint.version, json.loads(answer))
    if isinstance(event, Violation):
        assert "\n" not in event.reason
        assert len(event.reason) < 100


def check_answer(version: Version, frame: list[Any]) -> None:
    message_type, message_id, code, description, details = frame
    assert message_type in ((4, 5) if version is Version.V21 else (4,))
    assert type(message_id) in (int, str)
    assert code in CODES[version]
    assert len(description) <= 255
    assert details == {}


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_frame_is_survived(version: Version, name: str) -> None:
    endpoint = busy_endpoint(version)
    check(endpoint, HOSTILE[name])
    assert isinstance(endpoint.receive(call(), 0.0), CallReceived)


PIECES = [*'[]{}",:2- \\\x00é', "\\u0000", "\\ud800", "NaN", "1e400", "null"]


def mutate(text: str, source: random.Random) -> str:
    start, end = sorted((source.randint(0, len(text)), source.randint(0, len(text))))
    match source.randrange(4):
        case 0:
            return text[:start] + text[end:]
        case 1:
            return text[:start] + source.choice(PIECES) * source.randint(1, 40) + text[start:]
        case 2:
            return text[:start] + text[start : start + 50] * 2 + text[start + 50 :]
    return text[:start] + source.choice(PIECES) + text[start + 1 :]


@pytest.mark.parametrize("version", Version)
def test_changed_hostile_frames_are_survived(version: Version) -> None:
    seed = 20260101
    print(f"seed {seed}")
    source = random.Random(seed)
    seeds = [text for text in HOSTILE.values() if isinstance(text, str) and len(text) < 2000]
    endpoint = busy_endpoint(version)
    for turn in range(4000):
        text = source.choice(seeds)
        for _ in range(source.randint(1, 4)):
            text = mutate(text, source)
        check(endpoint, text)
        if turn % 50 == 0:
            endpoint = busy_endpoint(version, source.choice(list(Role)))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
frames_like = st.tuples(
    st.integers(0, 8) | values,
    st.sampled_from(["ours", "x", 5]) | values,
    st.sampled_from(["Heartbeat", "Reset", "StatusNotification", "NotifyPeriodicEventStream"]) | values,
    values,
    values,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(list(Version)), frames_like, st.integers(0, 5))
def test_any_array_is_survived(version: Version, frame: tuple[Any, ...], length: int) -> None:
    check(busy_endpoint(version), json.dumps(frame[:length]))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(Version)), st.text() | st.binary())
def test_any_text_and_any_bytes_are_survived(version: Version, message: str | bytes) -> None:
    check(busy_endpoint(version), message)
