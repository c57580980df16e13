"""`manage.py up`: the whole product as one process tree."""

import asyncio
import errno
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cpms.ops.local import ROOT, VAR, local_environment
from cpms.ops.services import ServiceError
from cpms.ops.supervisor import announce, preflight
from cpms.ops.supervisor.child import ChildError
from cpms.ops.supervisor.plan import Addresses
from cpms.ops.supervisor.supervisor import Product, Supervisor


class Command(BaseCommand):
    """Private servers, migrations, first data, web, gateway, worker and (with --demo) a simulated fleet."""

    help = "Run the whole product until Ctrl-C; HOST, PORT and OCPP_PORT say where it listens"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="demo data and a simulated fleet")

    def handle(self, *args: Any, **options: Any) -> None:
        addresses = Addresses(
            os.environ.get("HOST") or "127.0.0.1", _port("PORT", 8000), _port("OCPP_PORT", 9000)
        )
        try:
            with preflight.only_one(VAR):
                preflight.check(addresses, VAR)
                self._run(Product(ROOT, VAR, addresses, local_environment(), demo=options["demo"]))
        except (ServiceError, ChildError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(_disk_message(error)) from error

    def _run(self, product: Product) -> None:
        def ready(data: dict[str, Any]) -> None:
            content = announce.remember(product.var, product.addresses, data)
            self._say(announce.welcome(product.addresses, content))

        asyncio.run(Supervisor(product, self._say).run(ready))

    def _say(self, message: str) -> None:
        self.stdout.write(message)
        self.stdout.flush()


def _port(variable: str, default: int) -> int:
    value = os.environ.get(variable) or str(default)
    if not value.isdecimal():
        raise CommandError(f"{variable}={value}: a port is a number between 1 and 65535")
    return int(value)


def _disk_message(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"the disk is full: {error.filename or VAR} cannot be written"
    return str(error)
