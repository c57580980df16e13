"""What can happen to money, as events of the outbox. `subject` is the public id of the first word."""

from dataclasses import dataclass
from typing import ClassVar

from cpms.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceIssued(Event):
    """An invoice or credit note (`kind`) got its number, `code`."""

    type: ClassVar[str] = "invoice.issued"
    kind: str
    code: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksAlarm(Event):
    """The nightly check found books that do not agree with themselves: `check` says which, `detail` how."""

    type: ClassVar[str] = "books.alarm"
    check: str
    detail: str
