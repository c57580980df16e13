"""The worked examples of docs/algorithms are true."""

import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from billing.books.cycles import Cycle, Invoiced, to_credit, whole_until
from billing.books.facts import POSTINGS, TITLES, digest, facts_of, posting_of
from billing.books.lines import amount, mirror, sum_minor
from billing.books.postings import PaidByWallet, Posting
from billing.books.totals import Item, totals
from billing.einvoice.cii import cii
from billing.einvoice.ubl import ubl
from cpms.ops.local import ROOT
from tests.billing.einvoice.test_rules import made


def examples(document: str, kind: str) -> list[str]:
    text = (ROOT / f"docs/algorithms/{document}.md").read_text()
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


EXAMPLES = [text for name in ("ledger", "invoices", "settlements") for text in examples(name, "posting")]


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
    sums = totals(items)
    figures = dict(zip(rows[-2][1::2], map(int, rows[-2][2::2]), strict=True))
    assert figures == {
        "net": sums.net_minor,
        "tax": sums.tax_minor,
        "rounding": sums.rounding_minor,
        "payable": sums.payable_minor,
    }
    assert list(sums.nets_minor) == [int(net) for net in rows[-1][1:]]


@pytest.mark.parametrize("rate", ["0", "2.1", "7", "19", "20", "25.5", "27", "99"])
def test_totals_hold_for_every_sum(rate: str) -> None:
    """BR-CO-10, BR-CO-15, BR-CO-16 and the bound of the rounding, for all small sums in one, two and five lines."""
    for gross in range(400):
        for parts in ([gross], [gross // 2, gross - gross // 2], [gross, -7, 13, 1, 1]):
            sums = totals([Item(part, "S", Decimal(rate)) for part in parts])
            assert sums.payable_minor == sum(parts)
            assert sum(sums.nets_minor) == sums.net_minor
            assert abs(sums.rounding_minor) <= 1
            exact = [Decimal(part) / (1 + Decimal(rate) / 100) for part in parts]
            assert all(abs(net - its) <= 1 for net, its in zip(sums.nets_minor, exact, strict=True))


@pytest.mark.parametrize(
    "example", [line for text in examples("invoices", "cycle") for line in text.splitlines()]
)
def test_each_worked_cycle_ends_as_written(example: str) -> None:
    cycle, today, _, first = example.split()
    assert whole_until(Cycle(cycle), date.fromisoformat(today)) == date.fromisoformat(first)


@pytest.mark.parametrize("example", examples("invoices", "credits"))
def test_each_worked_credit_is_what_is_missing(example: str) -> None:
    rows = [line.split() for line in example.splitlines()]
    lines = [
        Invoiced(int(row[1]), row[2], row[3], int(row[4]), int(row[6]), row[7] == "stands")
        for row in rows
        if row[0] == "line"
    ]
    refunded = {row[1]: amount(int(row[2]), int(row[3]), row[4]) for row in rows if row[0] == "refunded"}
    expected = dict(zip(map(int, rows[-1][1::2]), map(int, rows[-1][2::2]), strict=True))
    assert to_credit(lines, refunded) == expected


@pytest.mark.parametrize("example", examples("invoices", "einvoice"))
def test_each_worked_electronic_invoice_has_the_sums_as_written(example: str) -> None:
    first, *written = [line.split() for line in example.splitlines()]
    document = made([Item(int(first[1]), first[2], Decimal(first[3]))])
    for syntax, *figures in written:
        xml = {"ubl": ubl, "cii": cii}[syntax](document).decode()
        for name, value in zip(figures[::2], figures[1::2], strict=True):
            assert re.search(rf":{name}[^>]*>{re.escape(value)}<", xml), (syntax, name)
