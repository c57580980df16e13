"""`manage.py meters`: read the meters of all sites until told to stop, without sharing power as `balance` does."""

import asyncio
import signal
from typing import Any

from django.core.management.base import BaseCommand

from smartcharging.inputs.metering.running import MeterReader


class Command(BaseCommand):
    """Runs in the foreground; SIGTERM or Ctrl-C ends it."""

    help = "Read site meters (HTTP, Modbus TCP, MQTT, charging stations) and keep what they say"

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(_run())


async def _run() -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stopping.set)
    await MeterReader().run(stopping)
