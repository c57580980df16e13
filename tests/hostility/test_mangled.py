"""Rows B26, B31 and B86 in messages of transactions: nothing of a charge is lost to a character or a number."""

from typing import Any

import pytest

from chargers.choices import TransactionState
from chargers.models import ChargingStation, MessageExchange, MeterValue, Transaction
from tests.gateway.charger import Charger, fresh, now, registered
from tests.gateway.process import Gateway, eventually
from tests.worlds import World

_START = '"connectorId":1,"idTag":"OURS-CARD","meterStart":1000,"timestamp":"%s"'
_STOP = '"transactionId":%d,"meterStop":3000,"timestamp":"%s"'
MANGLES = {
    "escaped NUL": ('OURS-CARD"', 'OURS-CARD\\u0000"'),
    "bare NUL": ('OURS-CARD"', 'OURS-CARD\0"'),
    "half a surrogate pair": ('OURS-CARD"', 'OURS-CARD\\ud800"'),
    "another control character": ('OURS-CARD"', 'OURS-CARD\x03"'),
    "a field sent twice": ('"connectorId":1', '"connectorId":7,"connectorId":1'),
    "a number for nobody": ('"connectorId":1', '"connectorId":1,"reservationId":NaN'),
    "NUL behind it all": ("", ""),
}
ENDINGS = {"NUL behind it all": "\0\0"}


def asked(charger: Charger, action: str, fields: str, ending: str = "") -> list[Any]:
    """The answer to a CALL whose payload is written by hand."""
    charger.send(f'[2,"{action}","{action}",{{{fields}}}]{ending}')
    return charger.receive()


@pytest.mark.parametrize("what", MANGLES)
def test_b26_b31_b86_a_mangled_transaction_message_is_not_lost(bad: Charger, what: str) -> None:
    """Seen failing with the gate's word being final: FormationViolation, or silence, and no transaction."""
    good, mangled = MANGLES[what]
    ending = ENDINGS.get(what, "")
    started = asked(bad, "StartTransaction", (_START % now()).replace(good, mangled), ending)
    assert started[0] == 3, started
    assert started[2]["idTagInfo"]["status"] == "Accepted"
    stop = (_STOP % (started[2]["transactionId"], now())) + ',"idTag":"OURS-CARD"'
    stopped = asked(bad, "StopTransaction", stop.replace(good, mangled), ending)
    assert stopped[0] == 3, stopped
    row = Transaction.objects.get()
    assert (row.state, row.uid, row.evse_no, row.energy_wh) == (TransactionState.ENDED, "OURS-CARD", 1, 2000)
    logged = MessageExchange.objects.get(action="StartTransaction")
    assert logged.outcome == "result"
    assert "\0" not in logged.request
    assert logged.notes


def test_b31_a_register_that_is_no_number_ends_the_charge_and_is_noted(bad: Charger) -> None:
    """The stop is answered; what it does not tell is taken from no number."""
    number = bad.start("OURS-CARD")["transactionId"]
    meter = f'"timestamp":"{now()}","sampledValue":[{{"value":NaN}},{{"value":"230","measurand":"Voltage"}}]'
    fields = f'"connectorId":1,"transactionId":{number},"meterValue":[{{{meter}}}]'
    assert asked(bad, "MeterValues", fields) == [3, "MeterValues", {}]
    assert MeterValue.objects.get().voltage_v == 230
    stop = f'"transactionId":{number},"meterStop":Infinity,"timestamp":"{now()}"'
    assert asked(bad, "StopTransaction", stop)[0] == 3
    row = Transaction.objects.get()
    assert not row.is_open
    assert "meter_invalid" in row.flags
    station = ChargingStation.objects.filter(identity=bad.identity)
    eventually(lambda: "number_invalid" in station.get().quirks)


def test_b26_b31_b86_strict_stations_are_refused(gateway: Gateway, world: World) -> None:
    _ = world.tag
    station = registered(world, fresh("BAD"))
    ChargingStation.objects.filter(pk=station.pk).update(strict=True)
    charger = Charger(gateway, station.identity).boot()
    for what in ("escaped NUL", "a field sent twice", "a number for nobody"):
        answer = asked(charger, "StartTransaction", (_START % now()).replace(*MANGLES[what]))
        assert answer[:3] == [4, "StartTransaction", "FormationViolation"]
    assert not Transaction.objects.exists()


def test_the_log_of_a_refused_frame_says_what_it_asked_for(bad: Charger) -> None:
    """Seen failing with the action of refused frames left empty."""
    assert asked(bad, "Authorize", '"idTag":"A\\u0000"')[2] == "FormationViolation"
    bad.send('[2,"short","StopTransaction"]')
    assert bad.receive()[2] == "ProtocolError"
    refused = MessageExchange.objects.filter(outcome="refused")
    eventually(lambda: refused.count() == 2)
    assert set(refused.values_list("action", flat=True)) == {"Authorize", "StopTransaction"}
