"""Tables that come in as CSV: a header line, then rows; bounded, and every fault named by its line."""

import csv
import io
from collections.abc import Iterator

from rest_framework.exceptions import ParseError

MAX_COLUMNS = 50


def read_table(text: str) -> list[dict[str, str]]:
    """The rows as `{column: text}`, columns in lower case, empty cells left out. Raises ParseError."""
    if "\0" in text:
        raise ParseError("the table contains a NUL character")
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        raise ParseError(f"not CSV: {error}") from None
    if not lines:
        raise ParseError("the table is empty: the first line names the columns")
    return list(_rows(_header(lines[0]), lines[1:]))


def _delimiter(text: str) -> str:
    """Spreadsheets of many countries write semicolons."""
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if len(names) > MAX_COLUMNS:
        raise ParseError(f"line 1: more than {MAX_COLUMNS} columns")
    double = next((n for n in names if names.count(n) > 1), None)
    if double is not None:
        raise ParseError(f"line 1: the column {double[:60]!r} is there twice")
    return names


def _rows(names: list[str], lines: list[list[str]]) -> Iterator[dict[str, str]]:
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            raise ParseError(f"line {number}: {len(cells)} cells for {len(names)} columns")
        yield {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
