"""The matrix is whole: every row has its tests or its reason, every test exists, the page says the same."""

import re
from functools import cache

from .frames import CASES
from .matrix import FIGURES, PAGE, PUBLISHED, ROOT, ROWS, page

LAST = 102


@cache
def functions(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", (ROOT / file).read_text(), re.MULTILINE))


def test_every_row_is_there_once() -> None:
    assert [row.number for row in ROWS] == list(range(1, LAST + 1))


def test_every_row_has_a_test_or_says_why_not() -> None:
    assert [row.name for row in ROWS if not row.tests and "not applicable" not in row.does] == []


def test_every_named_test_exists() -> None:
    """Here and in the slices that own the others."""
    named = [test for row in ROWS for test in row.tests] + [test for _, _, test in PUBLISHED]
    missing = [test for test in named if test.partition("::")[2] not in functions(test.partition("::")[0])]
    assert missing == []
    assert functions(FIGURES)


def test_every_row_of_frames_has_a_frame() -> None:
    played = {name.partition(" ")[0] for name in CASES}
    from_table = {row.name for row in ROWS if any("gets_its_one_answer" in test for test in row.tests)}
    assert from_table <= played


def test_the_page_is_the_tables() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.hostility.matrix"
