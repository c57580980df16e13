"""`python -m tests.billing.payments.worker JOB WORKER`: plays payments, and may be killed at any moment."""

import json
import sys
import time
from pathlib import Path

import django
import time_machine
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

RETRIES = 100


def main() -> None:
    job, number = json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2])
    django.setup()
    settings.FAKE_PAYMENTS = job["provider"]
    from billing.models import Account
    from chargers.models import ChargingStation
    from cpms.core import clock

    from .hands import Hands
    from .plan import trials

    progress = Path(job["home"]) / f"progress-{number}.json"
    place = json.loads(progress.read_text())["place"] if progress.exists() else 0
    mine = trials(job["seed"], job["trials"])[number :: job["workers"]]
    station = ChargingStation.objects.get(pk=job["station"])
    seed = f"{job['seed']} {number} {place} {time.time_ns()}"
    hands = Hands(station, Account.objects.get(pk=job["wallet"]), job["key"], seed)
    with time_machine.travel(clock.now(), tick=True) as traveller:
        while place < len(mine):
            _played(hands, mine[place : place + job["batch"]], traveller)
            place = min(len(mine), place + job["batch"])
            _note(progress, place, place >= len(mine))
    _note(progress, place, done=True)


def _played(hands: "Hands", batch: "list[Trial]", traveller: time_machine.Traveller) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Lost connections, deadlocks and lock time-outs are tried again."""
    for _ in range(RETRIES):
        try:
            return hands.play(batch, traveller)
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.05)
    raise SystemExit(f"given up after {RETRIES} attempts")


def _note(progress: Path, place: int, done: bool) -> None:
    """Written beside and moved, so that a kill leaves the old one or the new one."""
    beside = progress.with_suffix(".new")
    beside.write_text(json.dumps({"place": place, "outcomes": {"payments": place}, "done": done}))
    beside.replace(progress)


if __name__ == "__main__":
    main()
