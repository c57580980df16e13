"""`manage.py rate_sessions`: rate now what the worker would rate by the clock."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from billing.services.ratings.follow import events_follow, sessions_sweep
from billing.services.ratings.running import estimates_refresh

# By hand there is time.
BUDGET = timedelta(hours=1)
MOST = 1_000_000


class Command(BaseCommand):
    """Can be run again, and beside the worker."""

    help = "Read the new events, rate every session that has no price yet, refresh the costs so far."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--most", type=int, default=MOST, help="so many missed sessions at most, newest first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        events = 0
        while read := events_follow():
            events += read
        looked_at = sessions_sweep(BUDGET, options["most"])
        self.stdout.write(f"{events} events, {looked_at} sessions rated, {estimates_refresh()} costs so far")
