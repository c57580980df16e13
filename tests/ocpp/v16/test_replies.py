"""OCPP 1.6: every answer is valid, in the order of the schema, with times every station can read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers import domain
from chargers.choices import AuthorizationStatus, Registration
from chargers.ocpp.rpc import Version
from chargers.ocpp.schemas import validate
from chargers.ocpp.v16.adapter import ADAPTER
from tests.ocpp.payloads import follows_order, nonsense

NOW = datetime(2026, 1, 1, 12, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))

tokens = st.builds(
    domain.TokenAnswer,
    st.sampled_from(AuthorizationStatus),
    st.none() | st.datetimes(datetime(2020, 1, 1), timezones=st.just(UTC)),
    st.text(max_size=40),
)
ANSWERS: dict[str, st.SearchStrategy[domain.Answer]] = {
    "SignCertificate": st.builds(domain.CertificateAnswer, st.booleans()),
    "Authorize": tokens,
    "BootNotification": st.builds(
        domain.BootAnswer, st.sampled_from(Registration), st.just(NOW), st.integers(1, 86_400)
    ),
    "DataTransfer": st.builds(
        domain.DataAnswer,
        st.sampled_from(["Accepted", "Rejected", "UnknownVendorId", "UnknownMessageId"]),
        st.none() | st.text() | st.dictionaries(st.text(), st.integers(-(2**53), 2**53)),
    ),
    "Heartbeat": st.builds(domain.BeatAnswer, st.just(NOW)),
    "StartTransaction": st.builds(
        domain.TransactionAnswer, st.integers(1, 2**31 - 1).map(str), st.none() | tokens
    ),
    "StopTransaction": st.builds(domain.TransactionAnswer, st.text(), st.none() | tokens),
}


def reply(action: str, answer: domain.Answer) -> dict[str, Any]:
    return ADAPTER.reply(action, ADAPTER.inbound(action, {}, "m1"), answer)


@given(st.data())
def test_every_answer_to_every_request_is_valid(data: st.DataObject) -> None:
    action = data.draw(st.sampled_from(sorted(ADAPTER.inbound_actions)))
    report = ADAPTER.inbound(action, data.draw(nonsense(Version.V16, action)), "m1")
    answer = data.draw(ANSWERS.get(action, st.just(domain.Answer())))
    payload = ADAPTER.reply(action, report, answer)
    validate(Version.V16, action, "response", payload)
    assert follows_order(payload, Version.V16, action, "response")


def test_times_are_in_utc_without_fractions() -> None:
    answer = domain.BootAnswer(Registration.ACCEPTED, NOW, 300)
    expected = {"status": "Accepted", "currentTime": "2026-01-01T10:00:00Z", "interval": 300}
    assert reply("BootNotification", answer) == expected
    assert reply("Heartbeat", domain.BeatAnswer(NOW)) == {"currentTime": "2026-01-01T10:00:00Z"}


def test_a_token_is_answered_with_expiry_and_parent() -> None:
    answer = domain.TokenAnswer(AuthorizationStatus.ACCEPTED, NOW, "FAMILY")
    info = {"expiryDate": "2026-01-01T10:00:00Z", "parentIdTag": "FAMILY", "status": "Accepted"}
    assert reply("Authorize", answer) == {"idTagInfo": info}


def test_a_parent_that_does_not_fit_is_left_out_rather_than_cut() -> None:
    answer = domain.TokenAnswer(AuthorizationStatus.ACCEPTED, None, "x" * 21)
    assert reply("Authorize", answer) == {"idTagInfo": {"status": "Accepted"}}


def test_a_start_gets_its_number() -> None:
    token = domain.TokenAnswer(AuthorizationStatus.CONCURRENT_TX)
    expected = {"idTagInfo": {"status": "ConcurrentTx"}, "transactionId": 2147483647}
    assert reply("StartTransaction", domain.TransactionAnswer("2147483647", token)) == expected


def test_a_start_without_a_tag_gets_its_number_and_a_refusal() -> None:
    expected = {"idTagInfo": {"status": "Invalid"}, "transactionId": 5}
    assert reply("StartTransaction", domain.TransactionAnswer("5")) == expected


@pytest.mark.parametrize("reference", ["5", "orphan:0123"])
def test_a_stop_is_answered_for_a_tag_only_if_one_was_sent(reference: str) -> None:
    token = domain.TokenAnswer(AuthorizationStatus.BLOCKED)
    assert reply("StopTransaction", domain.TransactionAnswer(reference)) == {}
    assert reply("StopTransaction", domain.TransactionAnswer(reference, token)) == {
        "idTagInfo": {"status": "Blocked"}
    }


def test_who_cannot_pay_is_blocked_in_a_version_without_a_word_for_it() -> None:
    token = domain.TokenAnswer(AuthorizationStatus.NO_CREDIT)
    assert reply("Authorize", token) == {"idTagInfo": {"status": "Blocked"}}


def test_vendor_data_is_answered_with_text() -> None:
    assert reply("DataTransfer", domain.DataAnswer("Accepted", {"a": 1})) == {
        "status": "Accepted",
        "data": '{"a":1}',
    }
