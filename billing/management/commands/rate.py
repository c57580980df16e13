"""`manage.py rate PATH...`: what CDRs and raw sessions cost, one JSON object a line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from billing.rating_files import results


class Command(BaseCommand):
    """Prints a line for each input in its order; what cannot be rated says where and why, and the rest goes on."""

    requires_system_checks = []
    help = (
        "Rate folders with cdr.json (and tariff.json, expected.json for its time_zone), session files and .jsonl "
        "files of sessions. Each gives one line of JSON: id, totals, periods, breakdown; or id and error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="+")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["path"]:
            for result in results(path):
                self.stdout.write(json.dumps(result))
