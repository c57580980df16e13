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


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRated(Event):
    """A session has an outcome, or one was decided: `state` is that of `rating`; the subject is the transaction."""

    type: ClassVar[str] = "session.rated"
    rating: str
    state: str
    gross_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentChanged(Event):
    """A payment reached a state; amounts in minor units of `currency`."""

    type: ClassVar[str] = "payment.changed"
    state: str
    currency: str
    authorised_minor: int
    captured_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAlarm(Event):
    """Money of a payment needs somebody's eye: `what` is one word, `detail` a sentence."""

    type: ClassVar[str] = "payment.alarm"
    what: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingStopped(Event):
    """A session was asked to stop before it cost more than its payer may spend; the subject is the transaction.

    `rule` is wallet, credit, session, day, month, budget or hold; amounts in minor units of `currency`.
    """

    type: ClassVar[str] = "session.spending_stopped"
    rule: str
    left_minor: int
    running_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DunningAdvanced(Event):
    """A customer was reminded of an invoice; the subject is the case.

    `level` is reminder, second, block or hand_over; `open_minor` what was open then, in minor units of `currency`.
    """

    type: ClassVar[str] = "dunning.advanced"
    invoice: str
    account: str
    level: str
    open_minor: int
    currency: str
