"""`manage.py messages`: the texts of the driver pages and their translations."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpms.ops.translations import findings, languages, renew


class Command(BaseCommand):
    """Renews and compiles the catalogues; with --check it only says what is missing. Exit code 1 if something is."""

    help = "Gather the texts of the driver pages into cpms/locale and compile them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            for language in languages():
                renew(language)
        found = [finding for language in languages() for finding in findings(language)]
        for finding in found:
            self.stdout.write(f"{finding.language}: {finding.text!r} {finding.problem}")
        if found:
            raise CommandError(f"{len(found)} texts need a hand")
