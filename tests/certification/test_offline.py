"""Core profile: what a charge point tells later than it happened."""

from .stage import TAG, Stage, at, moment


def test_tc_032_1_power_failure_stop_on_boot(stage: Stage) -> None:
    """After the restart the stop with reason PowerLoss and a time before the boot ends the transaction that was
    open, at that time."""
    number = stage.charger.session(timestamp=at(minutes=30))
    stage.charger.vanish()
    stage.charger = stage.dial()
    stage.charger.boot()
    when = at(minutes=5)
    stage.charger.stop(number, 1900, reason="PowerLoss", timestamp=when)
    stage.charger.status("Available")
    done = stage.transaction()
    assert (done["state"], done["stop_reason"], done["energy_wh"]) == ("ended", "PowerLoss", 900)
    assert moment(done["ended_at"]) == moment(when)


def test_tc_037_1_offline_start_valid_tag(stage: Stage) -> None:
    """A queued StartTransaction with a past time is Accepted with a transaction id and keeps the station's time."""
    stage.charger.close()
    stage.charger = stage.dial()
    when = at(minutes=12)
    started = stage.charger.start(TAG, timestamp=when)
    assert started["idTagInfo"]["status"] == "Accepted"
    assert started["transactionId"] > 0
    stage.charger.status("Charging")
    running = stage.transaction()
    assert (running["state"], running["authorization"]) == ("charging", "Accepted")
    assert moment(running["started_at"]) == moment(when)


def test_tc_037_3_offline_start_invalid_tag(stage: Stage) -> None:
    """A queued StartTransaction with an unknown tag is answered Invalid with a transaction id all the same; the stop
    with reason DeAuthorized ends it."""
    stage.charger.close()
    stage.charger = stage.dial()
    started = stage.charger.start("TAG-NOBODY", timestamp=at(minutes=2))
    assert started["idTagInfo"]["status"] == "Invalid"
    assert started["transactionId"] > 0
    assert stage.transaction()["authorization"] == "Invalid"
    stage.charger.stop(started["transactionId"], 1010, reason="DeAuthorized")
    done = stage.transaction()
    assert (done["state"], done["stop_reason"], done["uid"]) == ("ended", "DeAuthorized", "TAG-NOBODY")


def test_tc_039_offline_transaction(stage: Stage) -> None:
    """A whole session told afterwards: start, meter values and stop acknowledged in order, all times and the energy
    are those of the messages."""
    stage.charger.close()
    stage.charger = stage.dial()
    begun, ended = at(minutes=50), at(minutes=20)
    number = stage.charger.start(TAG, timestamp=begun)["transactionId"]
    value = {"value": "4000", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    reading = {"timestamp": at(minutes=35), "sampledValue": [value]}
    metered = {"connectorId": 1, "transactionId": number, "meterValue": [reading]}
    assert stage.charger.call("MeterValues", metered) == {}
    info = stage.charger.stop(number, 7000, idTag=TAG, timestamp=ended)["idTagInfo"]
    assert info["status"] == "Accepted"
    done = stage.transaction()
    assert (moment(done["started_at"]), moment(done["ended_at"])) == (moment(begun), moment(ended))
    assert (done["state"], done["energy_wh"]) == ("ended", 6000)
    (row,) = stage.rows(f"transactions/{done['id']}/meter-values")
    assert (row["energy_wh"], moment(row["taken_at"])) == (4000, moment(reading["timestamp"]))  # type: ignore[arg-type]
