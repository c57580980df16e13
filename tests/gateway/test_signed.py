"""Signed meter values over a real socket, as the simulated stations of both versions send them."""

import asyncio

import pytest
from django.db import transaction

from billing.choices import KeySource, ProofState
from billing.services.signatures.keys import key_add
from billing.services.signatures.proof import proof_of
from billing.services.signatures.records import records_take
from chargers.choices import TransactionState
from chargers.models import Transaction
from chargers.simulator.options import Options
from chargers.simulator.signing import meter_of
from chargers.simulator.station import SimulatedStation
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .charger import KEY, fresh, registered
from .process import Gateway


async def charge(url: str, identity: str, version: str, uid: str) -> None:
    station = SimulatedStation(url, identity, KEY, version=version, options=Options(signs=True))
    async with station:
        await station.boot()
        await station.plug()
        assert await station.swipe(uid) == "Accepted"
        station.outlets[1].pour(2_345)
        await station.stop(1, "Local", uid)
        await station.drained()


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_begin_and_end_of_a_simulated_session_arrive_to_the_byte(
    gateway: Gateway, world: World, version: str
) -> None:
    """A byte that is lost on the way makes the signature invalid."""
    station = registered(world, fresh("SIGNS"))
    asyncio.run(charge(gateway.url("").rstrip("/"), station.identity, version, world.tag.uid))
    session = Transaction.objects.get(station=station)
    assert session.state == TransactionState.ENDED
    with transaction.atomic():
        key_add(
            station, SYSTEM, public_key=meter_of(station.identity, 1).public_key, source=KeySource.LABEL,
        )  # fmt: skip
        records_take(session)
        proof = proof_of(session)
        transaction.set_rollback(True)
    assert [row.state for row in proof.records] == ["valid", "valid"]
    assert (proof.state, proof.signed_wh, proof.findings) == (ProofState.PROVEN, 2_345, ())
