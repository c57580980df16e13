"""`manage.py seed_demo_money`: tariffs and a paying fleet for the demo's organisations."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from billing.demo import seed_money


class Command(BaseCommand):
    """Can be run again: what exists stays."""

    help = "Give the demo's organisations tariffs; the worker then rates their sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            in_force = seed_money()
        self.stdout.write(f"{in_force} tariffs in force")
