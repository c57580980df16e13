"""`make payments`: random payments against a PostgreSQL of their own, with kills, and the proof.

Exit code 0 only when every payment was captured for its exact price, once, given back once, and the books say the same.
"""

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path

import django

from cpms.ops.services import PrivateServices


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.billing.payments")
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--limit-s", type=float, default=7200.0, help="given up after so many seconds")
    parser.add_argument("--seed", type=int, default=random.randrange(10**8))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="payments-") as home:
        # Workers are killed, not the server: its durability is tested by `make faults`.
        services = PrivateServices(Path(home) / "services", given={}, durable=False)
        services.start()
        try:
            return run(chosen, Path(home), services.environment)
        finally:
            services.stop()
            services.forget()


def run(chosen: argparse.Namespace, home: Path, environment: dict[str, str]) -> int:
    """Migrate, play, say what came of it."""
    os.environ.update(environment | {"DJANGO_SETTINGS_MODULE": "cpms.settings.test"})
    django.setup()
    from django.core.management import call_command

    from tests.billing.books.campaign import Run

    from .campaign import payment_campaign, provider_at

    call_command("migrate", "--noinput", verbosity=0)
    provider_at(home / "provider.sqlite3")
    its = Run(home, environment["DATABASE_URL"], chosen.seed, chosen.kills, limit_s=chosen.limit_s)
    outcome = payment_campaign(its, chosen.trials, chosen.workers, batch=100)
    print(outcome, flush=True)
    return 0 if not outcome.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
