"""The batched writer on a real database: all or nothing for each message, and no message pays for another."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from chargers.gateway.process.runtime import _dsn
from chargers.gateway.storing.touches import Touch
from chargers.gateway.storing.unit import DatabaseAway, Refused, Unit
from chargers.gateway.storing.writer import MAX_WAITING, Writer
from chargers.models import ChargingStation, GatewayInstance, MessageExchange, StationConnection
from chargers.services.source import Fenced
from cpms.core import clock
from tests.worlds import World


@pytest.fixture
def station(world: World) -> ChargingStation:
    """A station whose socket has epoch 1."""
    return world.station


def unit(station: ChargingStation, text: str = "{}", *, epoch: int = 1, at: Any = None) -> Unit:
    row = (station.pk, epoch, at or clock.now(), "in", "Action", "id", text, "", "result", "")
    return Unit(station.pk, epoch, exchanges=[row])


def run(work: Callable[[Writer], Awaitable[Any]], dsn: dict[str, Any] | None = None) -> Any:
    """Do something with a writer that runs meanwhile."""

    async def main() -> Any:
        writer = Writer(dsn or _dsn())
        task = asyncio.create_task(writer.run())
        try:
            return await asyncio.wait_for(work(writer), 20)
        finally:
            writer.close()
            await asyncio.wait_for(task, 5)

    return asyncio.run(main())


async def outcomes(writer: Writer, units: list[Unit]) -> list[str]:
    results = await asyncio.gather(*(writer.store(each) for each in units), return_exceptions=True)
    return [type(result).__name__ if result else "stored" for result in results]


def stored() -> list[str]:
    return sorted(MessageExchange.objects.values_list("request", flat=True))


def test_what_arrives_together_is_stored_together(station: ChargingStation) -> None:
    units = [unit(station, str(number)) for number in range(1200)]
    assert run(lambda writer: outcomes(writer, units)) == ["stored"] * 1200
    assert MessageExchange.objects.count() == 1200


@pytest.mark.parametrize(
    "bad", ["\0", "\ud800", None, 5], ids=["NUL", "half a surrogate pair", "null", "a number"]
)
def test_a_value_the_database_cannot_hold_fails_its_own_message_only(
    station: ChargingStation, bad: Any
) -> None:
    """Seen failing with only the database's own errors halved: the process ended at the others."""
    units = [unit(station, str(number)) for number in range(20)]
    units[7] = unit(station, bad)
    results = run(lambda writer: outcomes(writer, units))
    assert results[7] == Refused.__name__
    assert results.count("stored") == 19
    assert len(stored()) == 19


def test_a_time_no_calendar_has_fails_its_own_message_only(station: ChargingStation) -> None:
    units = [unit(station, "good"), unit(station, "bad", at="not a time")]
    assert run(lambda writer: outcomes(writer, units)) == ["stored", Refused.__name__]


def test_an_old_socket_writes_nothing_beside_a_new_one(station: ChargingStation) -> None:
    """Seen failing with `newest` left out of the statement."""
    StationConnection.objects.update(epoch=2)
    units = [unit(station, "old", epoch=1), unit(station, "new", epoch=2), unit(station, "future", epoch=3)]
    assert run(lambda writer: outcomes(writer, units)) == [Fenced.__name__, "stored", Fenced.__name__]
    assert stored() == ["new"]


def test_more_than_fits_waits_its_turn(station: ChargingStation) -> None:
    units = [unit(station, str(number)) for number in range(MAX_WAITING + 500)]
    assert set(run(lambda writer: outcomes(writer, units))) == {"stored"}
    assert MessageExchange.objects.count() == MAX_WAITING + 500


def test_without_a_database_everybody_learns_it_at_once(station: ChargingStation) -> None:
    units = [unit(station, str(number)) for number in range(50)]
    results = run(lambda writer: outcomes(writer, units), _dsn() | {"port": 1})
    assert results == [DatabaseAway.__name__] * 50
    assert not MessageExchange.objects.exists()


def test_the_beat_is_stored_also_under_a_load_that_never_pauses(station: ChargingStation) -> None:
    """Seen failing with the beat stored only when nothing waited: a busy process was taken for dead."""
    instance = uuid.uuid4()

    async def busy(writer: Writer) -> int:
        stop = asyncio.Event()

        async def feed() -> None:
            while not stop.is_set():
                await writer.store(unit(station))

        feeders = []
        for _ in range(60):
            feeders.append(asyncio.create_task(feed()))
            await asyncio.sleep(0.002)
        writer.flush_touches(str(instance), clock.now())
        await asyncio.sleep(0.6)
        found = await asyncio.to_thread(GatewayInstance.objects.filter(pk=instance).count)
        stop.set()
        await asyncio.gather(*feeders)
        return found

    assert run(busy) == 1


def test_a_touch_moves_last_seen_and_counts_heartbeats(station: ChargingStation) -> None:
    now = clock.now() + timedelta(seconds=5)

    async def touch(writer: Writer) -> None:
        for beats in (1, 0, 1):
            writer.touch(station.pk, Touch(1, now, beats))
        writer.flush_touches(str(uuid.uuid4()), now)
        await asyncio.sleep(0.3)

    run(touch)
    row = StationConnection.objects.get(station=station)
    assert (row.last_seen_at, row.heartbeats) == (now, 2)


def test_a_touch_of_an_old_socket_says_nothing_of_the_new_one(station: ChargingStation) -> None:
    StationConnection.objects.update(epoch=2, closed_at=clock.now(), close_code=1000)
    seen = StationConnection.objects.get(station=station).last_seen_at

    async def touch(writer: Writer) -> None:
        writer.touch(station.pk, Touch(1, clock.now(), 1))
        writer.flush_touches(str(uuid.uuid4()), clock.now())
        await asyncio.sleep(0.3)

    run(touch)
    row = StationConnection.objects.get(station=station)
    assert (row.last_seen_at, row.heartbeats, row.is_open) == (seen, 0, False)
