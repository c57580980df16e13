"""`manage.py seed_demo_payments`: payments at the fake provider for the demo's organisations."""

from typing import Any

from django.core.management.base import BaseCommand

from billing.demo_payments import seed_payments


class Command(BaseCommand):
    """Can be run again: what exists stays. Without the fake provider it does nothing."""

    help = "Let drivers of the demo pay at the fake provider; after seed_demo_money."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{seed_payments()} payments")
