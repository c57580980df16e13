"""`make faults`: a thousand kills, or as many as KILLS says, of gateways, PostgreSQL, Redis and worker.

Exit code 0 only when no charge is lost, doubled or differs by a watt-hour.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from .campaign import campaign
from .rig import Rig

# The pace: so long a kill may take on average; a run that falls behind kills faster.
SECONDS_A_KILL = 1.3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**8))
    parser.add_argument("--stations", type=int, default=150)
    chosen = parser.parse_args()
    say(f"seed {chosen.seed}, {chosen.kills} kills, {chosen.stations} stations, two gateways")
    planned_s = max(30.0, chosen.kills * SECONDS_A_KILL)
    with tempfile.TemporaryDirectory(prefix="faults-") as home, Rig(Path(home), gateways=2) as rig:
        outcome = campaign(rig, chosen.kills, chosen.seed, chosen.stations, planned_s, say)
    print(outcome, flush=True)
    return 0 if outcome.clean else 1


def say(text: str) -> None:
    """A line with the time of day."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
