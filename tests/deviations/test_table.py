"""Every row of the table of field deviations has a test of its own number."""

import re
from pathlib import Path

ROWS = 58
NAME = re.compile(r"^def test_deviation_(\d\d)_", re.MULTILINE)


def test_every_row_of_the_table_has_a_test() -> None:
    """Neither one too few nor one too many."""
    numbers = {
        int(number)
        for file in Path(__file__).parent.glob("test_*.py")
        for number in NAME.findall(file.read_text())
    }
    assert numbers == set(range(1, ROWS + 1))
