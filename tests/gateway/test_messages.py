"""What stations tell over a real socket, and what is in the database when they have their answer."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chargers.choices import ConnectorStatus, Registration, TransactionState
from chargers.models import (
    ChargingStation,
    Connector,
    MessageExchange,
    MeterValue,
    Transaction,
)
from tests.conftest import Events
from tests.worlds import World

from .charger import VERSION_201, Charger, fresh, now, registered
from .process import Gateway


@pytest.fixture
def charger(gateway: Gateway, world: World) -> Charger:
    """A booted 1.6 station; the world's tag is valid."""
    _ = world.tag
    return Charger(gateway, registered(world, fresh("CP")).identity).boot()


@pytest.fixture
def modern(gateway: Gateway, world: World) -> Charger:
    """A booted 2.0.1 station."""
    _ = world.tag
    return Charger(gateway, registered(world, fresh("CP")).identity, version=VERSION_201).boot_201()


def station_of(charger: Charger) -> ChargingStation:
    return ChargingStation.objects.get(identity=charger.identity)


def test_a_boot_is_answered_with_time_and_interval(charger: Charger, events: Events) -> None:
    answer = charger.call(
        "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.2"}
    )
    assert answer["status"] == "Accepted"
    assert 240 <= answer["interval"] <= 360
    assert len(answer["currentTime"]) == len("2026-01-01T00:00:00Z")
    station = station_of(charger)
    assert (station.vendor, station.model, station.firmware_version) == ("V", "M", "1.2")
    assert events.types().count("station.booted") == 2


def test_a_session_from_plug_to_stop(charger: Charger, events: Events) -> None:
    charger.status("Preparing")
    assert charger.call("Authorize", {"idTag": "OURS-CARD"})["idTagInfo"]["status"] == "Accepted"
    started = charger.start("OURS-CARD", meter_wh=1000)
    assert started["idTagInfo"]["status"] == "Accepted"
    charger.status("Charging")
    charger.call("MeterValues", readings(started["transactionId"], 2500))
    assert charger.stop(started["transactionId"], 4000) == {}
    row = Transaction.objects.get()
    assert (row.state, row.energy_wh, str(started["transactionId"])) == (
        TransactionState.ENDED,
        3000,
        row.reference,
    )
    value = MeterValue.objects.get()
    assert (value.transaction_id, value.energy_wh, value.power_w) == (row.pk, 2500, 7000.0)
    assert Connector.objects.get(evse__station__identity=charger.identity).status == ConnectorStatus.CHARGING
    assert [t for t in events.types() if t.startswith("transaction.")] == [
        "transaction.started",
        "transaction.ended",
    ]


def readings(transaction_id: int, energy_wh: int) -> dict[str, Any]:
    samples = [{"value": str(energy_wh)}, {"value": "7", "measurand": "Power.Active.Import", "unit": "kW"}]
    values = [{"timestamp": now(), "sampledValue": samples}]
    return {"connectorId": 1, "transactionId": transaction_id, "meterValue": values}


def test_every_exchange_is_logged_with_its_reply(charger: Charger) -> None:
    charger.call("Authorize", {"idTag": "OURS-CARD"}, message_id="my-id")
    row = MessageExchange.objects.get(action="Authorize")
    assert (row.message_id, row.direction, row.outcome) == ("my-id", "in", "result")
    assert row.request == '[2, "my-id", "Authorize", {"idTag": "OURS-CARD"}]'
    assert row.reply.startswith('[3,"my-id",{"idTagInfo"')


def test_a_repeated_start_over_a_new_socket_gets_the_same_id(gateway: Gateway, charger: Charger) -> None:
    at = now()
    first = charger.start("OURS-CARD", timestamp=at)
    charger.vanish()
    back = Charger(gateway, charger.identity)
    assert back.start("OURS-CARD", timestamp=at) == first
    assert Transaction.objects.count() == 1


def test_repeated_meter_values_are_stored_once(charger: Charger) -> None:
    payload = readings(charger.start("OURS-CARD")["transactionId"], 1500)
    for _ in range(3):
        charger.call("MeterValues", payload)
    assert MeterValue.objects.count() == 1


def test_readings_for_another_stations_transaction_are_not_added_to_it(
    gateway: Gateway, charger: Charger, other_world: World
) -> None:
    """Seen failing with the station left out of `transaction_of`."""
    victim = charger.start("OURS-CARD")["transactionId"]
    attacker = Charger(gateway, registered(other_world, fresh("CP")).identity).boot()
    attacker.call("MeterValues", readings(victim, 9_999_999))
    assert MeterValue.objects.get().transaction_id is None


def test_an_older_status_does_not_replace_a_newer_one(charger: Charger) -> None:
    charger.status("Charging")
    charger.call(
        "StatusNotification",
        {
            "connectorId": 1,
            "errorCode": "NoError",
            "status": "Available",
            "timestamp": "2026-01-01T00:00:00Z",
        },
    )
    assert Connector.objects.get().status == ConnectorStatus.CHARGING


def test_the_status_of_connector_zero_is_the_stations(charger: Charger) -> None:
    charger.status("Unavailable", 0)
    assert not Connector.objects.exists()
    assert station_of(charger).reported_status == ConnectorStatus.UNAVAILABLE


