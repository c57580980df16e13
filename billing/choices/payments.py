"""Payments: what they are for, where they stand, and the calls and refunds they are made of."""

from django.db import models

from chargers.choices import AVAILABLE, CHARGING, FAULT, OFFLINE, WAITING, ToneChoices


class PaymentPurpose(models.TextChoices):
    """What the money is for."""

    SESSION = "session", "Charging session"
    TOP_UP = "top_up", "Top-up of a wallet"
    INVOICE = "invoice", "Invoice"


class PaymentState(ToneChoices):
    """Where a payment stands, the same for every provider. `docs/algorithms/payments.md` has the table."""

    NEW = "new", WAITING, "New"
    NEEDS_ACTION = "needs_action", WAITING, "Waiting for the payer"
    AUTHORISED = "authorised", CHARGING, "Amount held"
    PARTLY_CAPTURED = "partly_captured", CHARGING, "Partly captured"
    CAPTURED = "captured", AVAILABLE, "Captured"
    CANCELLED = "cancelled", OFFLINE, "Released"
    EXPIRED = "expired", FAULT, "Hold expired"
    FAILED = "failed", FAULT, "Failed"
    REFUNDED = "refunded", OFFLINE, "Refunded"
    DISPUTED = "disputed", FAULT, "Disputed"


# A hold that can still become money or be released.
LIVE_PAYMENTS = (
    PaymentState.NEW, PaymentState.NEEDS_ACTION, PaymentState.AUTHORISED, PaymentState.PARTLY_CAPTURED,
)  # fmt: skip
# Nothing was taken, and nothing will be.
ENDED_UNPAID = (PaymentState.CANCELLED, PaymentState.EXPIRED, PaymentState.FAILED)


class PaymentWish(models.TextChoices):
    """What we want of a payment; what the provider made of it is its state."""

    HOLD = "hold", "Hold the amount"
    CAPTURE = "capture", "Capture what is owed"
    RELEASE = "release", "Release the hold"


class CallKind(models.TextChoices):
    """What a provider was asked for."""

    AUTHORISE = "authorise", "Hold the amount"
    INCREMENT = "increment", "Raise the hold"
    CAPTURE = "capture", "Capture"
    CANCEL = "cancel", "Release the hold"
    REFUND = "refund", "Refund"


class CallState(ToneChoices):
    """The life of one call to a provider."""

    SENT = "sent", WAITING, "No answer yet"
    DONE = "done", AVAILABLE, "Done"
    REFUSED = "refused", FAULT, "Refused"
    DROPPED = "dropped", OFFLINE, "Not wanted any more"


class EntryState(ToneChoices):
    """How far keeping a card has come that its owner enters at a provider."""

    OPEN = "open", WAITING, "Not entered yet"
    KEPT = "kept", AVAILABLE, "Kept"
    OVER = "over", OFFLINE, "Not entered"


class RefundState(ToneChoices):
    """The life of a refund; money that came back is failed."""

    NEW = "new", WAITING, "Asked for"
    PENDING = "pending", WAITING, "On its way"
    DONE = "done", AVAILABLE, "Refunded"
    FAILED = "failed", FAULT, "Failed"


class DisputeState(ToneChoices):
    """A payer's bank takes a payment back, until it is decided."""

    OPEN = "open", FAULT, "Open"
    WON = "won", AVAILABLE, "Won"
    LOST = "lost", FAULT, "Lost"
