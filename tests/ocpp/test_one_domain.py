"""The same charge told in either version is the same transaction in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chargers import domain
from chargers.models import MeterValue, StationConnection, Transaction
from chargers.ocpp.adapters import ADAPTERS
from chargers.ocpp.normalise import accept
from chargers.ocpp.schemas import validate
from chargers.services.source import Source
from chargers.services.stations.registration import station_register
from chargers.services.tags.id_tags import id_tag_create
from chargers.services.transactions.messages import transaction_report
from cpms.accounts.services.organisations import organisation_create
from cpms.core import clock
from cpms.core.actors import SYSTEM

pytestmark = pytest.mark.django_db

Messages = Iterable[tuple[str, dict[str, Any]]]


def at(minutes: int) -> str:
    """A time some minutes after an hour ago, as stations write it."""
    hour_ago = clock.now().replace(microsecond=0) - timedelta(hours=1)
    return (hour_ago + timedelta(minutes=minutes)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def told_in_16(begin: str, end: str) -> Messages:
    yield "StartTransaction", {"connectorId": 1, "idTag": "abc", "meterStart": 1000, "timestamp": begin}
    sampled = [
        {"value": "9.5", "unit": "kWh"},
        {"value": "11", "measurand": "Power.Active.Import", "unit": "kW"},
    ]
    yield (
        "StopTransaction",
        {
            "transactionId": int(Transaction.objects.get().reference),
            "meterStop": 9500,
            "timestamp": end,
            "reason": "EVDisconnected",
            "transactionData": [{"timestamp": end, "sampledValue": sampled}],
        },
    )


def told_in_201(begin: str, end: str) -> Messages:
    common = {"evse": {"id": 1, "connectorId": 1}, "transactionInfo": {"transactionId": "station-1"}}
    yield (
        "TransactionEvent",
        {
            **common,
            "eventType": "Started",
            "timestamp": begin,
            "triggerReason": "Authorized",
            "seqNo": 0,
            "idToken": {"idToken": "ABC", "type": "ISO14443"},
            "meterValue": [{"timestamp": begin, "sampledValue": [{"value": 1000}]}],
        },
    )
    power = {"measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "W", "multiplier": 3}}
    sampled = [{"value": 9500, "context": "Transaction.End"}, {"value": 11, **power}]
    yield (
        "TransactionEvent",
        {
            "eventType": "Ended",
            "timestamp": end,
            "triggerReason": "EVDeparted",
            "seqNo": 1,
            "transactionInfo": {"transactionId": "station-1", "stoppedReason": "EVDisconnected"},
            "meterValue": [{"timestamp": end, "sampledValue": sampled}],
        },
    )


TOLD = {"ocpp1.6": told_in_16, "ocpp2.0.1": told_in_201}


@pytest.fixture
def source() -> Source:
    organisation = organisation_create("Neutral energy", SYSTEM)
    id_tag_create(organisation, SYSTEM, uid="ABC")
    station, _ = station_register(organisation, "NEUTRAL-1", SYSTEM)
    StationConnection.objects.update_or_create(
        station=station, defaults={"epoch": 1, "opened_at": clock.now()}
    )
    return Source(station.pk, station.public_id, organisation.pk, 1, clock.now())


def tell(source: Source, version: str, messages: Messages) -> list[dict[str, Any]]:
    """Let a station say something twice, as after a lost answer; the answers, which must not differ."""
    adapter = ADAPTERS[version]
    answers = []
    for action, said in messages:
        payload, _ = accept(adapter.version, action, said)
        pair = []
        for message_id in ("first", "again"):
            report = adapter.inbound(action, payload, message_id)
            assert isinstance(report, domain.TransactionReported)
            pair.append(adapter.reply(action, report, transaction_report(source, report).answer))
        validate(adapter.version, action, "response", pair[0])
        assert pair[0] == pair[1]
        answers.append(pair[0])
    return answers


@pytest.mark.parametrize("version", ADAPTERS)
def test_a_charge_is_the_same_transaction_in_every_version(version: str, source: Source) -> None:
    begin, end = at(0), at(50)
    started, ended = tell(source, version, TOLD[version](begin, end))

    transaction = Transaction.objects.get()
    assert transaction.energy_wh == 8500
    assert (transaction.meter_start_wh, transaction.meter_stop_wh) == (1000, 9500)
    assert (transaction.evse_no, transaction.connector_no) == (1, 1)
    assert (transaction.state, transaction.stop_reason) == ("ended", "EVDisconnected")
    assert (transaction.uid.upper(), transaction.authorization) == ("ABC", "Accepted")
    assert transaction.flags == {}
    assert [transaction.started_at, transaction.ended_at] == [datetime.fromisoformat(t) for t in (begin, end)]
    last = MeterValue.objects.filter(transaction=transaction).latest("taken_at")
    assert (last.energy_wh, last.power_w, last.evse_no) == (9500, 11000, 1)
    assert {"status": "Accepted"} in started.values()
    assert ended == {}
