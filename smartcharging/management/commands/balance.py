"""`manage.py balance`: share the power of all managed sites, until it is stopped."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand

from cpms.ops.probe import BALANCE_BEAT
from smartcharging.balancing.loop import Loop


class Command(BaseCommand):
    """Several may run: each site has one owner at a time."""

    help = "Share the power of all managed sites among their chargers, until it is stopped"
    # The pages are none of its business.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        await Loop(beat=BALANCE_BEAT).run()
