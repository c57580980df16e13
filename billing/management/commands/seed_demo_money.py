"""`manage.py seed_demo_money`: tariffs and a paying fleet for the demo's organisations."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from billing.demo import seed_money
from billing.demo_signatures import seed_meter_keys


class Command(BaseCommand):
    """Can be run again: what exists stays."""

    help = "Give the demo's organisations tariffs; the worker then rates their sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            in_force, keys = seed_money(), seed_meter_keys()
        self.stdout.write(f"{in_force} tariffs in force, {keys} keys of meters")
