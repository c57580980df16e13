"""Visits that are over, without their messages."""

from datetime import datetime, timedelta

from chargers.choices import TransactionState
from chargers.models import IdTag, Transaction
from tests.worlds import World


def visited(
    world: World, began: datetime, hours: float, kwh: float, tag: IdTag | None = None, **more: object
) -> Transaction:
    """One visit that ended, of the world's own tag without another; `tag=None` given by `id_tag` in `more`."""
    row = {
        "organisation": world.organisation, "station": world.station, "evse_no": 1, "connector_no": 1,
        "id_tag": tag or world.tag, "state": TransactionState.ENDED, "started_at": began,
        "start_received_at": began, "ended_at": began + timedelta(hours=hours),
        "end_received_at": began + timedelta(hours=hours), "meter_start_wh": 0,
        "energy_wh": round(kwh * 1000),
    }  # fmt: skip
    number = f"V-{Transaction.objects.count()}"
    return Transaction.objects.create(reference=number, natural_key=number, **(row | more))


def daily(world: World, first: datetime, count: int, tag: IdTag | None = None) -> list[Transaction]:
    """One visit a day: 8.0, 8.1 ... hours and 10, 11 ... kWh."""
    return [visited(world, first + timedelta(days=day), 8 + day / 10, 10 + day, tag) for day in range(count)]
