"""Reservation profile."""

import itertools

from .stage import PARENT, TAG, Json, Stage, at

_numbers = itertools.count(1)


def _reserve(connector: int = 1, **more: object) -> Json:
    wish = {"connectorId": connector, "expiryDate": at(hours=-1), "idTag": TAG}
    return wish | {"reservationId": next(_numbers)} | more


def test_tc_046_reservation_used(stage: Stage) -> None:
    """ReserveNow sent with a future expiry; the StartTransaction with its reservationId is Accepted and shown with
    it."""
    wish = _reserve()
    stage.accepted("ReserveNow", wish)
    stage.charger.status("Reserved")
    assert stage.connector()["status"] == "Reserved"
    number = stage.charger.session(reservationId=wish["reservationId"])
    assert stage.transaction()["reservation_id"] == wish["reservationId"]
    stage.charger.finish(number, 1100)


def test_tc_047_reservation_expired(stage: Stage) -> None:
    """ReserveNow sent; Reserved, then Available at the expiry, acknowledged and shown; a session of anybody follows
    without the reservation."""
    stage.accepted("ReserveNow", _reserve(expiryDate=at(minutes=-1)))
    stage.charger.status("Reserved")
    stage.charger.status("Available")
    assert stage.connector()["status"] == "Available"
    stage.charger.session()
    assert stage.transaction()["reservation_id"] is None


def _not_reserved(stage: Stage, status: str) -> None:
    stage.rejected("ReserveNow", _reserve(), status)


def test_tc_048_1_reservation_faulted(stage: Stage) -> None:
    """ReserveNow sent; Faulted is shown, nothing is reserved."""
    _not_reserved(stage, "Faulted")


def test_tc_048_2_reservation_occupied(stage: Stage) -> None:
    """ReserveNow sent; Occupied is shown, nothing is reserved, the session there goes on."""
    number = stage.charger.session()
    _not_reserved(stage, "Occupied")
    assert stage.transaction()["reference"] == str(number)
    assert stage.transaction()["open"]


def test_tc_048_3_reservation_unavailable(stage: Stage) -> None:
    """ReserveNow sent; Unavailable is shown, nothing is reserved."""
    _not_reserved(stage, "Unavailable")


def test_tc_048_4_reservation_rejected(stage: Stage) -> None:
    """ReserveNow sent; Rejected is shown, nothing is reserved."""
    _not_reserved(stage, "Rejected")


def test_tc_049_reservation_of_the_charge_point(stage: Stage) -> None:
    """ReserveNow sent for connector 0; the session at connector 1 with its reservationId is Accepted."""
    wish = _reserve(connector=0)
    stage.accepted("ReserveNow", wish)
    stage.charger.session(reservationId=wish["reservationId"])
    assert stage.transaction()["reservation_id"] == wish["reservationId"]


def test_tc_051_cancel_reservation(stage: Stage) -> None:
    """CancelReservation sent with the number of the reservation; Accepted is shown, the connector is free."""
    wish = _reserve()
    stage.accepted("ReserveNow", wish)
    stage.charger.status("Reserved")
    stage.accepted("CancelReservation", {"reservationId": wish["reservationId"]})
    stage.charger.status("Available")
    assert stage.connector()["status"] == "Available"


def test_tc_052_cancel_reservation_rejected(stage: Stage) -> None:
    """CancelReservation sent for a number the charge point does not know; Rejected is shown."""
    stage.rejected("CancelReservation", {"reservationId": 4711}, "Rejected")


def test_tc_053_reserved_connector_used_with_the_parent_id(stage: Stage) -> None:
    """ReserveNow carries the parent tag; Authorize of another tag of the group tells the same parent, its session is
    Accepted with the reservation."""
    family = stage.rows("id-tag-groups")[0]["id"]
    stage.post("id-tags", {"uid": "TAG-SISTER", "group": family}, 201)
    wish = _reserve(parentIdTag=PARENT)
    stage.accepted("ReserveNow", wish)
    info = stage.charger.call("Authorize", {"idTag": "TAG-SISTER"})["idTagInfo"]
    assert info == {"parentIdTag": PARENT, "status": "Accepted"}
    started = stage.charger.start("TAG-SISTER", reservationId=wish["reservationId"])
    assert started["idTagInfo"] == {"parentIdTag": PARENT, "status": "Accepted"}
    assert stage.transaction()["uid"] == "TAG-SISTER"
