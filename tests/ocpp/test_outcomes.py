"""Every answer a station may give to a command is read, in every version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.domain import Outcome
from chargers.ocpp.adapters import ADAPTERS
from chargers.ocpp.outcomes import outcome
from chargers.ocpp.rpc import Role
from chargers.ocpp.schemas import actions, schema
from tests.ocpp.payloads import valid

AGREED = {"Accepted", "AcceptedCanceled", "RebootRequired", "Scheduled", "Unlocked", "Unpublished"}
REFUSED = {
    *("Duplicate", "DownloadOngoing", "EmptyResultSet", "Failed", "Faulted", "Invalid", "InvalidCertificate"),
    *("NoFirmware", "NoProfiles", "NotFound", "NotImplemented", "NotSupported", "NotSupportedAttributeType"),
    *("NotSupportedMessageFormat", "NotSupportedPriority", "NotSupportedState", "Occupied", "Rejected"),
    *("OngoingAuthorizedTransaction", "RevokedCertificate", "Unavailable", "Unknown", "UnknownComponent"),
    *("UnknownConnector", "UnknownMessageId", "UnknownTransaction", "UnknownVariable", "UnknownVendorId"),
    *("UnlockFailed", "UnsupportedMonitorType", "VersionMismatch"),
}


def status_words(node: Any, name: str = "") -> Iterator[str]:
    """All values of all status enumerations in a schema."""
    if not isinstance(node, dict):
        return
    if name.endswith(("tatus", "StatusEnumType")):
        yield from node.get("enum", ())
    for key, inner in node.items():
        if key in ("properties", "definitions"):
            for inner_name, inner_node in inner.items():
                yield from status_words(inner_node, inner_name)
        else:
            yield from status_words(inner, name)


def test_every_status_word_of_every_version_is_judged() -> None:
    words = {
        word
        for adapter in ADAPTERS.values()
        for action in actions(adapter.version, Role.CSMS)
        for word in status_words(schema(adapter.version, action, "response"))
    }
    assert words == AGREED | REFUSED
    assert {word for word in words if outcome({"status": word}).accepted} == AGREED


@pytest.mark.parametrize("word", ["Scheduled", "RebootRequired"])
def test_agreed_with_more_to_follow_is_pending(word: str) -> None:
    assert outcome({"status": word}) == Outcome(accepted=True, status=word, pending=True)


@pytest.mark.parametrize("result", [{}, {"configurationKey": [], "unknownKey": ["x"]}, {"listVersion": 3}])
def test_an_answer_without_a_status_gave_what_was_asked(result: dict[str, Any]) -> None:
    assert outcome(result) == Outcome(accepted=True)


def results(*words: str) -> dict[str, Any]:
    return {"setVariableResult": [{"attributeStatus": word} for word in words]}


def test_a_list_is_agreed_when_all_of_it_is() -> None:
    assert outcome(results("Accepted", "Accepted")) == Outcome(accepted=True, status="Accepted")
    assert outcome(results("Accepted", "RebootRequired")) == Outcome(True, "RebootRequired", pending=True)
    assert outcome(results("RebootRequired", "UnknownVariable")) == Outcome(False, "UnknownVariable")


@given(st.data())
def test_every_valid_answer_has_an_outcome(data: st.DataObject) -> None:
    adapter = data.draw(st.sampled_from(list(ADAPTERS.values())))
    action = data.draw(st.sampled_from(actions(adapter.version, Role.CSMS)))
    result = data.draw(valid(adapter.version, action, "response"))
    seen = adapter.outcome(action, result)
    assert seen.accepted or seen.status not in AGREED
    assert not (seen.pending and not seen.accepted)
