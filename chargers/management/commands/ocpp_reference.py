"""`manage.py ocpp_reference`: write the table of all messages, their handlers and tests."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chargers.ocpp.reference import REFERENCES
from cpms.ops.local import ROOT


class Command(BaseCommand):
    """Writes each table, or with --check says which is out of date."""

    help = "Write docs/reference/ocpp-*.md from the code and its tests"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when a file is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for reference in REFERENCES:
            path, text = ROOT / reference.DOCUMENT, reference.document(ROOT)
            if path.is_file() and path.read_text() == text:
                continue
            if options["check"]:
                raise CommandError(f"{reference.DOCUMENT} is out of date: manage.py ocpp_reference")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            self.stdout.write(f"wrote {reference.DOCUMENT}")
