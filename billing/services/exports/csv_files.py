"""Rows as CSV, line by line, that no spreadsheet makes a formula of."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from billing.pricing.exact import ratio
from billing.pricing.rounding import minor_decimals, plain
from cpms.core.cells import harmless

_FIGURE: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class _Echo:
    """Where the writer writes: nowhere, it is the text that counts."""

    def write(self, text: str) -> str:
        return text


def csv_rows(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a file with this head; an empty cell where there is nothing."""
    writer = csv.writer(_Echo())
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow(["" if cell is None else _cell(str(cell)) for cell in row])


def _cell(text: str) -> str:
    """A figure as it is; of a text no spreadsheet makes a formula."""
    return text if _FIGURE.fullmatch(text) else harmless(text)


def in_usual_unit(minor: int | None, currency: str) -> str:
    """1190 minor units of EUR as `11.90`; "" for nothing."""
    return "" if minor is None else plain(ratio(minor, 10 ** minor_decimals(currency)))
