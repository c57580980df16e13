"""Kills at random while a fleet charges, and what the books say afterwards."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from .rig import Rig, eventually

START_S = 90.0
# On a busy machine the queues of a whole fleet take their time.
DRAIN_S = 900.0
CHECK_S = 120.0
STEP = 25
# What dies how often, in parts of the whole; gateways share theirs.
SHARES = {"gateway": 0.45, "postgres": 0.25, "redis": 0.2, "worker": 0.1}
ABSORBED = """
SELECT (SELECT count(*) FROM chargers_messageexchange WHERE outcome = 'result'
        AND action IN ('StartTransaction', 'StopTransaction', 'TransactionEvent'))
     - (SELECT count(*) FROM chargers_transactionevent)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`summary` is the checker's; `absorbed` counts transaction messages that came again and changed nothing."""

    seed: int
    killed: Counter[str]
    absorbed: int
    summary: str
    clean: bool
    took_s: float

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {number}" for name, number in sorted(self.killed.items()))
        return (
            f"seed {self.seed}: {self.killed.total()} kills ({kills}) in {self.took_s:.0f} s\n"
            f"{self.summary.strip()}, {self.absorbed} duplicates absorbed"
        )


def campaign(
    rig: Rig,
    kills: int,
    seed: int,
    stations: int,
    planned_s: float,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Kill so many processes while so many stations charge, within about `planned_s`, and compare the books."""
    begun = time.monotonic()
    rig.start()
    eventually(rig.answers, START_S)
    fleet = rig.start_fleet(
        "--stations", str(stations), "--seed", str(seed), "--duration", str(planned_s + 600), "--speed", "60",
        "--pace", "420", "--meter-interval", "600", "--reconnect", "2", "--faults", "offline=0.05,duplicates=0.02",
        "--patience", str(DRAIN_S),
    )  # fmt: skip
    eventually(fleet.is_charging, START_S)
    killed = kill_at_random(rig, kills, random.Random(seed), begun + planned_s, say)
    eventually(rig.answers, START_S)
    code, summary = fleet.finish(DRAIN_S + CHECK_S)
    return Outcome(seed, killed, absorbed(rig), summary, code == 0, time.monotonic() - begun)


def kill_at_random(
    rig: Rig, kills: int, rng: random.Random, end: float, say: Callable[[str], None]
) -> Counter[str]:
    """Every now and then something dies, whether what died before is back or not."""
    killed: Counter[str] = Counter()
    for number in range(kills):
        left_s = max(0.0, end - time.monotonic())
        time.sleep(rng.uniform(0.2, max(0.4, min(3.0, 1.5 * left_s / (kills - number)))))
        kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
        killed[kind] += 1
        rig.kill(rng.choice(rig.gateways) if kind == "gateway" else kind)
        if (number + 1) % STEP == 0:
            say(f"{number + 1} of {kills} kills, {end - time.monotonic():.0f} s left of the time planned")
    return killed


def absorbed(rig: Rig) -> int:
    """How many transaction messages were answered and stored nothing, because they had been stored before."""
    with psycopg.connect(rig.services.environment["DATABASE_URL"]) as connection:
        row = connection.execute(ABSORBED).fetchone()
    assert row is not None
    return int(row[0])
