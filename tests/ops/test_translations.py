"""The driver pages are whole in every language, and what is compiled is what is written down."""

import pytest

from cpms.ops.translations import catalogue, compiled, findings, languages, po_path

pytestmark = pytest.mark.parametrize("language", languages())


def test_every_text_is_translated_with_its_placeholders_and_none_is_left_over(language: str) -> None:
    assert [f"{found.text}: {found.problem}" for found in findings(language)] == []


def test_what_is_compiled_is_what_is_written_down(language: str) -> None:
    assert po_path(language).with_suffix(".mo").read_bytes() == compiled(catalogue(language))