def test_a_pending_station_of_2x_is_refused_everything_but_its_boot(gateway: Gateway, world: World) -> None:
    station = registered(world, fresh("CP"))
    ChargingStation.objects.filter(pk=station.pk).update(registration=Registration.PENDING)
    charger = Charger(gateway, station.identity, version=VERSION_201)
    assert charger.ask("Heartbeat", {})[2] == "SecurityError"
    boot = {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}}
    answer = charger.call("BootNotification", boot)
    assert answer["status"] == "Pending"
    assert answer["interval"] > 0


def event(kind: str, seq_no: int, **more: Any) -> dict[str, Any]:
    reasons = {"Started": "Authorized", "Updated": "MeterValuePeriodic", "Ended": "EVDeparted"}
    return {
        "eventType": kind,
        "timestamp": now(),
        "triggerReason": reasons[kind],
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": "TX-1"},
        "evse": {"id": 1, "connectorId": 1},
    } | more


def energy(wh: int) -> list[dict[str, Any]]:
    return [{"timestamp": now(), "sampledValue": [{"value": wh}]}]


def test_a_session_in_2x_whose_end_comes_first(modern: Charger) -> None:
    token = {"idToken": "OURS-CARD", "type": "ISO14443"}
    modern.call("TransactionEvent", event("Ended", 2, meterValue=energy(4000)))
    modern.call("TransactionEvent", event("Updated", 1, meterValue=energy(2000)))
    answer = modern.call("TransactionEvent", event("Started", 0, idToken=token, meterValue=energy(1000)))
    assert answer["idTokenInfo"]["status"] == "Accepted"
    row = Transaction.objects.get()
    assert (row.state, row.energy_wh, row.uid) == (TransactionState.ENDED, 3000, "OURS-CARD")
    assert "incomplete" not in row.flags


def test_in_2x_the_card_may_come_after_the_plug(modern: Charger, world: World) -> None:
    """Seen failing without `authorize_late`: the transaction belonged to nobody and had no limits."""
    modern.call("TransactionEvent", event("Started", 0, triggerReason="CablePluggedIn"))
    token = {"idToken": "OURS-CARD", "type": "ISO14443"}
    answer = modern.call("TransactionEvent", event("Updated", 1, triggerReason="Authorized", idToken=token))
    assert answer["idTokenInfo"]["status"] == "Accepted"
    row = Transaction.objects.get()
    assert (row.id_tag, row.uid, row.authorization) == (world.tag, "OURS-CARD", "Accepted")


def test_many_messages_at_once_are_answered_in_their_order(charger: Charger) -> None:
    for number in range(200):
        charger.send(
            json.dumps([2, number, "Heartbeat" if number % 2 else "Authorize", {"idTag": "OURS-CARD"}])
        )
    assert [charger.receive()[1] for _ in range(200)] == list(range(200))


def test_a_connector_that_says_occupied_again_keeps_what_its_transaction_told(modern: Charger) -> None:
    """Seen failing with the plain status stored: a station that came back charging looked merely occupied."""
    where = {"evseId": 1, "connectorId": 1}
    occupied = {**where, "connectorStatus": "Occupied"}
    modern.call("StatusNotification", occupied | {"timestamp": now()})
    told = {"eventType": "Started", "triggerReason": "ChargingStateChanged", "seqNo": 0, "timestamp": now()}
    running = {"transactionId": "tx-occupied", "chargingState": "Charging"}
    modern.call("TransactionEvent", told | {"transactionInfo": running, "evse": {"id": 1, "connectorId": 1}})
    modern.call("StatusNotification", occupied | {"timestamp": now()})
    connector = Connector.objects.get(evse__station=station_of(modern))
    assert connector.status == ConnectorStatus.CHARGING
    modern.call("StatusNotification", {**where, "connectorStatus": "Available", "timestamp": now()})
    connector.refresh_from_db()
    assert connector.status == ConnectorStatus.AVAILABLE


def test_a_status_of_a_clock_that_ran_ahead_hides_no_later_one(charger: Charger) -> None:
    """Seen failing with the future time stored: the connector stayed Charging for minutes."""
    ahead = (datetime.now(UTC) + timedelta(seconds=200)).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {"connectorId": 1, "errorCode": "NoError"}
    charger.call("StatusNotification", told | {"status": "Charging", "timestamp": ahead})
    charger.call("StatusNotification", told | {"status": "Available", "timestamp": now()[:19] + "Z"})
    connector = Connector.objects.get(evse__station=station_of(charger))
    assert connector.status == ConnectorStatus.AVAILABLE


def test_a_connector_known_from_a_start_alone_is_there(charger: Charger) -> None:
    charger.start("OURS-CARD", connector=2)
    assert Connector.objects.filter(evse__station=station_of(charger), evse__number=2).exists()


def test_a_frame_that_is_no_message_can_be_found_in_the_message_log(charger: Charger) -> None:
    """Seen failing with the note left out: a vendor whose boot was refused saw nothing at all."""
    charger.send("no json")
    answer = charger.ask("BootNotification", {"chargePointVendor": "V\0", "chargePointModel": "M"})
    assert answer[0] == 4
    charger.status("Available")
    noted = MessageExchange.objects.filter(station=station_of(charger), outcome="refused").order_by("id")
    assert noted[0].request == "no json"
    assert "FormationViolation" in noted[1].reply


def test_a_flood_of_frames_that_are_no_messages_is_noted_a_few_times(charger: Charger) -> None:
    for number in range(15):
        charger.ask(f"Unknown{number}", {})
    charger.status("Available")
    assert MessageExchange.objects.filter(station=station_of(charger), outcome="refused").count() == 10
