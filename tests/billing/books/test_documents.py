"""The worked examples of docs/algorithms are true."""

import json
import re
from collections import Counter
from decimal import Decimal

import pytest

from billing.books.facts import POSTINGS, TITLES, digest, facts_of, posting_of
from billing.books.lines import mirror, sum_minor
from billing.books.postings import PaidByWallet, Posting
from billing.books.totals import Item, totals
from cpms.ops.local import ROOT


def examples(document: str, kind: str) -> list[str]:
    text = (ROOT / f"docs/algorithms/{document}.md").read_text()
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


EXAMPLES = [*examples("ledger", "posting"), *examples("invoices", "posting")]


def told(example: str) -> Posting:
    kind, _, rest = example.splitlines()[0].partition(" ")
    facts, available = re.fullmatch(r"(.*?)(?: available (\d+))?", rest).groups()  # type: ignore[union-attr]
    posting = posting_of(kind, json.loads(facts))
    if available:
        assert isinstance(posting, PaidByWallet)
        return posting.resolved(int(available))
    return posting


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split(" ")[0])
def test_each_worked_posting_is_what_the_books_do(example: str) -> None:
    moved: Counter[str] = Counter()
    lines = told(example).lines()
    for line in lines:
        moved[line.code] += line.amount_minor
    expected = {code: int(minor) for code, minor in map(str.split, example.splitlines()[1:])}
    assert {code: minor for code, minor in moved.items() if minor} == expected
    assert sum_minor(lines) == 0
    assert sum_minor((*lines, *mirror(lines))) == 0


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split(" ")[0])
def test_facts_give_the_posting_they_were_made_of(example: str) -> None:
    posting = told(example)
    again = posting_of(posting.kind, json.loads(json.dumps(facts_of(posting))))
    assert again == posting
    assert digest(again, at="noon") == digest(posting, at="noon") != digest(posting, at="later")


def test_every_posting_has_words_and_nearly_all_an_example() -> None:
    assert POSTINGS.keys() == TITLES.keys()
    shown = {example.split(" ")[0] for example in EXAMPLES}
    assert POSTINGS.keys() - shown == {"top_up", "dispute_won", "dispute_lost"}


@pytest.mark.parametrize("example", examples("invoices", "totals"))
def test_each_worked_invoice_adds_up_as_written(example: str) -> None:
    rows = [line.split() for line in example.splitlines()]
    items = [Item(int(row[1]), row[2], Decimal(row[3])) for row in rows if row[0] == "gross"]
    made = totals(items)
    figures = dict(zip(rows[-2][1::2], map(int, rows[-2][2::2]), strict=True))
    assert figures == {
        "net": made.net_minor,
        "tax": made.tax_minor,
        "rounding": made.rounding_minor,
        "payable": made.payable_minor,
    }
    assert list(made.nets_minor) == [int(net) for net in rows[-1][1:]]


@pytest.mark.parametrize("rate", ["0", "2.1", "7", "19", "20", "25.5", "27", "99"])
def test_totals_hold_for_every_sum(rate: str) -> None:
    """BR-CO-10, BR-CO-15, BR-CO-16 and the bound of the rounding, for all small sums in one, two and five lines."""
    for gross in range(400):
        for parts in ([gross], [gross // 2, gross - gross // 2], [gross, -7, 13, 1, 1]):
            made = totals([Item(part, "S", Decimal(rate)) for part in parts])
            assert made.payable_minor == sum(parts)
            assert sum(made.nets_minor) == made.net_minor
            assert abs(made.rounding_minor) <= 1
            exact = [Decimal(part) / (1 + Decimal(rate) / 100) for part in parts]
            assert all(abs(net - its) <= 1 for net, its in zip(made.nets_minor, exact, strict=True))
