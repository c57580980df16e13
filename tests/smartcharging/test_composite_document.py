"""The examples of docs/algorithms/composite.md are what the engine answers."""

import json
import re
from typing import Any

import pytest

from cpms.ops.local import ROOT
from smartcharging.engine.composite.vectors import answer_validation, answer_vector
from smartcharging.engine.node import Node

TEXT = (ROOT / "docs/algorithms/composite.md").read_text()
EXAMPLES: list[dict[str, Any]] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.S)]
VECTORS = [one for one in EXAMPLES if "expected" in one]
VALIDATIONS = [one for one in EXAMPLES if "answer" in one]


def test_the_document_has_examples_of_both_kinds() -> None:
    assert (len(VECTORS), len(VALIDATIONS)) == (4, 1)
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("example", VECTORS, ids=[one["id"] for one in VECTORS])
def test_an_example_is_what_follows(example: dict[str, Any]) -> None:
    assert answer_vector(Node(example, "example")) == {"id": example["id"]} | example["expected"]


@pytest.mark.parametrize("example", VALIDATIONS, ids=[one["id"] for one in VALIDATIONS])
def test_a_refusal_is_what_follows(example: dict[str, Any]) -> None:
    assert answer_validation(Node(example, "example")) == {"id": example["id"]} | example["answer"]


def test_the_first_edition_takes_what_the_document_says_it_takes() -> None:
    assert answer_validation(Node(VALIDATIONS[0] | {"ocpp": "1.6"}, "example"))["status"] == "Accepted"
