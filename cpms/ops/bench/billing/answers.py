"""Answers of the commands that other corpora are run through."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from cpms.ops.bench.ground import BenchError


def answers(command: str, paths: list[Path]) -> list[dict[str, Any]]:
    """What a command answers to files: one object a line. Raises `BenchError` where there are no files."""
    missing = [path for path in paths if not path.exists()]
    if missing or not paths:
        raise BenchError(f"no vectors at {missing[0] if missing else 'the data folder'}")
    written = StringIO()
    call_command(command, *map(str, paths), stdout=written)
    return [json.loads(line) for line in written.getvalue().splitlines()]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a `.jsonl` file. Raises `BenchError` where there is none."""
    if not path.exists():
        raise BenchError(f"no vectors at {path}")
    return [json.loads(line) for line in path.read_text().splitlines()]
