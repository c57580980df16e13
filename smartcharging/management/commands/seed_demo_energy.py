"""`manage.py seed_demo_energy`: circuits, meters and shared power for the demo's sites."""

from typing import Any

from django.core.management.base import BaseCommand

from smartcharging.demo import seed_energy


class Command(BaseCommand):
    """Can be run again: what exists stays."""

    help = "Describe how the demo's sites are wired, and share their power; after seed_demo."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{seed_energy()} circuits")
