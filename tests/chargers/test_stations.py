"""Stations: registered, imported, adopted, changed, removed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from chargers.choices import UnknownState
from chargers.models import ChargingStation, StationConnection, UnknownStation
from chargers.selectors.stations import adoptable_stations_for, unknown_stations_for
from chargers.services.stations import unknown
from chargers.services.stations.connections import connection_contested
from chargers.services.stations.importing import stations_import
from chargers.services.stations.registration import (
    station_register,
    station_rekey,
    station_remove,
    station_update,
    station_watch,
)
from chargers.services.stations.unknown import Knock, knocked, unknown_adopt, unknown_block
from cpms.accounts.roles import Role
from cpms.accounts.viewer import viewer_of_user
from cpms.core import clock
from cpms.core.actors import SYSTEM
from cpms.core.models import AuditLine
from cpms.core.secrets import machine_key_hash
from tests.conftest import Events
from tests.worlds import World

from .reports import started


def test_a_new_station_has_a_key_that_is_stored_as_a_hash(world: World) -> None:
    station, password = station_register(world.organisation, "CP-1", SYSTEM)
    row = ChargingStation.objects.filter(pk=station.pk).values().get()
    assert row["key_hash"] == machine_key_hash("CP-1", password.encode())
    assert password not in repr(row)
    assert password not in repr(list(AuditLine.objects.values()))
    assert not StationConnection.objects.get(station=station).is_open


@pytest.mark.parametrize("identity", ["", "a b", "a/b", "x" * 49, "é", "a\n", "CP\0", "a:b"])
def test_an_identity_no_charger_can_dial_is_refused(world: World, identity: str) -> None:
    with pytest.raises(ValidationError) as refused:
        station_register(world.organisation, identity, SYSTEM)
    assert "identity" in refused.value.message_dict


def test_an_identity_is_taken_in_all_organisations(world: World, other_world: World) -> None:
    station_register(world.organisation, "CP-1", SYSTEM)
    with pytest.raises(ValidationError) as refused:
        station_register(other_world.organisation, "CP-1", SYSTEM)
    assert "identity" in refused.value.message_dict


@pytest.mark.parametrize("password", ["short", "x" * 65, "with\nnewline-and-more", "\x00" * 20])
def test_a_password_no_charger_can_keep_is_refused(world: World, password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        station_register(world.organisation, "CP-1", SYSTEM, password=password)
    assert "password" in refused.value.message_dict


def test_the_site_of_another_organisation_cannot_be_taken(world: World, other_world: World) -> None:
    for act in (
        lambda: station_register(world.organisation, "CP-1", SYSTEM, site=other_world.site),
        lambda: station_update(world.station, SYSTEM, site=other_world.site),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert "site" in refused.value.message_dict


@pytest.mark.parametrize("field", ["organisation", "identity", "key_hash", "registration", "public_id"])
def test_only_known_fields_can_be_changed(world: World, field: str) -> None:
    """B110."""
    with pytest.raises(TypeError, match=field):
        station_update(world.station, SYSTEM, **{field: "x"})


def test_a_new_key_replaces_the_old_one(world: World) -> None:
    station, old = station_register(world.organisation, "CP-1", SYSTEM)
    new = station_rekey(station, SYSTEM)
    station.refresh_from_db()
    assert new != old
    assert station.key_hash == machine_key_hash("CP-1", new.encode())
    assert new not in repr(list(AuditLine.objects.values()))


def test_a_station_with_history_is_not_removed(world: World) -> None:
    started(world)
    with pytest.raises(ValidationError, match="has transactions"):
        station_remove(world.station, SYSTEM)
    fresh, _ = station_register(world.organisation, "CP-2", SYSTEM)
    station_remove(fresh, SYSTEM)
    assert not ChargingStation.objects.filter(identity="CP-2").exists()


def test_watching_ends_by_itself_or_at_once(world: World) -> None:
    station_watch(world.station, SYSTEM, 5)
    assert world.station.watched_until is not None
    assert timedelta(minutes=4) < world.station.watched_until - clock.now() <= timedelta(minutes=5)
    station_watch(world.station, SYSTEM, 0)
    assert world.station.watched_until is None


def test_an_import_reports_each_row_and_keeps_the_good_ones(world: World, other_world: World) -> None:
    rows: list[dict[str, Any]] = [
        {"identity": "A", "password": "a-good-password-1", "site": world.site.name},
        {"identity": "B"},
        {"identity": "A"},
        {"identity": "C D"},
        {"identity": "E", "site": other_world.site.name},
        {"identity": "F", "colour": "red"},
        {"password": "a-good-password-1"},
        {"identity": "G", "site": world.site.public_id},
    ]
    results = stations_import(world.organisation, rows, SYSTEM)
    assert [r.row for r in results if not r.errors] == [1, 2, 8]
    assert [next(iter(r.errors)) for r in results if r.errors] == [
        "identity",
        "identity",
        "site",
        "colour",
        "identity",
    ]
    assert results[0].password == "a-good-password-1"
    assert len(results[1].password) == 32
    assert ChargingStation.objects.filter(site=world.site).count() == 2


def knock(identity: str, key: bytes | None = b"its-own-key") -> None:
    knocked(Knock(identity, "192.0.2.1", f"/ocpp/{identity}", "ocpp1.6", "agent", key))


@pytest.mark.django_db
def test_an_unknown_station_is_remembered_once_and_counted() -> None:
    for _ in range(3):
        knock("CP-NEW")
    row = UnknownStation.objects.get()
    assert (row.attempts, row.remote_address, row.state) == (3, "192.0.2.1", UnknownState.WAITING)
    assert row.offered_key_hash == machine_key_hash("CP-NEW", b"its-own-key")
    assert "its-own-key" not in repr(UnknownStation.objects.values().get())


@pytest.mark.django_db
def test_a_flood_of_invented_stations_does_not_fill_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen failing without the count in `knocked`."""
    monkeypatch.setattr(unknown, "MAX_REMEMBERED", 10)
    for number in range(30):
        knock(f"CP-{number}")
    assert UnknownStation.objects.count() == 10
    knock("CP-3")
    assert UnknownStation.objects.get(identity="CP-3").attempts == 2


