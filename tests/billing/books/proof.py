"""What must be true of the books, however they came about."""

import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from billing.books.facts import posting_of
from billing.books.lines import Line, mirror
from billing.choices import REVERSAL
from billing.models import JournalEntry, JournalLine, LedgerBalance
from billing.services.books.ledger import Heading, entry_post, mirror_post
from cpms.accounts.models import Organisation

Books = Counter[tuple[str, str]]
"""The sum of each ledger account and tax code."""


def stored(organisation_id: int) -> Books:
    """The books as their lines have them."""
    rows = JournalLine.objects.filter(entry__organisation_id=organisation_id)
    sums = rows.order_by().values_list("ledger_account__code", "tax_code").annotate(total=Sum("amount_minor"))
    return Counter({(code, tax): total for code, tax, total in sums if total})


def balances(organisation_id: int) -> Counter[str]:
    """The running balances."""
    rows = LedgerBalance.objects.filter(ledger_account__organisation_id=organisation_id)
    sums = rows.values_list("ledger_account__code").annotate(total=Sum("amount_minor"))
    return Counter({code: total for code, total in sums if total})


def by_code(books: Books) -> Counter[str]:
    """The same without tax codes."""
    sums: Counter[str] = Counter()
    for (code, _), total in books.items():
        sums[code] += total
    return Counter({code: total for code, total in sums.items() if total})


def replayed(organisation_id: int, rng: random.Random) -> Books:
    """The books that the facts of all entries give in another order, by the pure postings alone."""
    rows = JournalEntry.objects.filter(organisation_id=organisation_id).select_related("reverses")
    entries = list(rows.only("kind", "facts", "reverses__kind", "reverses__facts"))
    rng.shuffle(entries)
    sums: Books = Counter()
    for entry in entries:
        for line in lines_of_facts(entry):
            sums[line.code, line.tax_code] += line.amount_minor
    return Counter({key: total for key, total in sums.items() if total})


def lines_of_facts(entry: JournalEntry) -> tuple[Line, ...]:
    """An entry's lines, composed again from its facts."""
    if entry.kind == REVERSAL:
        assert entry.reverses is not None
        return mirror(posting_of(entry.reverses.kind, entry.reverses.facts).lines())
    return posting_of(entry.kind, entry.facts).lines()


@dataclass
class Mirror:
    """Other books that are told the accepted events of the first ones in another order, each up to three times."""

    organisation: Organisation
    names: dict[str, str]

    def translated(self, entry: JournalEntry) -> dict[str, object]:
        text = json.dumps(entry.facts)
        for ours, theirs in self.names.items():
            text = text.replace(ours, theirs)
        return json.loads(text)  # type: ignore[no-any-return]

    def tell(self, entry: JournalEntry, at: datetime) -> None:
        """Post what the entry says, or take back what it takes back."""
        if entry.kind == REVERSAL:
            assert entry.reverses is not None
            taken_back = JournalEntry.objects.get(organisation=self.organisation, key=entry.reverses.key)
            with transaction.atomic():
                mirror_post(taken_back, at, "replayed")
        else:
            posting = posting_of(entry.kind, self.translated(entry))
            entry_post(self.organisation.pk, posting, Heading(entry.key, entry.currency, at, entry.source))

    def books(self) -> Books:
        """Its books under the names of the first ones."""
        back = {theirs: ours for ours, theirs in self.names.items()}
        sums: Books = Counter()
        for (code, tax), total in stored(self.organisation.pk).items():
            purpose, _, owner = code.partition("/")
            sums[f"{purpose}/{back.get(owner, owner)}" if owner else code, tax] = total
        return sums


def order_of_replay(entries: list[JournalEntry], rng: random.Random) -> list[JournalEntry]:
    """Any order, with repeats far away; only a mirror stays behind what it takes back."""
    first = {entry.pk: rng.random() for entry in entries}
    for entry in entries:
        if entry.reverses_id:
            first[entry.pk] = first[entry.reverses_id] + rng.random()
    told = [
        (first[entry.pk] + n * rng.random(), entry.pk, entry)
        for entry in entries
        for n in range(rng.choice((1, 2, 3)))
    ]
    return [entry for _, _, entry in sorted(told, key=lambda each: each[:2])]
