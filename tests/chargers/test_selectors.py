"""Every selector shows the viewer's own rows, and only with the permission it names."""

from collections.abc import Callable
from functools import partial
from typing import Any

from chargers import selectors
from chargers.models import StationConnection
from chargers.selectors.stations import connected, stations_for
from chargers.selectors.transactions import latest_readings
from cpms.accounts.roles import PERMISSIONS
from cpms.accounts.viewer import NOBODY, Viewer
from cpms.core import clock
from cpms.core.actors import SYSTEM
from tests.selectors import selectors_of
from tests.worlds import World

SELECTORS = selectors_of(selectors)
# The permission that shows the rows, for each selector that needs nothing but the viewer.
WHOLE: dict[str, str] = {
    "sites_for": "sites.view",
    "stations_for": "stations.view",
    "connectors_for": "stations.view",
    "transactions_for": "transactions.view",
    "open_transactions_for": "transactions.view",
    "commands_for": "commands.view",
    "reservations_for": "stations.view",
    "bulk_commands_for": "commands.view",
    "scheduled_for": "commands.view",
    "id_tags_for": "tags.view",
    "id_tag_groups_for": "tags.view",
    "authorizations_for": "tags.view",
    "cases_for": "transactions.view",
    "settings_for": "stations.view",
    "templates_for": "stations.view",
    "pushes_for": "stations.view",
    "local_lists_for": "tags.view",
    "station_lists_for": "tags.view",
    "firmware_files_for": "stations.view",
    "manufacturer_roots_for": "stations.view",
    "firmware_campaigns_for": "stations.view",
    "firmware_updates_for": "stations.view",
    "log_requests_for": "stations.view",
    "stray_file_reports_for": "stations.view",
    "security_events_for": "stations.view",
    "certificates_for": "stations.view",
    "authorities_for": "stations.view",
    "roots_for": "stations.view",
    "installed_for": "stations.view",
}
# Those that start from a row of the viewer's.
OF_A_ROW: dict[str, tuple[str, str]] = {
    "messages_for": ("station", "messages.view"),
    "meter_values_for": ("transaction", "transactions.view"),
    "transaction_events_for": ("transaction", "transactions.view"),
    "facts_for": ("station", "stations.view"),
}
# Tested where their rows are made, or a part of one above.
ELSEWHERE = {
    "unknown_stations_for", "adoptable_stations_for", "bulk_items_for", "refusals_for", "drifted_settings_for",
    "alerts_for", "security_changes_for",
}  # fmt: skip


class Looking(Viewer):
    """A viewer who asks for the rows of a world."""

    world: World

    def __init__(self, world: World, organisation_id: int, *permissions: str) -> None:
        super().__init__(SYSTEM, {organisation_id: frozenset(permissions)})
        object.__setattr__(self, "world", world)


def everybody_sees_his_own(ours: World, theirs: World, permission: str, rows: Callable[..., Any]) -> None:
    """`rows(viewer)`: what one selector shows."""
    mine, other = ours.organisation.pk, theirs.organisation.pk
    others = [each for each in PERMISSIONS if each != permission]
    assert rows(Looking(ours, mine, permission)).count() > 0
    assert rows(Looking(ours, mine, *others)).count() == 0
    assert rows(Looking(ours, other, *others)).count() == 0
    assert ours.mark not in repr(list(rows(Looking(ours, other, *PERMISSIONS)).values()))


def test_rows_are_seen_by_who_may_and_by_nobody_else(world: World, other_world: World) -> None:
    """Seen failing with `organisation_id__in` left out of a selector (invariant 31)."""
    world.furnish()
    other_world.furnish()
    for name, permission in WHOLE.items():
        everybody_sees_his_own(world, other_world, permission, SELECTORS[name])
    for name, (row, permission) in OF_A_ROW.items():
        of_row = partial(_of_row, SELECTORS[name], row)
        everybody_sees_his_own(world, other_world, permission, of_row)


def _of_row(selector: Callable[..., Any], row: str, viewer: Looking) -> Any:
    """What a selector shows for the row of the viewer's world with this name."""
    return selector(viewer, getattr(viewer.world, row))


def test_every_selector_is_tested() -> None:
    assert set(SELECTORS) == {*WHOLE, *OF_A_ROW, *ELSEWHERE}


def test_connected_means_an_open_socket(world: World) -> None:
    stations = stations_for(Looking(world, world.organisation.pk, "stations.view"))
    _ = world.station
    assert connected(stations).count() == 1
    StationConnection.objects.update(closed_at=clock.now())
    assert connected(stations).count() == 0
    assert connected(stations, False).count() == 1
    assert stations_for(NOBODY).count() == 0


def test_the_latest_reading_of_each_transaction(world: World) -> None:
    first = world.transaction
    assert latest_readings([first])[first.pk].energy_wh == 1050
    assert latest_readings([]) == {}