def test_adopting_keeps_the_key_that_was_offered(world: World) -> None:
    knock("CP-NEW")
    station, password = unknown_adopt(UnknownStation.objects.get(), world.organisation, SYSTEM, world.site)
    assert password is None
    assert station.key_hash == machine_key_hash("CP-NEW", b"its-own-key")
    assert station.site == world.site
    assert not UnknownStation.objects.exists()
    assert AuditLine.objects.filter(action="station.adopted").exists()


def test_adopting_one_that_offered_no_key_gives_it_one(world: World) -> None:
    knock("CP-NEW", None)
    station, password = unknown_adopt(UnknownStation.objects.get(), world.organisation, SYSTEM)
    assert password is not None
    assert station.key_hash == machine_key_hash("CP-NEW", password.encode())


def test_a_blocked_one_stays_blocked_when_it_calls_again(world: World) -> None:
    knock("CP-NEW")
    unknown_block(UnknownStation.objects.get(), world.organisation, SYSTEM)
    knock("CP-NEW")
    row = UnknownStation.objects.get()
    assert (row.state, row.attempts) == (UnknownState.BLOCKED, 2)


def test_only_trusted_organisations_see_the_inbox(world: World, other_world: World) -> None:
    knock("CP-NEW")
    assert world.organisation.adopts_unknown_stations
    assert unknown_stations_for(viewer_of_user(world.owner)).count() == 1
    assert unknown_stations_for(viewer_of_user(other_world.owner)).count() == 0
    operator = viewer_of_user(world.person(Role.OPERATOR))
    assert (unknown_stations_for(operator).count(), adoptable_stations_for(operator).count()) == (1, 0)


def test_a_registered_station_leaves_the_inbox(world: World) -> None:
    knock("CP-NEW")
    station_register(world.organisation, "CP-NEW", SYSTEM)
    assert not UnknownStation.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM chargers_chargingstation WHERE identity = 'CP-NEW'")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_a_contest_of_a_station_that_was_deleted_meanwhile_is_no_error(events: Events) -> None:
    connection_contested(2**40, "192.0.2.7")
    assert not events.of("station.contested")
