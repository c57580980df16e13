"""The bad-input matrix: every row B1 to B102 (`matrix.txt`) with what it must get, what it gets, and its tests.

`python -m tests.hostility.matrix` writes `docs/reference/bad-input.md`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs/reference/bad-input.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `tests` are files and functions; a row without any says in `does` why it cannot occur here."""

    number: int
    given: str
    required: str
    does: str
    tests: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"B{self.number}"


def _read(line: str) -> Row:
    name, given, required, does, tests = (field.strip() for field in line.split(" | "))
    named = () if tests == "-" else tuple(f"tests/{test}" for test in tests.split())
    return Row(int(name.removeprefix("B")), given, required, does, named)


ROWS: Final = tuple(
    _read(line) for line in Path(__file__).with_name("matrix.txt").read_text().splitlines() if line[0] == "B"
)

PUBLISHED: Final = (
    ("T-AUTH", "no socket without the right credentials, whatever the spelling of the address",
     "tests/hostility/test_published.py::test_t_auth_nothing_but_the_right_credentials_opens_a_socket"),
    ("T-RATE", "guessing is slow, and the station gets in meanwhile",
     "tests/gateway/test_security.py::test_guessing_costs_little_and_the_right_key_gets_in_meanwhile"),
    ("T-DUP", "nobody is displaced without credentials",
     "tests/hostility/test_published.py::test_t_dup_a_newcomer_without_credentials_displaces_nobody"),
    ("T-DUP", "the station itself comes back, whether its old socket lives or not",
     "tests/hostility/test_published.py::test_t_dup_the_station_itself_comes_back_and_its_session_is_whole"),
    ("T-PROFILE", "the stored security profile is a floor",
     "tests/gateway/test_profiles.py::test_a_station_that_must_use_tls_is_refused_without"),
    ("T-IDLEAK", "no public address tells an identity",
     "tests/hostility/test_published.py::test_t_idleak_no_public_address_tells_an_identity"),
    ("T-IDLEAK", "known and unknown ids look the same",
     "tests/hostility/test_published.py::test_t_idleak_known_and_unknown_ids_look_the_same"),
)  # fmt: skip

FIGURES: Final = "tests/hostility/test_figures.py"

HEAD = """# Bad input: what a charger may try, and what it gets

Each row is played against the running gateway. Around every one of them the same process lives on, another
charger's socket stays open and is answered promptly, and nothing the hostile one says is in the log.

This page is written by `python -m tests.hostility.matrix`; a test fails when it is not what the table says, when a
row is missing, or when a test named here does not exist. What each guard's test was seen to catch, when the code was
broken on purpose, stands in its docstring.

| Row | Input | Required | What we do | Tests |
| --- | --- | --- | --- | --- |
"""
MIDDLE = """
## Published vulnerabilities of other systems

| Test | What is shown | Where |
| --- | --- | --- |
"""
TAIL = """
## What hostility costs

Printed by `python -m pytest -s tests/hostility/test_figures.py`, on two cores that were busy with other work:

| Goal | Asked for | Seen |
| --- | --- | --- |
| G8: p95 of another charger's answers while a hostile one sends all it may | at most +20 % | +10 to +13 % |
| G9: CPU for the largest frame that passes, 500 rows stored | 50 ms | 3 to 47 ms |
| G9: memory more at the peak | 5 MB | 0 to 4 MB |
"""


def page() -> str:
    """The page as Markdown."""
    rows = "".join(
        f"| {row.name} | {row.given} | {row.required} | {row.does} | {_links(row.tests)} |\n" for row in ROWS
    )
    shown = "".join(f"| {name} | {what} | {_links((test,))} |\n" for name, what, test in PUBLISHED)
    return HEAD + rows + MIDDLE + shown + TAIL


def _links(tests: tuple[str, ...]) -> str:
    return "<br>".join(f"`{test.partition('::')[2]}`" for test in tests) or "–"


if __name__ == "__main__":
    PAGE.write_text(page())
