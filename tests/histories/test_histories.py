"""A charger that retries, reboots, replays and reorders, played against the transaction rules by Hypothesis.

`HISTORIES` says how many histories are tried (100 unless told, `make histories` tries 10,000).
"""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chargers.models import ChargingStation
from chargers.replay.player import Player
from chargers.services.stations.registration import station_register
from chargers.services.tags.id_tags import id_tag_create
from chargers.simulator.checker import check
from chargers.simulator.ledger import Ledger
from cpms.core.actors import SYSTEM
from tests.worlds import World

from .charger import Charger

HISTORIES = int(os.environ.get("HISTORIES", "100"))
STEPS = 25
# At least two, so that both cores of a small machine work; many, so that a long run shows how far it is.
PARTS = max(2, HISTORIES // 250)
CONNECTORS = st.sampled_from([1, 2])
_numbers = count(1)


class Histories(RuleBasedStateMachine):
    """Each history runs in a transaction of its own that leaves nothing behind."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._ledger = Ledger(Path(self._folder.name) / "ledger.jsonl")
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    @initialize(forgets_ids=st.booleans())
    def switch_on(self, forgets_ids: bool) -> None:
        station = self._station()
        began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6)
        self.charger = Charger(Player(station).ready(), self._ledger, began, forgets_ids)

    def _station(self) -> ChargingStation:
        return station_register(self.world.organisation, f"HISTORY-{next(_numbers)}", SYSTEM)[0]

    def _is_free(self, connector: int) -> bool:
        return connector not in self.charger.charging

    @rule(connector=CONNECTORS)
    def plug(self, connector: int) -> None:
        """Each connector has a driver of its own, so that a stop without an id can be told apart."""
        if self._is_free(connector):
            self.charger.start(connector, f"CARD-{connector}")

    @rule(connector=CONNECTORS, wh=st.integers(0, 9000), told=st.booleans())
    def charge(self, connector: int, wh: int, told: bool) -> None:
        if not self._is_free(connector):
            self.charger.take(connector, wh, told=told)

    @rule(connector=CONNECTORS, reason=st.sampled_from(["Local", "Remote", "EVDisconnected", "Other"]))
    def unplug(self, connector: int, reason: str) -> None:
        if not self._is_free(connector):
            self.charger.stop(connector, reason)

    @precondition(lambda self: self.charger.queue)
    @rule(answered=st.booleans())
    def deliver(self, answered: bool) -> None:
        self.charger.deliver(answered=answered)

    @precondition(lambda self: self.charger.queue)
    @rule()
    def drain(self) -> None:
        self.charger.drain()

    @precondition(lambda self: self.charger.queue)
    @rule()
    def overtake(self) -> None:
        self.charger.overtake()

    @precondition(lambda self: self.charger.delivered)
    @rule(number=st.integers(0, 1000))
    def echo(self, number: int) -> None:
        self.charger.echo(number)

    @rule(hard=st.booleans())
    def reboot(self, hard: bool) -> None:
        self.charger.reboot(hard=hard)

    @rule(seconds=st.integers(1, 900))
    def wait(self, seconds: int) -> None:
        self.charger.wait(seconds)

    def teardown(self) -> None:
        try:
            if hasattr(self, "charger"):
                self.charger.drain()
                self._ledger.close()
                report = check(Path(self._folder.name) / "ledger.jsonl")
                assert report.is_clean, report.summary()
        finally:
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)
            self._folder.cleanup()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.django_db
def test_the_books_show_what_happened_whatever_the_charger_does_with_its_messages(
    world: World, part: int
) -> None:
    """F31, F32, invariants 3, 4, 5, 10. Seen failing, with 3 doubled, with the message id in the natural key."""
    _ = (world.organisation, [id_tag_create(world.organisation, SYSTEM, uid=f"CARD-{n}") for n in (1, 2)])
    Histories.world = world
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Histories,
        settings=settings(
            max_examples=HISTORIES // PARTS, stateful_step_count=STEPS, deadline=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
