"""Whatever the order and however often its messages come, a transaction ends up the same (invariant 10)."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction as database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargers.domain import Place, Reading, Token, TransactionReported
from chargers.models import ChargingStation, MeterValue, Transaction
from tests.worlds import World

from .reports import ENDED, STARTED, UPDATED, ago, report, start, stop

BEGIN = ago(hours=2)
STATES = ["EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE", "Idle", ""]
FACTS = (
    "state", "started_at", "ended_at", "meter_start_wh", "meter_stop_wh", "energy_wh", "evse_no", "connector_no",
    "uid", "id_tag_id", "authorization", "stop_reason", "stop_uid", "remote_start_id", "offline",
)  # fmt: skip
SOME = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def histories(draw: st.DrawFn) -> list[TransactionReported]:
    """The messages of one 2.x transaction in the order in which they happened; perhaps one or two are lost."""
    count = draw(st.integers(2, 6))
    ended = draw(st.booleans())
    authorized_at = draw(st.integers(0, count - 1))
    registers = draw(st.lists(st.integers(0, 50_000), min_size=count, max_size=count))
    if draw(st.booleans()):
        registers.sort()
    messages = [
        TransactionReported(
            kind=STARTED if n == 0 else ENDED if ended and n == count - 1 else UPDATED,
            reference="TX-1",
            at=BEGIN + timedelta(minutes=n),
            message_id=f"m{n}",
            place=draw(st.sampled_from([Place(1, 1), Place(1, None), None])),
            token=Token("OURS-CARD") if n == authorized_at else None,
            meter_wh=registers[n] if draw(st.booleans()) else None,
            seq_no=n,
            charging_state=draw(st.sampled_from(STATES)),
            stop_reason="Local" if ended and n == count - 1 else "",
            remote_start_id=7 if n == authorized_at else None,
            offline=n == 0,
            readings=(Reading(at=BEGIN + timedelta(minutes=n), energy_wh=registers[n], digest=n),),
        )
        for n in range(count)
    ]
    lost = draw(st.sets(st.integers(0, count - 1), max_size=min(1, count - 2)))
    return [message for n, message in enumerate(messages) if n not in lost]


@st.composite
def histories_with_two_orders(
    draw: st.DrawFn,
) -> tuple[list[TransactionReported], list[TransactionReported]]:
    """A history as it happened, and shuffled with repeats under new message ids."""
    history = draw(histories())
    repeats = draw(st.lists(st.sampled_from(history), max_size=5))
    shuffled = draw(st.permutations(history + [replace(m, message_id=m.message_id + "x") for m in repeats]))
    return history, shuffled


def outcome(station: ChargingStation, messages: list[TransactionReported]) -> dict[str, Any]:
    """What is in the database after these messages; nothing of it stays."""
    with database.atomic():
        for message in messages:
            report(station, message)
        row = Transaction.objects.get(station=station)
        facts = {name: getattr(row, name) for name in FACTS} | {"flags": set(row.flags)}
        facts["events"] = sorted(row.events.filter(conflict=False).values_list("seq_no", "kind"))
        facts["readings"] = sorted(
            MeterValue.objects.filter(transaction=row).values_list("taken_at", "energy_wh")
        )
        database.set_rollback(True)
    return facts


@SOME
@given(orders=histories_with_two_orders())
def test_any_order_and_any_repeats_lead_to_the_same_transaction(
    world: World, orders: tuple[list[TransactionReported], list[TransactionReported]]
) -> None:
    """Seen failing with the state taken from the message that came last, and with readings stored after the sums."""
    _ = (world.tag, world.station)
    in_order, shuffled = orders
    assert outcome(world.station, shuffled) == outcome(world.station, in_order)


@SOME
@given(orders=histories_with_two_orders())
def test_energy_is_never_negative_and_never_more_than_was_counted(
    world: World, orders: tuple[list[TransactionReported], list[TransactionReported]]
) -> None:
    _ = (world.tag, world.station)
    energy_wh = outcome(world.station, orders[1])["energy_wh"]
    walk = [r.energy_wh or 0 for m in orders[0] for r in m.readings]
    climbed = sum(max(0, later - earlier) for earlier, later in pairwise(walk)) + max(walk)
    assert energy_wh is None or 0 <= energy_wh <= climbed


@SOME
@given(
    st.lists(st.sampled_from(["start", "stop", "other stop"]), max_size=8),
    st.integers(0, 100_000),
    st.integers(0, 100_000),
)
def test_repeats_of_a_start_and_its_stop_change_nothing(
    world: World, repeats: list[str], meter_start_wh: int, meter_stop_wh: int
) -> None:
    """In 1.6 a stop needs the id of its start, so only repeats can come out of order."""
    _ = world.station
    first = start(world.tag.uid, BEGIN, meter_start_wh)
    with database.atomic():
        row = report(world.station, first).transaction
        last = stop(row.reference, BEGIN + timedelta(hours=1), meter_stop_wh)
        report(world.station, last)
        messages = {"start": first, "stop": last, "other stop": replace(last, meter_wh=meter_stop_wh + 1)}
        for number, name in enumerate(repeats):
            report(world.station, replace(messages[name], message_id=str(number)))
        row = Transaction.objects.get(station=world.station)
        assert (row.meter_start_wh, row.meter_stop_wh) == (meter_start_wh, meter_stop_wh)
        assert row.energy_wh == max(0, meter_stop_wh - meter_start_wh)
        assert ("stop_conflict" in row.flags) == ("other stop" in repeats)
        database.set_rollback(True)
