"""`manage.py up`: the whole product as one process tree."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cpms.ops.supervisor.__main__ import main


class Command(BaseCommand):
    """Private servers, migrations, first data, web, gateway, worker and (with --demo) a simulated fleet."""

    help = "Run the whole product until Ctrl-C; HOST, PORT and OCPP_PORT say where it listens"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="demo data and a simulated fleet")

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(main(demo=options["demo"]))
