"""`manage.py openadr`: keep the limits that a server of OpenADR 2.0b sends, until told to stop."""

import asyncio
import logging
import signal as signals
from argparse import ArgumentParser
from functools import partial
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from chargers.models import Site
from cpms.core.actors import Actor
from smartcharging.inputs.choices import LimitScope
from smartcharging.inputs.limits.signalling import signal_take
from smartcharging.meters import BadSettings
from smartcharging.meters.threads import in_thread
from smartcharging.models import Circuit
from smartcharging.signals import Plan, Signal, SignalError
from smartcharging.signals.registry import DRIVERS

logger = logging.getLogger(__name__)
PAUSE_FIRST_S: Final = 1.0
PAUSE_LAST_S: Final = 60.0


class Command(BaseCommand):
    """Runs in the foreground, one process a server; SIGTERM or Ctrl-C ends it."""

    help = (
        "Follow demand-response events of an OpenADR 2.0b server (VTN) at a site; needs the extra `openadr`"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="https://host/OpenADR2/Simple/2.0b")
        parser.add_argument("--site", required=True, help="its id, sit_...")
        parser.add_argument("--circuit", default="", help="id of a circuit; the root of the site unless told")
        parser.add_argument("--scope", default=LimitScope.ALL, choices=LimitScope.values)
        parser.add_argument("--ven", required=True, help="our name at the server")
        parser.add_argument("--source", default="OpenADR", help="what pages call the sender")
        parser.add_argument("--level", action="append", default=[], help="percent at a level, such as 1=70")
        for name in ("certificate", "key", "authority", "fingerprint"):
            parser.add_argument(f"--{name}", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        driver, written = DRIVERS["openadr"], {"ven": options["ven"], "levels": _levels(options["level"])}
        written |= {name: options[name] for name in ("certificate", "key", "authority", "fingerprint")}
        try:
            plan = Plan(options["source"], options["address"], driver.check(options["address"], written))
        except BadSettings as error:
            raise CommandError(str(error)) from None
        site, circuit = _place(options["site"], options["circuit"])
        actor = Actor(options["source"], source="signal")
        take = partial(
            signal_take, site, options["source"], actor=actor, circuit=circuit, scope=options["scope"]
        )
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        asyncio.run(_run(plan, take))


def _levels(told: list[str]) -> dict[str, float]:
    try:
        return {level: float(percent) for level, percent in (one.split("=") for one in told)}
    except ValueError:
        raise CommandError("a level is written 1=70") from None


def _place(site_id: str, circuit_id: str) -> tuple[Site, Circuit | None]:
    site = Site.objects.filter(public_id=site_id).first()
    if site is None:
        raise CommandError(f"there is no site {site_id[:60]}")
    circuit = Circuit.objects.filter(site=site, public_id=circuit_id).first() if circuit_id else None
    if circuit_id and circuit is None:
        raise CommandError(f"the site has no circuit {circuit_id[:60]}")
    return site, circuit


async def _run(plan: Plan, take: Any) -> None:
    """Listen, and begin again after growing pauses, until a signal of the system comes."""
    task = asyncio.current_task()
    assert task is not None
    for one in (signals.SIGTERM, signals.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, task.cancel)

    async def taken(told: Signal) -> bool:
        return await in_thread(take, told)

    pause_s = PAUSE_FIRST_S
    try:
        while True:
            try:
                await DRIVERS["openadr"].listen(plan, taken)
            except SignalError as error:
                logger.warning("%s", error)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, PAUSE_LAST_S)
    except asyncio.CancelledError:
        return
