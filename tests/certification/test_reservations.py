"""Reservation profile."""

from chargers.services.reservations.told import reservations_expire
from tests.gateway.process import eventually

from .stage import PARENT, TAG, Json, Stage, at, moment


def _asked(stage: Stage, evse_no: int = 1, **changes: object) -> tuple[Json, list[object]]:
    """Reserve over the API: the reservation, and the ReserveNow that arrives for it."""
    until = at(hours=-1)
    body = {"station": stage.identity, "uid": TAG, "evse_no": evse_no, "expires_at": until} | changes
    made = stage.post("reservations", body, 202)
    assert made["status"] == "requested", "asked is not reserved"
    frame = stage.charger.expect("ReserveNow")
    payload = frame[3]
    assert (payload["connectorId"], payload["idTag"], payload["reservationId"]) == (
        evse_no,
        TAG,
        made["number"],
    )
    assert moment(payload["expiryDate"]) == moment(str(body["expires_at"]))
    assert payload["parentIdTag"] == PARENT
    return made, frame


def _now(stage: Stage, made: Json, status: str) -> Json:
    """The reservation once the API shows it with this status, alone in the station's list with it."""
    shown: Json = eventually(
        lambda: (row := stage.get(f"reservations/{made['id']}"))["status"] == status and row
    )
    (listed,) = stage.rows(f"reservations?station={stage.identity}&status={status}")
    assert listed == shown
    return shown


def _reserved(stage: Stage, evse_no: int = 1, **changes: object) -> Json:
    made, frame = _asked(stage, evse_no, **changes)
    stage.charger.answer(frame, {"status": "Accepted"})
    return _now(stage, made, "active")


def test_tc_046_reservation_used(stage: Stage) -> None:
    """ReserveNow sent with a future expiry, active when Accepted; the StartTransaction with its reservationId is
    Accepted and ends the reservation as used."""
    made = _reserved(stage)
    stage.charger.status("Reserved")
    assert stage.connector()["status"] == "Reserved"
    stage.charger.session(reservationId=made["number"])
    running = stage.transaction()
    assert running["reservation_id"] == made["number"]
    assert _now(stage, made, "used")["transaction"] == running["id"]


def test_tc_047_reservation_expired(stage: Stage) -> None:
    """ReserveNow sent, active; when its time is over it is shown as expired and the connector as Available, and a
    session there does not use it."""
    made = _reserved(stage, expires_at=at(seconds=-2))
    stage.charger.status("Reserved")
    # The worker's beat does this every minute.
    eventually(reservations_expire)
    stage.charger.status("Available")
    _now(stage, made, "expired")
    assert stage.connector()["status"] == "Available"
    stage.charger.session()
    assert stage.transaction()["reservation_id"] is None
    _now(stage, made, "expired")


def _not_reserved(stage: Stage, word: str) -> None:
    made, frame = _asked(stage)
    stage.charger.answer(frame, {"status": word})
    assert _now(stage, made, "rejected")["answer"] == word
    assert stage.rows(f"reservations?station={stage.identity}&open=true") == []
    (command,) = stage.rows(f"stations/{stage.identity}/commands")
    assert (command["state"], command["result"]) == ("rejected", {"status": word})


def test_tc_048_1_reservation_faulted(stage: Stage) -> None:
    """ReserveNow sent; Faulted is shown, the reservation is not active."""
    _not_reserved(stage, "Faulted")


def test_tc_048_2_reservation_occupied(stage: Stage) -> None:
    """ReserveNow sent; Occupied is shown, the reservation is not active, the session there goes on."""
    number = stage.charger.session()
    _not_reserved(stage, "Occupied")
    assert stage.transaction()["reference"] == str(number)
    assert stage.transaction()["open"]


def test_tc_048_3_reservation_unavailable(stage: Stage) -> None:
    """ReserveNow sent; Unavailable is shown, the reservation is not active."""
    _not_reserved(stage, "Unavailable")


def test_tc_048_4_reservation_rejected(stage: Stage) -> None:
    """ReserveNow sent; Rejected is shown, the reservation is not active."""
    _not_reserved(stage, "Rejected")


def test_tc_049_reservation_of_the_charge_point(stage: Stage) -> None:
    """ReserveNow sent for connector 0; the session at connector 1 with its reservationId uses it."""
    made = _reserved(stage, evse_no=0)
    stage.charger.session(reservationId=made["number"])
    assert stage.transaction()["reservation_id"] == made["number"]
    _now(stage, made, "used")


def _cancel(stage: Stage, made: Json, answer: str) -> None:
    stage.post(f"reservations/{made['id']}/cancel", {}, 200)
    frame = stage.charger.expect("CancelReservation")
    assert frame[3] == {"reservationId": made["number"]}
    assert stage.get(f"reservations/{made['id']}")["status"] == "active", "asked is not cancelled"
    stage.charger.answer(frame, {"status": answer})


def test_tc_051_cancel_reservation(stage: Stage) -> None:
    """CancelReservation sent with the number of the reservation; Accepted cancels it, the connector is free."""
    made = _reserved(stage)
    stage.charger.status("Reserved")
    _cancel(stage, made, "Accepted")
    stage.charger.status("Available")
    _now(stage, made, "cancelled")
    assert stage.connector()["status"] == "Available"


def test_tc_052_cancel_reservation_rejected(stage: Stage) -> None:
    """CancelReservation sent; Rejected is shown, the reservation stays active."""
    made = _reserved(stage)
    _cancel(stage, made, "Rejected")
    eventually(lambda: "not cancelled" in stage.get(f"reservations/{made['id']}")["note"])
    _now(stage, made, "active")


def test_tc_053_reserved_connector_used_with_the_parent_id(stage: Stage) -> None:
    """ReserveNow carries the parent tag; Authorize of another tag of the group tells the same parent, and its session
    uses the reservation."""
    family = stage.rows("id-tag-groups")[0]["id"]
    stage.post("id-tags", {"uid": "TAG-SISTER", "group": family}, 201)
    made = _reserved(stage)
    info = stage.charger.call("Authorize", {"idTag": "TAG-SISTER"})["idTagInfo"]
    assert info == {"parentIdTag": PARENT, "status": "Accepted"}
    started = stage.charger.start("TAG-SISTER", reservationId=made["number"])
    assert started["idTagInfo"] == {"parentIdTag": PARENT, "status": "Accepted"}
    assert _now(stage, made, "used")["transaction"] == stage.transaction()["id"]
