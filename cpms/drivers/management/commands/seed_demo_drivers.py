"""`manage.py seed_demo_drivers`: a driver with a wallet at the fake provider, for the demo's organisations."""

from typing import Any

from django.core.management.base import BaseCommand

from cpms.drivers.demo import seed_drivers


class Command(BaseCommand):
    """Can be run again: what exists stays. Without the fake provider it does nothing."""

    help = "Let the demo's driver charge from a wallet; after seed_demo_money."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{seed_drivers()} drivers")
