"""The certification document is that of the cases that exist."""

from .cases import CASES
from .record import DOCUMENT, Record, checks, node_ids


def test_every_case_has_one_test_that_says_what_it_checks() -> None:
    said = checks()
    assert sorted(said) == sorted(CASES)
    assert [case for case, text in said.items() if len(text) < 20] == []


def test_the_document_shows_every_case_passed_as_it_is_tested_now() -> None:
    """After a change here: `make certification`."""
    record = Record()
    for case, node_id in node_ids().items():
        record.note(case, node_id, passed=True)
    assert DOCUMENT.read_text() == record.document()


def test_a_failed_case_and_one_that_was_not_run_are_not_called_passed() -> None:
    record = Record()
    record.note("001", "x/test_a.py::test_tc_001_cold_boot", passed=True)
    record.note("001", "x/test_a.py::test_tc_001_cold_boot", passed=False)
    text = record.document()
    assert "`test_a.py::test_tc_001_cold_boot` | failed |" in text
    assert text.count("| not run |") == len(CASES) - 1
    assert f"0 of {len(CASES)} passed" in text
