"""`manage.py composite`: answers the cases of a file of composite schedule vectors, one JSON object a line."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from smartcharging.engine.composite.operations import fault
from smartcharging.engine.composite.vectors import Answer, answer_validation, answer_vector, read_cases
from smartcharging.engine.node import Node, ReadError


class Command(BaseCommand):
    """Answer vectors with `{"id", "A", "W"}` and validation cases with `{"id", "status", "reason"}`."""

    help = "Composite schedules of a file of vectors, one JSON object a line"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file in the shape of composite_vectors.json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            vectors, validations = read_cases(_decoded(options["file"]))
        except ReadError as error:
            raise CommandError(f"{options['file']}: {error}") from None
        unanswered = [self._answer(answer_vector, vector) for vector in vectors]
        unanswered += [self._answer(answer_validation, case) for case in validations]
        if any(unanswered):
            raise CommandError(f"{options['file']}: {sum(unanswered)} cases cannot be answered")

    def _answer(self, answer: Callable[[Node], Answer], case: Node) -> bool:
        """Writes one line; True when there is no answer. What is wrong goes to the error output."""
        try:
            self.stdout.write(json.dumps(answer(case)))
        except ReadError as error:
            self.stderr.write(str(error))
            return True
        if problem := fault(case):
            self.stderr.write(problem)
        return False


def _decoded(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"), parse_float=Decimal)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    except ValueError as error:
        raise CommandError(f"{file}: is not JSON: {error}") from None
