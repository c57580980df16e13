"""`manage.py simulate`: run simulated charging stations, or check what a run left behind."""

import asyncio
import signal
from argparse import ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from chargers.simulator.checker import check
from chargers.simulator.clock import Clock
from chargers.simulator.demo.fleet import run_demo
from chargers.simulator.driver import Mix
from chargers.simulator.enlist import enlist_stations, enlist_tags
from chargers.simulator.fleet import Fleet, Plan, Undelivered
from chargers.simulator.ledger import Ledger
from chargers.simulator.options import Options
from cpms.accounts.models import Organisation

PATIENCE_S = 90.0


class Command(BaseCommand):
    """Runs N stations for a while, lets everything finish, and compares its ledger with the database."""

    help = "Run simulated charging stations against a gateway"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", help="OCPP address without the identity (default: this installation's)")
        parser.add_argument("--stations", type=_number(int, 1, 10_000), default=10)
        parser.add_argument(
            "--organisation", metavar="SLUG", help="owner of the stations (default: the first)"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--speed", type=_number(float, 0.01, 10_000), default=60.0, help="times real time"
        )
        parser.add_argument("--duration", type=_number(float, 1, 864_000), default=60.0, help="real seconds")
        parser.add_argument(
            "--pace", type=_number(float, 1, 864_000), default=900.0, help="seconds of a visit"
        )
        parser.add_argument(
            "--meter-interval",
            type=_number(float, 1, 86_400),
            default=60.0,
            help="seconds between meter values",
        )
        parser.add_argument(
            "--reconnect",
            type=_number(float, 0.1, 3_600),
            default=30.0,
            metavar="SECONDS",
            help="longest pause before a station calls again",
        )
        parser.add_argument(
            "--patience",
            type=_number(float, 1, 86_400),
            default=PATIENCE_S,
            metavar="SECONDS",
            help="how long queues may take to empty at the end",
        )
        parser.add_argument("--ledger", type=Path, default=Path("var/simulation.jsonl"))
        parser.add_argument(
            "--faults",
            type=_mix,
            default=Mix(),
            metavar="NAME=SHARE,...",
            help="of offline, ground, duplicates, clocks; e.g. offline=0.1,duplicates=0.05 (default: none)",
        )
        parser.add_argument(
            "--check", type=Path, metavar="LEDGER", help="only compare a ledger with the database"
        )
        parser.add_argument("--demo", action="store_true", help="run the demo fleet until told to stop")

    def handle(self, *args: Any, **options: Any) -> None:
        url = options["url"] or settings.OCPP_PUBLIC_URL
        if options["check"]:
            self._check(options["check"])
        elif options["demo"]:
            self._demo(url)
        else:
            self._simulate(url, options)

    def _demo(self, url: str) -> None:
        try:
            run_demo(url)
        except ValueError as error:
            raise CommandError(str(error)) from None

    def _simulate(self, url: str, options: dict[str, Any]) -> None:
        path: Path = options["ledger"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        plan = self._plan(url, options)
        ledger = Ledger(path)
        try:
            asyncio.run(_run(plan, ledger, options["duration"], options["patience"]))
        except Undelivered as undelivered:
            raise CommandError(str(undelivered)) from None
        finally:
            ledger.close()
        self._check(path)

    def _plan(self, url: str, options: dict[str, Any]) -> Plan:
        organisation = self._organisation(options["organisation"])
        count, seed, speed = options["stations"], options["seed"], options["speed"]
        try:
            credentials = enlist_stations(organisation, count)
        except ValueError as error:
            raise CommandError(str(error)) from None
        uids = enlist_tags(organisation, count, seed)
        clock = Clock.ending_now(speed, options["duration"])
        # The database may go away and come back while the fleet runs.
        connection.close()
        longest_s = options["reconnect"]
        habits = Options(
            automatic=True,
            reconnect_min_s=min(1.0, longest_s / 4),
            reconnect_max_s=longest_s,
            meter_interval_s=options["meter_interval"],
        )
        return Plan(url, credentials, uids, seed, clock, options["faults"], habits, options["pace"])

    def _organisation(self, slug: str | None) -> Organisation:
        known = Organisation.objects.order_by("pk")
        found = known.filter(slug=slug).first() if slug else known.first()
        if found is None:
            raise CommandError(f"no organisation {slug!r}" if slug else "there is no organisation yet")
        return found

    def _check(self, path: Path) -> None:
        try:
            report = check(path)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(report.summary())
        if not report.is_clean:
            raise CommandError("the database does not say what happened")


async def _run(plan: Plan, ledger: Ledger, duration_s: float, patience_s: float) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Fleet(plan, ledger) as fleet:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), duration_s)
        await fleet.wind_down(patience_s)


def _mix(text: str) -> Mix:
    try:
        return Mix.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def _number(kind: Callable[[str], Any], lowest: float, highest: float) -> Callable[[str], Any]:
    """A type for argparse: a number within bounds."""

    def parse(text: str) -> Any:
        value = kind(text)
        if not lowest <= value <= highest:
            raise ArgumentTypeError(f"{text} is not between {lowest} and {highest}")
        return value

    parse.__name__ = kind.__name__
    return parse
