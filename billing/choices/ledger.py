"""Words for entries and ledger accounts; what they do to money is in `billing.books`."""

from billing.books.chart import Kind, Purpose
from billing.books.facts import TITLES

REVERSAL = "reversal"
ENTRY_KINDS = [*TITLES.items(), (REVERSAL, "Taken back")]
LEDGER_KINDS = [(kind.value, kind.value.capitalize()) for kind in Kind]
LEDGER_PURPOSES = [(purpose.value, purpose.value.replace("_", " ").capitalize()) for purpose in Purpose]
