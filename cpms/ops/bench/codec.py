"""Row 12: what it costs to understand one message, without socket and database."""

import time

import orjson

from chargers.ocpp.normalise import accept
from chargers.ocpp.rpc import CallReceived, Endpoint, Version

from .effort import Effort
from .figures import Figure, Goal, middle
from .ground import Ground
from .traffic import Script

ROUNDS = 4000


def costs(ground: Ground, effort: Effort) -> list[Figure]:
    """Gate, frame, schema and tolerance of the two longest usual messages."""
    script = Script(1)
    metered = f'[2,"19223201","MeterValues",{script.payload("MeterValues")}]'
    event = _transaction_event(orjson.loads(script.payload("MeterValues"))["meterValue"])
    return [
        _figure("1.6 MeterValues", Goal(25, "us"), Version.V16, metered, effort),
        _figure("2.0.1 TransactionEvent", Goal(45, "us"), Version.V201, event, effort),
    ]


def _figure(name: str, goal: Goal, version: Version, text: str, effort: Effort) -> Figure:
    times = [_time_us(version, text) for _ in range(max(3, effort.runs))]
    return Figure(12, f"parse, gate and validation of a {name} of {len(text)} bytes", goal, middle(times))


def _time_us(version: Version, text: str) -> float:
    endpoint = Endpoint(version)
    before = time.process_time()
    for _ in range(ROUNDS):
        call = endpoint.receive(text, 0.0)
        assert isinstance(call, CallReceived)
        _, notes = accept(version, call.action, call.payload)
        assert not notes
        endpoint.answered(call.message_id)
    return (time.process_time() - before) / ROUNDS * 1e6


def _transaction_event(meter_values: list[dict[str, object]]) -> str:
    """An update with the nine samples of the 1.6 message in the words of 2.0.1."""
    values = orjson.loads(orjson.dumps(meter_values))
    for sample in values[0]["sampledValue"]:
        sample["value"] = float(sample["value"])
        sample.pop("format", None)
        sample["unitOfMeasure"] = {"unit": sample.pop("unit")}
    payload = {
        "eventType": "Updated",
        "timestamp": values[0]["timestamp"],
        "triggerReason": "MeterValuePeriodic",
        "seqNo": 17,
        "transactionInfo": {
            "transactionId": "3f2b8c1e-7d5a-4c1b-9a57-0f6f4c2d8e11",
            "chargingState": "Charging",
        },
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": values,
    }
    return orjson.dumps([2, "19223202", "TransactionEvent", payload]).decode()
