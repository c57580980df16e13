"""`manage.py seed_demo_money`: tariffs and a paying fleet for the demo's organisations."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from billing.demo.companies import seed_companies
from billing.demo.prices import seed_money
from billing.demo.signatures import seed_meter_keys
from billing.demo.vouchers import seed_vouchers


class Command(BaseCommand):
    """Can be run again: what exists stays."""

    help = "Give the demo's organisations tariffs; the worker then rates their sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            in_force, keys, invoices = seed_money(), seed_meter_keys(), seed_companies()
            campaigns = seed_vouchers()
        told = (
            f"{in_force} tariffs in force, {keys} keys of meters, {invoices} invoices, {campaigns} campaigns"
        )
        self.stdout.write(told)
