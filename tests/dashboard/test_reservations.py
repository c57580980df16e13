"""Pages of reservations."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chargers.choices import ReservationState
from chargers.models import Command, Reservation
from chargers.services.reservations.requests import reservation_make
from cpms.accounts.roles import Role
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.dashboard.conftest import SignIn
from tests.worlds import World


def typed(hours: int = 2) -> str:
    return f"{timezone.localtime(clock.now() + timedelta(hours=hours)):%Y-%m-%dT%H:%M}"


def made(world: World, state: ReservationState = ReservationState.ACTIVE) -> Reservation:
    row = reservation_make(world.station, world.tag.uid, clock.now() + timedelta(hours=1), SYSTEM, evse_no=1)
    Reservation.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(("connector", "number"), [("1", 1), ("", 0)])
def test_a_filled_form_asks_the_station(owner: Client, world: World, connector: str, number: int) -> None:
    Reservation.objects.all().delete()
    data = {"station": "OURS-1", "evse_no": connector, "uid": world.tag.uid, "expires_at": typed()}
    response = owner.post("/reservations/new/", data)
    row = Reservation.objects.get()
    assert response["Location"] == f"/reservations/{row.public_id}/"
    assert row.evse_no == number
    page = owner.get(response["Location"]).content.decode()
    assert "Asked for" in page
    assert "ReserveNow" in page


def test_what_cannot_be_is_said_beside_the_field(owner: Client, world: World) -> None:
    before = Reservation.objects.count()
    data = {"station": "THEIRS-1", "evse_no": "0", "uid": "x", "expires_at": "soon"}
    response = owner.post("/reservations/new/", data)
    assert response.status_code == 422
    page = response.content.decode()
    assert "There is no station of this identity" in page
    data = {"station": "OURS-1", "uid": "NOBODY", "expires_at": typed()}
    assert "no such ID tag" in owner.post("/reservations/new/", data).content.decode()
    assert (
        "in the future"
        in owner.post(
            "/reservations/new/", data | {"uid": world.tag.uid, "expires_at": typed(-1)}
        ).content.decode()
    )
    assert Reservation.objects.count() == before


def test_the_form_knows_the_station_it_was_opened_from(owner: Client, world: World) -> None:
    page = owner.get(f"/reservations/new/?station={world.station.public_id}").content.decode()
    assert 'value="OURS-1"' in page


def test_the_list_is_narrowed_by_state_and_words(owner: Client, world: World) -> None:
    Reservation.objects.all().delete()
    active, over = made(world), made(world, ReservationState.EXPIRED)
    page = owner.get("/reservations/?status=active").content.decode()
    assert active.public_id in page
    assert over.public_id not in page
    assert over.public_id in owner.get("/reservations/?search=ours").content.decode()
    assert "No reservation matches" in owner.get("/reservations/?search=nothing").content.decode()
    assert owner.get("/reservations/?status=nonsense&sort=-station&page=x").status_code == 200


def test_the_station_shows_what_is_reserved_there(owner: Client, world: World) -> None:
    row = made(world)
    page = owner.get(f"/stations/{world.station.public_id}/").content.decode()
    assert f"/reservations/{row.public_id}/" in page


def test_cancelling_asks_the_station_and_another_end_too(owner: Client, world: World) -> None:
    row = made(world)
    Command.objects.all().delete()
    response = owner.post(f"/reservations/{row.public_id}/change/", {"expires_at": typed(4)})
    assert response.status_code == 302
    assert Command.objects.get().action == "ReserveNow"
    owner.post(f"/reservations/{row.public_id}/cancel/")
    assert Command.objects.count() == 1  # it is being asked already
    Command.objects.all().delete()
    owner.post(f"/reservations/{row.public_id}/cancel/")
    assert Command.objects.get().action == "CancelReservation"


def test_who_may_only_look_cannot_reserve(signed_in: SignIn, world: World) -> None:
    row = made(world)
    viewer = signed_in(Role.VIEWER)
    assert viewer.get("/reservations/").status_code == 200
    assert "Cancel reservation" not in viewer.get(f"/reservations/{row.public_id}/").content.decode()
    assert viewer.get("/reservations/new/").status_code == 403
    assert viewer.post(f"/reservations/{row.public_id}/cancel/").status_code == 403
    assert viewer.post(f"/reservations/{row.public_id}/change/").status_code == 403
