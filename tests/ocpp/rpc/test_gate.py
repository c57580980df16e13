"""The gate against a slow reference that shares nothing with it but the rules."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chargers.ocpp.rpc.gate import MAX_BYTES, MAX_DEPTH, MAX_NODES, GateError, Refusal, is_message_id, parse

HEAD = '[2,"id","Heartbeat",'


def refusal(message: str | bytes) -> GateError:
    with pytest.raises(GateError) as caught:
        parse(message)
    return caught.value


def test_a_usual_message_is_decoded() -> None:
    assert parse('[2,"19223201","Heartbeat",{}]') == [2, "19223201", "Heartbeat", {}]


def test_bytes_are_read_as_utf8() -> None:
    assert parse('["é\U0001f600"]'.encode()) == ["é\U0001f600"]


def test_a_byte_order_mark_is_tolerated() -> None:
    assert parse("\ufeff[1]") == [1]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("", Refusal.NOT_JSON),
        ("hello", Refusal.NOT_JSON),
        ("[1]\x00", Refusal.NOT_JSON),
        ("[1,]", Refusal.NOT_JSON),
        ("[01]", Refusal.NOT_JSON),
        ('["\t"]', Refusal.NOT_JSON),
        ("{}", Refusal.NOT_ARRAY),
        ('"text"', Refusal.NOT_ARRAY),
        ("null", Refusal.NOT_ARRAY),
        (HEAD + '{"a":1,"a":1}]', Refusal.DUPLICATE_KEY),
        (HEAD + '{"a":1,"\\u0061":1}]', Refusal.DUPLICATE_KEY),
        (HEAD + '{"a:":":","a:":"::"}]', Refusal.DUPLICATE_KEY),
        (HEAD + '{"a":1,"a":"\\u003a"}]', Refusal.DUPLICATE_KEY),
        (HEAD + '{"x":[{"a":{"b":1,"b":2}}]}]', Refusal.DUPLICATE_KEY),
        (HEAD + '{"a":NaN}]', Refusal.NUMBER),
        (HEAD + '{"a":-Infinity}]', Refusal.NUMBER),
        (HEAD + '{"a":1e400}]', Refusal.NUMBER),
        (HEAD + '{"a":9223372036854775808}]', Refusal.NUMBER),
        (HEAD + '{"a":-9223372036854775808}]', Refusal.NUMBER),
        (HEAD + '{"a":12345678901234567890}]', Refusal.NUMBER),
        (HEAD + '{"a":' + "9" * 5000 + "}]", Refusal.NUMBER),
        (HEAD + '{"a":"\\u0000"}]', Refusal.CHARACTER),
        (HEAD + '{"\\u0000":1}]', Refusal.CHARACTER),
        (HEAD + '{"a":"\\ud800"}]', Refusal.CHARACTER),
        (HEAD + '{"a":["\\udc00\\ud800"]}]', Refusal.CHARACTER),
        ("[" * 100_000, Refusal.TOO_MANY_NODES),
        ("[" * 19_999, Refusal.TOO_DEEP),
        (HEAD + '{"a":' * 5000 + "1" + "}" * 5000 + "]", Refusal.TOO_DEEP),
        ("[" + "1," * MAX_NODES + "1]", Refusal.TOO_MANY_NODES),
        ("[" + '"",' * MAX_NODES * 3 + "1]", Refusal.TOO_MANY_NODES),
        ("[" + "[]," * (MAX_NODES - 1) + "[]]", Refusal.TOO_MANY_NODES),
        ("[" * (MAX_NODES + 1), Refusal.TOO_MANY_NODES),
        ("[" + "1," * (MAX_NODES - 2) + "[1]]", Refusal.TOO_MANY_NODES),
        (" " * MAX_BYTES + "[]", Refusal.TOO_LARGE),
        (b'["\xff"]', Refusal.NOT_UTF8),
        ('["\ud800"]', Refusal.CHARACTER),
    ],
)
def test_what_peers_could_read_differently_is_refused(message: str | bytes, expected: Refusal) -> None:
    assert refusal(message).refusal is expected


@pytest.mark.parametrize(
    "message",
    [
        '[{"a":"1234567890123456789"}]',
        "[123456789012345678]",
        "[-123456789012345678]",
        "[0.1234567890123456789]",
        '["\\\\u0000"]',
        '["\\u003a",{":":":"}]',
        '[{"a":{"a":1}},{"a":1}]',
        '["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\"[[[\\\\"]',
        "[" * MAX_DEPTH + "]" * MAX_DEPTH,
        "[" + "1," * (MAX_NODES - 2) + "1]",
        "[" + "[]," * (MAX_NODES - 2) + "[]]",
        '["' + "," * (MAX_NODES + 10) + '"]',
        "[" + " " * (MAX_BYTES - 2) + "]",
        '["\\ud83d\\ude00"]',
        "[1e-400,-0,1E5]",
        "[" + "{}," * 40 + "{" + ",".join(f'"{key}":"x"' for key in range(MAX_NODES - 42)) + "}]",
    ],
)
def test_what_only_looks_suspicious_passes(message: str) -> None:
    assert parse(message) == json.loads(message)


@pytest.mark.parametrize(
    ("message", "head"),
    [
        ('[2,"abc","A",{"a":1,"a":2}]', (2, "abc")),
        (' [ 3 , 17 , {"a":1,"a":2}]', (3, 17)),
        ('[2,"\\u0061\\"b","A",{"a":NaN}]', (2, 'a"b')),
        ('[2,"' + "x" * 255 + '","A",{"a":NaN}]', (2, "x" * 255)),
        ('[2,"' + "x" * 256 + '","A",{"a":NaN}]', None),
        ('[2,"","A",{"a":NaN}]', None),
        ('[2,null,"A",{"a":NaN}]', None),
        ('[2,"\\ud800","A",{"a":NaN}]', None),
        ('[2,"\\x","A",' + "[" * 100, None),
        ("[NaN]", None),
        ('[2,"abc","A",{', None),
    ],
)
def test_a_refusal_names_the_message_where_its_start_is_readable(
    message: str, head: tuple[int, str | int] | None
) -> None:
    assert refusal(message).head == head


@pytest.mark.parametrize("value", ["x", "x" * 255, 0, -1, 10**17])
def test_texts_and_integers_identify_messages(value: object) -> None:
    assert is_message_id(value)


@pytest.mark.parametrize("value", ["", "x" * 256, True, 1.0, None, [], {}])
def test_nothing_else_identifies_a_message(value: object) -> None:
    assert not is_message_id(value)


class RefusedByReferenceError(Exception):
    pass


def reference(text: str) -> Any:
    """The rules of the gate in the plainest words, for messages of moderate size."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_float,
        )
    except (ValueError, RecursionError):
        raise RefusedByReferenceError from None
    if not isinstance(value, list) or _depth(value) > MAX_DEPTH or _nodes(value) > MAX_NODES:
        raise RefusedByReferenceError
    if any(not _is_clean(string) for string in _strings(value)):
        raise RefusedByReferenceError
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise RefusedByReferenceError
    return dict(pairs)


