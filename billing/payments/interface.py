"""The interface of a payment provider: what we ask, what it answers, how it may refuse.

Amounts are minor units of the payment's currency. Every call that moves money takes an idempotency key: the same key
always means the same call, so that a provider that keeps keys does it once. Whether a call took effect is not learned
from its answer alone: `read` and `find` say so, whatever became of the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing.choices.payments import DisputeState, PaymentState, RefundState


@dataclass(frozen=True, slots=True)
class HoldAsk:
    """A wish to hold an amount, or to take it at once. `payment` is our public id, kept by the provider.

    `method_ref` is the provider's name of a card, never card data; empty: the payer enters it in the provider's own
    form. `off_session`: the payer is not there to answer a challenge. `back_url` is the page of ours that he comes back
    to from the provider's pages; `what`, `email` and `locale` are for these: what is paid, by whom, in which language.
    `keeps_card`: the card that is entered there is kept with the customer once the payment was made.
    """

    payment: str
    minor: int
    currency: str
    at_once: bool = False
    customer_ref: str = ""
    method_ref: str = ""
    off_session: bool = False
    back_url: str = ""
    what: str = ""
    email: str = ""
    locale: str = ""
    keeps_card: bool = False


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """A refund as the provider has it; `ours` is the public id we gave it, empty when it was made elsewhere."""

    ref: str
    minor: int
    state: RefundState
    ours: str = ""


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """A dispute as the provider has it."""

    ref: str
    minor: int
    state: DisputeState


@dataclass(frozen=True, slots=True)
class MethodSeen:
    """A stored means of payment: the provider's name of it, and what people may see of it."""

    ref: str
    label: str
    expires_on: str = ""


@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """A payment as the provider has it now.

    `state` is one of new, needs_action, authorised, partly_captured, captured, cancelled, expired, failed; refunds and
    disputes are told by their lists. `authorised_minor` counts increments. `client_secret` lets the payer's browser
    finish it and is stored nowhere. `form_ref` is the provider's name of its own page on which a card is entered, if
    there is one; `ref` may be empty until one was. `kept` is the card that was kept with the customer, if it was to be.
    """

    ref: str
    state: PaymentState
    authorised_minor: int = 0
    captured_minor: int = 0
    expires_at: datetime | None = None
    refunds: tuple[RefundSeen, ...] = ()
    disputes: tuple[DisputeSeen, ...] = ()
    failure: str = ""
    action_url: str = ""
    client_secret: str = ""
    form_ref: str = ""
    kept: MethodSeen | None = None
    customer_ref: str = ""


@dataclass(frozen=True, slots=True)
class CardAsk:
    """A wish to keep a card, which its owner enters on the provider's own page. `entry` is our public id."""

    entry: str
    customer_ref: str
    currency: str
    back_url: str
    locale: str = ""


@dataclass(frozen=True, slots=True)
class CardSeen:
    """How far that came: `action_url` while the page waits, `method` once a card is kept; with neither it is over."""

    ref: str
    action_url: str = ""
    method: MethodSeen | None = None


@dataclass(frozen=True, slots=True)
class EventSeen:
    """A webhook whose signature was right. `ref` or `payment` (our id) says what to read again; both may be empty."""

    id: str
    type: str
    ref: str = ""
    payment: str = ""


class ProviderError(Exception):
    """The text is for operators; it never holds card data or keys."""


class Declined(ProviderError):
    """The payer's bank said no. Nothing is held."""


class Refused(ProviderError):
    """The provider will not do it, now or later: it makes no sense to it, or the method cannot."""


class Unclear(ProviderError):
    """No answer, or none that says whether it took effect. Read the payment again."""


class BadSignature(ProviderError):
    """A webhook that did not come from the provider, or is too old."""


class Provider(Protocol):
    """A payment provider. Every method may raise `Refused` and `Unclear`."""

    name: str
    # Whether holds can be raised at all; a single card may refuse all the same.
    can_increment: bool
    # Whether it has a page on which a card is kept without a payment.
    has_card_page: bool

    def create_customer(self, account: str, email: str, key: str) -> str:
        """The provider's name of a payer, to store methods with."""
        ...

    def setup_method(self, customer_ref: str, method_ref: str, key: str) -> MethodSeen:
        """Store a method with a payer. Raises `Declined`."""
        ...

    def forget_method(self, method_ref: str, key: str) -> None:
        """Store it no longer. One that is not stored any more is `Refused`, or nothing happens."""
        ...

    def card_page(self, ask: CardAsk, key: str) -> CardSeen:
        """Make the page on which a card is entered that is to be kept."""
        ...

    def card_seen(self, ref: str) -> CardSeen:
        """What became of such a page."""
        ...

    def authorise(self, ask: HoldAsk, key: str) -> PaymentSeen:
        """Hold an amount, or take it at once. Raises `Declined`."""
        ...

    def increment(self, ref: str, to_minor: int, key: str) -> PaymentSeen:
        """Raise a hold to a total. Raises `Declined`."""
        ...

    def capture(self, ref: str, minor: int, key: str) -> PaymentSeen:
        """Take so much of a hold; the rest is released."""
        ...

    def cancel(self, ref: str, key: str) -> PaymentSeen:
        """Release a hold, or give up a payment that waits for its payer; `ref` may be that of its form."""
        ...

    def refund(self, ref: str, minor: int, refund: str, key: str) -> PaymentSeen:
        """Give a part of a captured payment back; `refund` is our public id of it."""
        ...

    def read(self, ref: str) -> PaymentSeen:
        """The payment as it is now; `ref` may be that of its form."""
        ...

    def find(self, payment: str, since: datetime) -> PaymentSeen | None:
        """The payment with this public id of ours, made since then, when the answer with its name was lost."""
        ...

    def parse_event(self, raw: bytes, headers: Mapping[str, str]) -> EventSeen:
        """A webhook, its signature checked over the raw body. Raises `BadSignature`."""
        ...
