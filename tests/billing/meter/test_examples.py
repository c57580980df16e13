"""The examples of docs/algorithms/meter.md and the shared vectors give what is written beside them."""

import re
from typing import Any

import pytest

from billing.pricing.meter import clean
from billing.pricing.meter.document import read, session_of
from cpms.ops.local import ROOT
from tests.billing.meter.sessions import needs_shared, shared_lines

EXAMPLES = re.findall(r"```json\n(.+?)\n```", (ROOT / "docs/algorithms/meter.md").read_text())


def outcome(document: Any) -> dict[str, Any]:
    found = clean(session_of(document))
    return {
        "billable_wh": found.billable_wh,
        "flags": list(found.flags),
        "hold_for_review": found.hold,
    }


def expected(document: Any) -> dict[str, Any]:
    return {**document["expected"], "flags": sorted(document["expected"]["flags"])}


def test_the_document_has_examples() -> None:
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_documented_examples_hold(example: str) -> None:
    document = read(example)
    assert outcome(document) == expected(document)


@needs_shared
def test_the_shared_vectors_are_met_exactly() -> None:
    documents = [read(line) for line in shared_lines("tariffs/meter/meter_vectors.jsonl")]
    assert [(document["id"], outcome(document)) for document in documents] == [
        (document["id"], expected(document)) for document in documents
    ]
    assert len(documents) >= 12
