"""What a meter signed is handed on to the last byte, however long it is."""

from typing import Any

import pytest

from chargers.ocpp.normalise import accept
from chargers.ocpp.rpc import Version

TIME = "2026-03-02T09:00:00Z"


@pytest.mark.parametrize("length", [2_500, 2_501, 60_000])
def test_signed_data_longer_than_the_schema_allows_is_not_cut(length: int) -> None:
    """Seen failing with `signedMeterData` taken out of `UNCUT`."""
    told = {
        "signingMethod": "",
        "encodingMethod": "OCMF",
        "publicKey": "k" * length,
        "signedMeterData": "A" * length,
    }
    value = {"timestamp": TIME, "sampledValue": [{"value": 5.0, "signedMeterValue": told}]}
    payload: dict[str, Any] = {
        "eventType": "Updated", "timestamp": TIME, "triggerReason": "MeterValuePeriodic", "seqNo": 3,
        "transactionInfo": {"transactionId": "3f7c1e9a"}, "meterValue": [value],
    }  # fmt: skip
    accepted, _ = accept(Version.V201, "TransactionEvent", payload)
    assert accepted["meterValue"][0]["sampledValue"][0]["signedMeterValue"] == told


def test_a_signed_value_of_1_6_is_not_cut_and_keeps_its_blanks() -> None:
    record = ' OCMF|{"FV" : "1.0"}|{}' + "x" * 60_000 + "\n"
    sample = {"value": record, "format": "SignedData", "context": "Transaction.End"}
    told = {"connectorId": 1, "meterValue": [{"timestamp": TIME, "sampledValue": [sample]}]}
    accepted, notes = accept(Version.V16, "MeterValues", told)
    assert (accepted["meterValue"][0]["sampledValue"][0]["value"], notes) == (record, ())
