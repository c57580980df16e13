"""Deviations 23 to 34: times, texts, tags, words, numbers, units, phases."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chargers.choices import FactKind, Quirk
from chargers.models import ChargingStation, Connector, MessageExchange, MeterValue, Transaction
from chargers.services.commands.send import InvalidCommand, command_send
from chargers.services.tags.id_tags import id_tag_create
from cpms.core.actors import SYSTEM
from tests.gateway.charger import VERSION_201, Charger, fresh, now, registered
from tests.gateway.process import Gateway
from tests.worlds import World

from .conftest import Look

WHOLE_SECONDS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def today(form: str, hours: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime(form)


TIMES = [
    (lambda: today("%Y-%m-%dT%H:%M:%S"), Quirk.TIMESTAMP_NO_ZONE, True),
    (lambda: today("%Y-%m-%dT%H:%M:%S+02", 2), Quirk.TIMESTAMP_FORMAT, True),
    (lambda: today("%Y-%m-%d %H:%M:%SZ"), Quirk.TIMESTAMP_FORMAT, True),
    (lambda: "1970-01-01T00:00:12Z", Quirk.TIMESTAMP_IMPLAUSIBLE, False),
    (lambda: "2099-01-01T00:00:00Z", Quirk.TIMESTAMP_IMPLAUSIBLE, False),
    (lambda: "yesterday", Quirk.TIMESTAMP_INVALID, False),
    (lambda: "", Quirk.TIMESTAMP_INVALID, False),
]


@pytest.mark.parametrize(("text", "quirk", "is_read"), TIMES, ids=[str(n) for n in range(len(TIMES))])
def test_deviation_23_times_of_all_kinds(
    charger: Charger, look: Look, text: Any, quirk: Quirk, is_read: bool
) -> None:
    """Read or not, it is answered, never in the future, and the text is kept."""
    written = text()
    answer = charger.start("OURS-CARD", timestamp=written)
    row = Transaction.objects.get(reference=str(answer["transactionId"]))
    assert abs(row.started_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert ("clock_error" not in row.flags) == is_read
    assert written in MessageExchange.objects.get(action="StartTransaction").request
    look.noted(charger.identity, quirk)


def test_deviation_23_a_strict_station_is_refused_a_time_without_zone(strict: Charger) -> None:
    start = {"connectorId": 1, "idTag": "X", "meterStart": 1, "timestamp": "2026-01-01T00:00:00"}
    assert strict.ask("StartTransaction", start)[2] == "PropertyConstraintViolation"


def test_deviation_23_local_time_labelled_as_utc(charger: Charger, look: Look) -> None:
    """Seen failing with `Skew.take` returning None."""
    for connector in (0, 1, 1):
        status = {"connectorId": connector, "errorCode": "NoError", "status": "Available"}
        charger.call("StatusNotification", status | {"timestamp": today("%Y-%m-%dT%H:%M:%SZ", 2)})
    fact = look.learned(charger.identity, FactKind.CLOCK)
    assert 7190 <= int(fact.value) <= 7200
    assert fact.is_alarming
    look.noted(charger.identity, Quirk.CLOCK_WRONG)


def test_deviation_24_our_times_are_whole_seconds_in_utc(charger: Charger, world: World) -> None:
    world.tag.expires_at = datetime.now(UTC) + timedelta(days=3, microseconds=7)
    world.tag.save()
    boot = charger.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
    tag = charger.call("Authorize", {"idTag": "OURS-CARD"})["idTagInfo"]
    times = [boot["currentTime"], charger.call("Heartbeat", {})["currentTime"], tag["expiryDate"]]
    assert all(WHOLE_SECONDS.fullmatch(text) for text in times)


def test_deviation_25_boot_texts_that_are_too_long(charger: Charger, strict: Charger, look: Look) -> None:
    boot = {"chargePointVendor": "V" * 30, "chargePointModel": "", "chargePointSerialNumber": "S" * 33}
    assert charger.call("BootNotification", boot)["status"] == "Accepted"
    station = ChargingStation.objects.get(identity=charger.identity)
    assert (station.vendor, station.model, station.serial_number) == ("V" * 30, "", "S" * 33)
    look.noted(charger.identity, Quirk.STRING_TOO_LONG)
    assert strict.ask("BootNotification", boot)[2] == "TypeConstraintViolation"


@pytest.mark.parametrize("ending", ["\x03\r\n", "\0", "\0\x1b"])
def test_deviation_26_tags_with_control_characters_and_too_long(
    charger: Charger, look: Look, ending: str
) -> None:
    """Seen failing with NUL refused by the gate: no answer but an error, the transaction lost."""
    started = charger.start(f"OURS-CARD{ending}")
    assert started["idTagInfo"]["status"] == "Accepted"
    assert charger.stop(started["transactionId"], 3000, idTag="T" * 60 + ending)
    row = Transaction.objects.get()
    assert (row.uid, row.energy_wh) == ("OURS-CARD", 2000)
    look.noted(charger.identity, Quirk.CONTROL_CHARACTERS, Quirk.STRING_TOO_LONG)


def test_deviation_27_tags_in_another_case_or_with_separators(charger: Charger, world: World) -> None:
    """Seen failing with `_SEPARATED` not looked at."""
    id_tag_create(world.organisation, SYSTEM, uid="04A1B2C3D4")
    for uid in ("ours-card", "04a1b2c3d4", "04:A1:B2:C3:D4", "04-a1-b2-c3-d4", "04 A1 B2 C3 D4"):
        assert charger.call("Authorize", {"idTag": uid})["idTagInfo"]["status"] == "Accepted", uid
    for uid in ("OURS:CARD", "04:A1:B2:C3", "04A1:B2C3D4"):
        assert charger.call("Authorize", {"idTag": uid})["idTagInfo"]["status"] == "Invalid", uid


def test_deviation_28_tags_we_send_fit_the_version(gateway: Gateway, world: World, charger: Charger) -> None:
    old = ChargingStation.objects.get(identity=charger.identity)
    with pytest.raises(InvalidCommand):
        command_send(old, "RemoteStartTransaction", {"idTag": "T" * 21}, SYSTEM)
    newer = registered(world, fresh("CP"))
    Charger(gateway, newer.identity, version=VERSION_201).boot_201()
    newer.refresh_from_db()
    start = {"remoteStartId": 1, "idToken": {"idToken": "T" * 36, "type": "Central"}}
    assert command_send(newer, "RequestStartTransaction", start, SYSTEM).pk
    start["idToken"] = {"idToken": "T" * 37, "type": "Central"}
    with pytest.raises(InvalidCommand):
        command_send(newer, "RequestStartTransaction", start, SYSTEM)


def test_deviation_29_extra_properties(charger: Charger, strict: Charger, look: Look) -> None:
    answer = charger.call("Heartbeat", {"vendorThing": {"a": [1]}})
    assert set(answer) == {"currentTime"}
    look.noted(charger.identity, Quirk.EXTRA_FIELD)
    assert strict.ask("Heartbeat", {"vendorThing": 1})[2] == "FormationViolation"
    station = ChargingStation.objects.get(identity=charger.identity)
    with pytest.raises(InvalidCommand):
        command_send(station, "ClearCache", {"vendorThing": 1}, SYSTEM)


@pytest.mark.parametrize(
    ("change", "quirk", "stored"),
    [
        ({"errorCode": "Error"}, Quirk.UNKNOWN_ENUM, ("Available", "OtherError")),
        ({"status": "Occupied"}, Quirk.ENUM_ALIAS, ("Preparing", "NoError")),
        ({"status": "available"}, Quirk.WRONG_CASE_ENUM, ("Available", "NoError")),
    ],
)
def test_deviation_30_unknown_words(
    charger: Charger,
    strict: Charger,
    look: Look,
    change: dict[str, str],
    quirk: Quirk,
    stored: tuple[str, str],
) -> None:
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"} | change
    assert charger.call("StatusNotification", status) == {}
    connector = Connector.objects.get(evse__station__identity=charger.identity)
    assert (connector.status, connector.error_code) == stored
    look.noted(charger.identity, quirk)
    assert strict.ask("StatusNotification", status)[2] == "PropertyConstraintViolation"


@pytest.mark.parametrize(
    ("action", "kept_in"),
    [
        ("FirmwareStatusNotification", "firmware_status"),
        ("DiagnosticsStatusNotification", "diagnostics_status"),
        ("SignedFirmwareStatusNotification", "firmware_status"),
        ("LogStatusNotification", "diagnostics_status"),
    ],
)
def test_deviation_30_unknown_words_of_progress_are_kept(
    charger: Charger, strict: Charger, look: Look, action: str, kept_in: str
) -> None:
    """Seen failing with the words of these four held to their enumeration."""
    assert charger.call(action, {"status": "Garbage"}) == {}
    assert getattr(ChargingStation.objects.get(identity=charger.identity), kept_in) == "Garbage"
    look.noted(charger.identity, Quirk.UNKNOWN_ENUM)
    assert strict.ask(action, {"status": "Garbage"})[2] == "PropertyConstraintViolation"


def test_deviation_30_a_bad_reason_and_context(charger: Charger, look: Look) -> None:
    started = charger.start("OURS-CARD")
    samples = [{"value": "1500", "context": "Sample.Sometimes"}]
    data = [{"timestamp": now(), "sampledValue": samples}]
    charger.stop(started["transactionId"], 2000, reason="Rebooted", transactionData=data)
    assert Transaction.objects.get().stop_reason == "Other"
    look.noted(charger.identity, Quirk.UNKNOWN_ENUM)


def test_deviation_31_numbers_for_texts_and_texts_for_numbers(
    charger: Charger, strict: Charger, look: Look
) -> None:
    start: dict[str, Any] = {"connectorId": "1", "meterStart": 1000.0}
    started = charger.start("OURS-CARD", **start)
    meter = [{"timestamp": now(), "sampledValue": [{"value": 2500.5}]}]
    charger.call("MeterValues", {"connectorId": 1, "transactionId": None, "meterValue": meter})
    charger.stop(started["transactionId"], 0, meterStop=3000.4)
    row = Transaction.objects.get()
    assert (row.evse_no, row.meter_start_wh, row.energy_wh) == (1, 1000, 2000)
    assert MeterValue.objects.get().transaction_id == row.pk
    look.noted(
        charger.identity,
        Quirk.STRING_FOR_NUMBER,
        Quirk.FLOAT_FOR_INTEGER,
        Quirk.NUMBER_FOR_STRING,
        Quirk.NULL_FIELD,
    )
    assert (
        strict.ask("MeterValues", {"connectorId": "1", "meterValue": meter})[2] == "TypeConstraintViolation"
    )


@pytest.mark.parametrize(
    ("sample", "unit", "quirk"),
    [
        ({"measurand": "Temperature", "unit": "Celcius"}, "Celsius", None),
        ({"measurand": "Temperature", "unit": "C"}, "Celsius", Quirk.ENUM_ALIAS),
        ({"measurand": "Frequency", "unit": "Hz"}, "Hertz", Quirk.ENUM_ALIAS),
        ({"measurand": "Current.Import\n", "unit": "A"}, "A", Quirk.CONTROL_CHARACTERS),
        ({"measurand": "Power.Active.Import", "unit": "furlong"}, "furlong", Quirk.UNKNOWN_ENUM),
    ],
)
def test_deviation_32_units_and_measurands(
    charger: Charger, look: Look, sample: dict[str, str], unit: str, quirk: Quirk | None
) -> None:
    """The schema of 1.6 itself writes Celcius."""
    meter = [{"timestamp": now(), "sampledValue": [{"value": "12.5"} | sample]}]
    charger.call("MeterValues", {"connectorId": 1, "meterValue": meter})
    (stored,) = MeterValue.objects.get().samples
    assert (stored["value"], stored["unit"], stored["measurand"]) == (12.5, unit, sample["measurand"].strip())
    if quirk is not None:
        look.noted(charger.identity, quirk)


@pytest.mark.parametrize(
    ("meter", "quirk"),
    [
        ([], Quirk.EMPTY_METER_VALUE),
        ([{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": []}], Quirk.EMPTY_METER_VALUE),
        ([{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{}]}], Quirk.ITEM_DROPPED),
    ],
)
def test_deviation_33_empty_meter_values(
    charger: Charger, look: Look, meter: list[Any], quirk: Quirk
) -> None:
    assert charger.call("MeterValues", {"connectorId": 1, "meterValue": meter}) == {}
    assert not MeterValue.objects.exists()
    look.noted(charger.identity, quirk)


@pytest.mark.parametrize(("value", "energy_wh"), [("", None), ("NaN", None), ("12,5", 12), ("1e3", None)])
def test_deviation_33_values_that_are_no_numbers(charger: Charger, value: str, energy_wh: int | None) -> None:
    """Nothing is counted that is no number; what was sent stays to be seen."""
    meter = [{"timestamp": now(), "sampledValue": [{"value": value}]}]
    assert charger.call("MeterValues", {"connectorId": 1, "meterValue": meter}) == {}
    row = MeterValue.objects.get()
    assert row.energy_wh == energy_wh
    assert row.samples[0]["value"] == (value if energy_wh is None else 12.5)


def test_deviation_34_phases_by_other_names(charger: Charger, look: Look) -> None:
    """Currents labelled L1-N and voltages labelled L1 count as what they are. Seen failing without `_LINES`."""
    started = charger.start("OURS-CARD")
    currents = [
        {"measurand": "Current.Import", "phase": f"L{n}-N", "unit": "A", "value": str(9 + n)} for n in (1, 2)
    ]
    voltages = [{"measurand": "Voltage", "phase": f"L{n}", "unit": "V", "value": f"23{n}"} for n in (1, 2)]
    meter = [{"timestamp": now(), "sampledValue": currents + voltages}]
    charger.call(
        "MeterValues", {"connectorId": 1, "transactionId": started["transactionId"], "meterValue": meter}
    )
    row = MeterValue.objects.get()
    assert (row.current_a, row.voltage_v) == (11.0, 231.5)
    look.learned(charger.identity, FactKind.PHASES, "L1, L2")
