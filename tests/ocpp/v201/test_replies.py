"""OCPP 2.0.1: every answer is valid, in the order of the schema, with times every station can read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers import domain
from chargers.choices import AuthorizationStatus, Registration
from chargers.ocpp.rpc import Version
from chargers.ocpp.schemas import validate
from chargers.ocpp.v201.adapter import ADAPTER
from tests.ocpp.payloads import follows_order, nonsense

NOW = datetime(2026, 1, 1, 10, 0, 0, 999_999, tzinfo=UTC)
AUTHORIZE = {"idToken": {"idToken": "ABC", "type": "ISO14443"}}

tokens = st.builds(
    domain.TokenAnswer,
    st.sampled_from(AuthorizationStatus),
    st.none() | st.datetimes(datetime(2020, 1, 1), timezones=st.just(UTC)),
    st.text(max_size=60),
)
ANSWERS: dict[str, st.SearchStrategy[domain.Answer]] = {
    "Authorize": tokens,
    "BootNotification": st.builds(
        domain.BootAnswer, st.sampled_from(Registration), st.just(NOW), st.integers(1, 86_400)
    ),
    "DataTransfer": st.builds(
        domain.DataAnswer,
        st.sampled_from(["Accepted", "Rejected", "UnknownVendorId", "UnknownMessageId"]),
        st.none() | st.text() | st.dictionaries(st.text(), st.integers()),
    ),
    "NotifyEVChargingNeeds": st.builds(domain.NeedsAnswer, st.booleans()),
    "Heartbeat": st.builds(domain.BeatAnswer, st.just(NOW)),
    "TransactionEvent": st.builds(domain.TransactionAnswer, st.text(), st.none() | tokens),
}


def authorized(answer: domain.TokenAnswer, payload: dict[str, Any] = AUTHORIZE) -> dict[str, Any]:
    info = ADAPTER.reply("Authorize", ADAPTER.inbound("Authorize", payload, "m1"), answer)["idTokenInfo"]
    assert isinstance(info, dict)
    return info


@given(st.data())
def test_every_answer_to_every_request_is_valid(data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(sorted(ADAPTER.inbound_actions)))
    report = ADAPTER.inbound(action, data.draw(nonsense(Version.V201, action)), "m1")
    answer = data.draw(ANSWERS.get(action, st.just(domain.Answer())))
    payload = ADAPTER.reply(action, report, answer)
    validate(Version.V201, action, "response", payload)
    assert follows_order(payload, Version.V201, action, "response")


def test_times_are_in_utc_without_fractions() -> None:
    report = ADAPTER.inbound("BootNotification", {}, "m1")
    answer = domain.BootAnswer(Registration.PENDING, NOW, 300)
    expected = {"currentTime": "2026-01-01T10:00:00Z", "interval": 300, "status": "Pending"}
    assert ADAPTER.reply("BootNotification", report, answer) == expected


@pytest.mark.parametrize("status", ["Accepted", "Blocked", "Expired", "NoCredit", "ConcurrentTx"])
def test_most_decisions_have_the_same_word(status: str) -> None:
    assert authorized(domain.TokenAnswer(AuthorizationStatus(status))) == {"status": status}


def test_a_token_nobody_knows_is_unknown_and_one_that_is_none_is_invalid() -> None:
    refused = domain.TokenAnswer(AuthorizationStatus.INVALID)
    assert authorized(refused) == {"status": "Unknown"}
    assert authorized(refused, {"idToken": {"idToken": "\x00", "type": "ISO14443"}}) == {"status": "Invalid"}


def test_a_token_is_answered_with_expiry_and_group() -> None:
    assert authorized(domain.TokenAnswer(AuthorizationStatus.ACCEPTED, NOW, "FAMILY")) == {
        "status": "Accepted",
        "cacheExpiryDateTime": "2026-01-01T10:00:00Z",
        "groupIdToken": {"idToken": "FAMILY", "type": "Central"},
    }


def test_a_group_that_does_not_fit_is_left_out_rather_than_cut() -> None:
    assert authorized(domain.TokenAnswer(AuthorizationStatus.ACCEPTED, None, "x" * 37)) == {
        "status": "Accepted"
    }


def test_an_event_is_answered_for_a_token_only_if_one_came() -> None:
    event = {"transactionInfo": {"transactionId": "tx"}, "idToken": {"idToken": "ABC", "type": "Central"}}
    report = ADAPTER.inbound("TransactionEvent", event, "m1")
    refused = domain.TokenAnswer(AuthorizationStatus.INVALID)
    assert ADAPTER.reply("TransactionEvent", report, domain.TransactionAnswer("tx")) == {}
    answer = ADAPTER.reply("TransactionEvent", report, domain.TransactionAnswer("tx", refused))
    assert answer == {"idTokenInfo": {"status": "Unknown"}}
