"""Commands that read files of JSON lines and answer each line by one."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import orjson
from django.core.management.base import BaseCommand, CommandParser

# Longer lines are not read: no meter has that much to say of one session.
MAX_LINE_CHARACTERS = 4_000_000


class JsonLinesCommand(BaseCommand):
    """One JSON object a line on standard output, in order of input, nothing else; the exit code is 0."""

    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="FILE.jsonl", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["paths"]:
            for answer in self._answers(path):
                self.stdout.write(orjson.dumps(answer).decode())

    @abstractmethod
    def answer(self, line: str, place: str) -> dict[str, Any]:
        """What is said of one line, `place` being its number; bad input is answered, too."""

    @abstractmethod
    def refusal(self, name: Any, place: str, problem: str) -> dict[str, Any]:
        """The answer to what cannot be read."""

    def _answers(self, path: Path) -> Iterator[dict[str, Any]]:
        try:
            # Bytes that are no UTF-8 stay what they are: one wrong line refuses itself, not the file. Some editors
            # put a byte order mark before the first line.
            with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
                for number, line in enumerate(_lines(file), 1):
                    if line is None:
                        yield self.refusal(None, f"line {number}", "is too long")
                    elif line.strip():
                        yield self.answer(line, f"line {number}")
        except OSError as error:
            name = str(printable(str(path)))
            yield self.refusal(name, name, f"cannot be read: {error.strerror}")


def _lines(file: TextIO) -> Iterator[str | None]:
    """The lines of a file, None for one that is too long."""
    while line := file.readline(MAX_LINE_CHARACTERS):
        is_whole = line.endswith("\n") or len(line) < MAX_LINE_CHARACTERS
        yield line if is_whole else None
        while not is_whole and (rest := file.readline(MAX_LINE_CHARACTERS)):
            is_whole = rest.endswith("\n")


def printable(value: Any) -> str | int | None:
    """An id or a sentence as it can be printed: what is no name and no Unicode is shown as text."""
    if value is None or (isinstance(value, int) and abs(value) < 2**53):
        return value
    return str(value)[:200].encode("utf-8", "replace").decode()
