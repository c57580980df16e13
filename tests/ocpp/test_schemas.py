"""Validation against the published schemas, and its agreement with an independent validator."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import jsonschema
import pytest

from chargers.ocpp.rpc import ErrorKind, Role, Version
from chargers.ocpp.schemas import (
    Direction,
    SchemaViolation,
    UnknownActionError,
    actions,
    is_valid,
    schema,
    validate,
    validate_tolerantly,
)

DIRECTIONS: tuple[Direction, ...] = ("request", "response")

START = {"connectorId": 1, "idTag": "TAG-001", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}


def violation(version: Version, action: str, payload: dict[str, Any]) -> SchemaViolation:
    with pytest.raises(SchemaViolation) as caught:
        validate(version, action, "request", payload)
    return caught.value


def all_schemas(version: Version) -> Iterator[tuple[str, Direction, dict[str, Any]]]:
    for action in actions(version):
        for direction in DIRECTIONS:
            if (action, direction) != ("NotifyPeriodicEventStream", "response"):
                yield action, direction, schema(version, action, direction)


def test_a_payload_of_the_schema_is_valid() -> None:
    validate(Version.V16, "StartTransaction", "request", START)
    assert is_valid(Version.V16, "StartTransaction", "request", START)


@pytest.mark.parametrize(
    ("change", "kind", "path", "message"),
    [
        ({"idTag": None}, ErrorKind.TYPE, "idTag", "idTag has the wrong type"),
        ({"connectorId": True}, ErrorKind.TYPE, "connectorId", "connectorId has the wrong type"),
        ({"connectorId": 1.0}, ErrorKind.TYPE, "connectorId", "connectorId has the wrong type"),
        ({"idTag": "x" * 21}, ErrorKind.TYPE, "idTag", "idTag is too long"),
        ({"timestamp": "yesterday"}, ErrorKind.PROPERTY, "timestamp", "timestamp has the wrong format"),
        ({"<script>": 1}, ErrorKind.FORMAT, "", "payload has a property that is not allowed"),
    ],
)
def test_a_violation_names_kind_and_place_but_no_value(
    change: dict[str, Any], kind: ErrorKind, path: str, message: str
) -> None:
    found = violation(Version.V16, "StartTransaction", {**START, **change})
    assert (found.kind, found.path, found.message) == (kind, path, message)


def test_a_forbidden_property_of_an_empty_payload_is_not_named() -> None:
    found = violation(Version.V16, "Heartbeat", {"<script>": 1})
    assert (found.kind, found.path) == (ErrorKind.FORMAT, "")
    assert found.message == "payload has a property that is not allowed"


def test_a_missing_property_is_named_where_it_is_missing() -> None:
    payload = {"connectorId": 1, "meterValue": [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{}]}]}
    found = violation(Version.V16, "MeterValues", payload)
    assert (found.kind, found.path) == (ErrorKind.OCCURRENCE, "meterValue.0.sampledValue.0.value")
    assert found.message == "meterValue.0.sampledValue.0.value is missing"


def test_an_empty_list_and_a_wrong_choice_have_their_kinds() -> None:
    assert (
        violation(Version.V16, "MeterValues", {"connectorId": 1, "meterValue": []}).kind
        is ErrorKind.OCCURRENCE
    )
    assert violation(Version.V16, "Reset", {"type": "Firm"}).kind is ErrorKind.PROPERTY


def test_a_tenth_is_a_multiple_of_a_tenth() -> None:
    period = {"startPeriod": 0, "limit": 21.4}
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
    payload = {"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule}
    assert is_valid(Version.V16, "GetCompositeSchedule", "response", payload)
    period["limit"] = 21.44
    with pytest.raises(SchemaViolation) as caught:
        validate(Version.V16, "GetCompositeSchedule", "response", payload)
    assert caught.value.message.endswith("limit has too many decimals")


def test_the_tolerant_form_accepts_what_the_normaliser_hands_on() -> None:
    payload = {**START, "idTag": "x" * 255, "timestamp": "yesterday"}
    validate_tolerantly(Version.V16, "StartTransaction", "request", payload)
    for change in ({"idTag": "x" * 256}, {"connectorId": "1"}, {"extra": 1}):
        with pytest.raises(SchemaViolation):
            validate_tolerantly(Version.V16, "StartTransaction", "request", {**payload, **change})


def test_the_published_schema_is_not_changed_by_its_tolerant_form() -> None:
    file = resources.files("ocpp") / "v16" / "schemas" / "StartTransaction.json"
    assert schema(Version.V16, "StartTransaction", "request") == json.loads(file.read_bytes())


@pytest.mark.parametrize("action", ["Nonsense", "../x", "", "TransactionEvent"])
def test_an_unknown_action_has_no_schema(action: str) -> None:
    with pytest.raises(UnknownActionError):
        schema(Version.V16, action, "request")
    with pytest.raises(UnknownActionError):
        validate(Version.V16, action, "request", {})


def test_a_sent_action_has_no_response() -> None:
    assert "properties" in schema(Version.V21, "NotifyPeriodicEventStream", "request")
    with pytest.raises(UnknownActionError):
        schema(Version.V21, "NotifyPeriodicEventStream", "response")


def test_actions_are_listed_by_sender() -> None:
    assert "Reset" in actions(Version.V16, Role.CSMS)
    assert "Reset" not in actions(Version.V16, Role.STATION)
    assert set(actions(Version.V16)) == {
        *actions(Version.V16, Role.CSMS),
        *actions(Version.V16, Role.STATION),
    }
    assert len(actions(Version.V16)) == 39
    assert len(actions(Version.V201)) == 64
    assert len(actions(Version.V21)) == 91


@pytest.mark.parametrize("version", Version)
def test_every_schema_rule_in_use_has_a_name_in_ocpp(version: Version) -> None:
    """Each published rule, broken in turn somewhere, gives a violation and never a KeyError."""
    source = random.Random(7)
    for action, direction, published in all_schemas(version):
        payload = Sampler(published, source).payload()
        for _ in range(8):
            spoiled = spoil(payload, source)
            if not is_valid(version, action, direction, spoiled):
                with pytest.raises(SchemaViolation):
                    validate(version, action, direction, spoiled)


class Sampler:
    """Random payloads that match a schema."""

    def __init__(self, published: dict[str, Any], source: random.Random) -> None:
        self._published = published
        self._source = source

    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = self._value(self._published)
        return payload

    def _value(self, node: dict[str, Any]) -> Any:
        if "$ref" in node:
            return self._value(self._published["definitions"][node["$ref"].rpartition("/")[2]])
        if "enum" in node:
            return self._source.choice(node["enum"])
        makers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": lambda node: int(self._number(node)),
            "number": self._number,
            "boolean": lambda node: self._source.random() < 0.5,
        }
        return makers.get(node.get("type", ""), lambda node: {"any": [1]})(node)

    def _object(self, node: dict[str, Any]) -> dict[str, Any]:
        required = node.get("required", ())
        return {
            name: self._value(part)
            for name, part in node.get("properties", {}).items()
            if name in required or self._source.random() < 0.6
        }

    def _array(self, node: dict[str, Any]) -> list[Any]:
        least, most = node.get("minItems", 0), node.get("maxItems", 3)
        return [
            self._value(node["items"]) for _ in range(self._source.randint(least, max(least, min(most, 3))))
        ]

    def _number(self, node: dict[str, Any]) -> float:
        least: float = node.get("minimum", node.get("maximum", 1) - 1)
        return least + self._source.randrange(2)

    def _string(self, node: dict[str, Any]) -> str:
        if node.get("format") == "date-time":
            return "2026-01-01T00:00:00Z"
        if node.get("format") == "uri":
            return "https://example.org/firmware"
        return "x" * self._source.randint(0, min(node.get("maxLength", 9), 9))


WRONG: tuple[Any, ...] = (None, True, 1, -5, 1.0, 2.5, "text", "x" * 11_000, [], {}, [[]], {"a": 1}, 10**20)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield value, key
        yield from places(item)


def spoil(payload: dict[str, Any], source: random.Random) -> dict[str, Any]:
    """The payload with one thing changed: left out, replaced, added or repeated."""
    spoiled = copy.deepcopy(payload)
    found = list(places(spoiled))
    if not found or source.random() < 0.1:
        spoiled["extraField"] = 1
        return spoiled
    holder, key = source.choice(found)
    match source.randrange(4):
        case 0:
            del holder[key]
        case 1 if isinstance(holder[key], dict):
            holder[key]["extraField"] = {}
        case 2 if isinstance(holder[key], list):
            holder[key] *= 1100
        case _:
            holder[key] = source.choice(WRONG)
    return spoiled


FORMATS = jsonschema.FormatChecker(())
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or value == "2026-01-01T00:00:00Z")
FORMATS.checks("uri")(lambda value: not isinstance(value, str) or value.startswith("https://"))


@pytest.mark.parametrize(("version", "rounds"), [(Version.V16, 60), (Version.V201, 10), (Version.V21, 8)])
def test_both_validators_agree_on_good_and_spoiled_payloads(version: Version, rounds: int) -> None:
    """Draft 4 for all versions, as in the validator under test: there 1.0 is no integer."""
    source = random.Random(20260101)
    judged = {True: 0, False: 0}
    for action, direction, published in all_schemas(version):
        oracle = jsonschema.Draft4Validator(published, format_checker=FORMATS)
        sampler = Sampler(published, source)
        for _ in range(rounds):
            payload = sampler.payload()
            validate(version, action, direction, payload)
            for candidate in (payload, spoil(payload, source), spoil(spoil(payload, source), source)):
                expected = oracle.is_valid(candidate)
                judged[expected] += 1
                assert is_valid(version, action, direction, candidate) == expected, (action, candidate)
    assert min(judged.values()) > 300