def _integer(text: str) -> int:
    if not -(2**63) < int(text) < 2**63:
        raise RefusedByReferenceError
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if math.isnan(value) or math.isinf(value):
        raise RefusedByReferenceError
    return value


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _depth(value: Any) -> int:
    inner = max((_depth(child) for child in _children(value)), default=0)
    return inner + isinstance(value, dict | list)


def _nodes(value: Any) -> int:
    return 1 + sum(_nodes(child) for child in _children(value))


def _strings(value: Any) -> list[str]:
    own = [value] if isinstance(value, str) else list(value) if isinstance(value, dict) else []
    return own + [string for child in _children(value) for string in _strings(child)]


def _is_clean(text: str) -> bool:
    return not any(character == "\x00" or 0xD800 <= ord(character) <= 0xDFFF for character in text)


def outcome_of(decode: Any, text: str) -> tuple[bool, str]:
    try:
        return True, repr(decode(text))
    except (GateError, RefusedByReferenceError):
        return False, ""


def escaped(text: str) -> st.SearchStrategy[str]:
    """JSON string literals for a text, each character written plainly or as an escape."""
    ways = [st.sampled_from([json.dumps(c)[1:-1], f"\\u{ord(c):04x}", f"\\u{ord(c):04X}"]) for c in text]
    return st.tuples(*ways).map(lambda parts: '"' + "".join(parts) + '"')


strings = st.one_of(
    st.text(alphabet='ab:,[]{}"\\ \n0u', max_size=5).flatmap(escaped),
    st.sampled_from(['""', '"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\\\u003a"', '"é"', '"1e400"']),
    st.integers(0, 10**25).map(lambda number: f'"{number}"'),
)
numbers = st.one_of(
    st.integers(-(10**25), 10**25).map(str),
    st.floats().map(lambda number: json.dumps(number)),
    st.sampled_from(["-0", "1e400", "1E5", "1.5e-400", "0." + "1" * 30, "9" * 400, "9" * 400 + ".0", "1.0"]),
)
spaces = st.sampled_from(["", "", "", " ", "\n", "\t ", "\r"])


def joined(brackets: str, items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def write(parts: list[str], space: str) -> str:
        return brackets[0] + space + f"{space},{space}".join(parts) + space + brackets[1]

    return st.builds(write, st.lists(items, max_size=4), spaces)


def containers(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(strings, spaces, values).map(lambda pair: f"{pair[0]}{pair[1]}:{pair[1]}{pair[2]}")
    return joined("[]", values) | joined("{}", pairs)


documents = st.recursive(strings | numbers | st.sampled_from(["true", "false", "null"]), containers)


@settings(max_examples=800, deadline=None)
@given(documents)
@example('[{"":0,"":0}]')
@example('{"a":1}')
def test_gate_and_reference_agree_on_json(document: str) -> None:
    for text in (document, f"[{document}]"):
        assert outcome_of(parse, text) == outcome_of(reference, text)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet='[]{}",:\\u00aeE.-+123 \n\x00tfn', max_size=40))
def test_gate_and_reference_agree_on_noise(noise: str) -> None:
    for text in (noise, f'[2,"id",{noise}]'):
        assert outcome_of(parse, text) == outcome_of(reference, text)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 45), st.integers(0, 10), st.sampled_from(["[%s]", '{"a":%s}', '["[",%s]', '{"\\"{":%s}'])
)
def test_gate_and_reference_agree_on_depth(depth: int, width: int, shell: str) -> None:
    text = "1"
    for _ in range(depth):
        text = shell.replace("%s", text)
    text = "[" + ",".join([text, *["[]"] * width]) + "]"
    assert outcome_of(parse, text) == outcome_of(reference, text)


@settings(max_examples=40, deadline=None)
@given(st.integers(-3, 3), st.sampled_from(["1", "[]", "{}", '"a,[b"', "[ ]", '{"a":1}']))
def test_gate_and_reference_agree_on_size(offset: int, item: str) -> None:
    per_item = 2 if item.startswith('{"') else 1
    text = "[" + ",".join([item] * ((MAX_NODES + offset) // per_item)) + "]"
    assert outcome_of(parse, text) == outcome_of(reference, text)
