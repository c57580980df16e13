"""What the documents name is there."""

import re
from pathlib import Path

import pytest

from cpms.ops.local import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# A path in backticks that begins in one of our folders; what stands for any name in it is left out.
NAMED = re.compile(r"`((?:cpms|chargers|billing|smartcharging|tests|docs)/[\w./-]+)`")
LINKED = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_is_named_exists(document: Path) -> None:
    """Seen failing with modules that had become folders."""
    text = document.read_text()
    gone = [name for name in NAMED.findall(text) if not (ROOT / name).exists()]
    gone += [name for name in LINKED.findall(text) if not (document.parent / name).exists()]
    assert not gone


def test_something_is_named() -> None:
    assert sum(len(NAMED.findall(document.read_text())) for document in DOCUMENTS) > 40
