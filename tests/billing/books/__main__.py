"""`make books`: random events and many issuers against a PostgreSQL of their own, with kills, and the proof.

Exit code 0 only when the books are sound: sums zero, wallets equal to their lines, one final charge a session, the same
books in another order, and invoice numbers without a gap.
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
    parser = argparse.ArgumentParser(prog="python -m tests.billing.books")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--invoices", type=int, default=10_000)
    parser.add_argument("--issuers", type=int, default=50)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--limit-s", type=float, default=7200.0, help="given up after so many seconds")
    parser.add_argument("--seed", type=int, default=random.randrange(10**8))
    parser.add_argument("--replay", action="store_true", help="tell the events to other books as well")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="books-") as home:
        # Workers are killed, not the server: its durability is tested by `make faults`.
        services = PrivateServices(Path(home) / "services", given={}, durable=False)
        services.start()
        try:
            return run(chosen, Path(home), services.environment)
        finally:
            services.stop()
            services.forget()


def run(chosen: argparse.Namespace, home: Path, environment: dict[str, str]) -> int:
    """Migrate, let both campaigns run, say what came of them."""
    os.environ.update(environment | {"DJANGO_SETTINGS_MODULE": "cpms.settings.test"})
    django.setup()
    from django.core.management import call_command

    from .campaign import Run, invoice_campaign, post_campaign

    call_command("migrate", "--noinput", verbosity=0)
    url = environment["DATABASE_URL"]
    clean = True
    for task, number in (("post", chosen.events), ("issue", chosen.invoices)):
        place = home / task
        place.mkdir()
        its = Run(place, url, chosen.seed, chosen.kills, limit_s=chosen.limit_s)
        if number and task == "post":
            outcome = post_campaign(its, number, chosen.workers, chosen.replay)
        elif number:
            outcome = invoice_campaign(its, number, chosen.issuers, threads=max(1, chosen.issuers // 5))
        else:
            continue
        print(outcome, flush=True)
        clean = clean and not outcome.wrong
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
