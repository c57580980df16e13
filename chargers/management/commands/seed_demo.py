"""`manage.py seed_demo`: the demo's organisations, people, stations, cards and ninety days of history."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from chargers.models import Transaction
from chargers.simulator.demo.cast import DRIVER_EMAIL, OPERATORS, SPARES, parts
from chargers.simulator.demo.files import seed_files
from chargers.simulator.demo.history import write_history
from chargers.simulator.demo.oddities import write_oddities
from chargers.simulator.demo.stage import email, organisation_of, set_stage
from chargers.simulator.demo.store import Secrets, default_folder
from chargers.simulator.visits import recorded
from cpms.accounts.roles import Role
from cpms.core import clock


class Command(BaseCommand):
    """Can be run again: what exists stays, and the same sign-ins are printed."""

    help = "Fill the database with demo data"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
        parser.add_argument("--folder", type=Path, help="where passwords are kept (default: var)")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"] or default_folder()
        try:
            kept = Secrets.load(folder)
        except ValueError as error:
            raise CommandError(str(error)) from None
        self._fill(kept)
        kept.save(folder)
        self._tell(kept, options["json"])

    @transaction.atomic
    def _fill(self, kept: Secrets) -> None:
        visits = recorded()
        cast = parts(visits)
        set_stage(cast, kept)
        first = next(part for part in cast if part.version == "1.6")
        seed_files(organisation_of(first.operator), first.identity)
        if not Transaction.objects.exists():
            count = write_history(cast, visits, clock.now())
            write_oddities(cast, clock.now())
            self.stdout.write(f"{count} transactions of the last 90 days")

    def _tell(self, kept: Secrets, as_json: bool) -> None:
        signs = [(role, email(operator, role)) for operator in OPERATORS for role in Role]
        users = [
            {"role": role.value, "email": address, "password": kept.passwords[address]}
            for role, address in signs
        ]
        stations = [
            {"identity": identity, "password": kept.passwords[identity], "version": version}
            for identity, version in SPARES
        ]
        drivers = [{"email": DRIVER_EMAIL, "password": kept.passwords[DRIVER_EMAIL]}]
        if as_json:
            told = {"api_key": kept.api_key, "users": users, "drivers": drivers, "stations": stations}
            self.stdout.write(json.dumps(told))
            return
        for user in users:
            self.stdout.write(f"{user['role']:10} {user['email']:28} {user['password']}")
        for driver in drivers:
            self.stdout.write(f"{'driver':10} {driver['email']:28} {driver['password']}")
