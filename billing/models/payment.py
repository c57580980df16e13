"""Payments: what is held and captured of whose money, every call that was made for it, and what the provider told."""

from django.db import models
from django.db.models import F, Q

from chargers.models import ChargingStation, Command, Transaction
from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices.payments import (
    ENDED_UNPAID,
    LIVE_PAYMENTS,
    CallKind,
    CallState,
    DisputeState,
    PaymentPurpose,
    PaymentState,
    PaymentWish,
    RefundState,
)
from .account import Account
from .invoice import Invoice
from .ledger import JournalEntry
from .payment_method import PaymentMethod


class PaymentIntent(PublicModel):
    """One payment, from the wish to hold an amount to the last refund. Minor units of one currency.

    `wish` is what we want, `state` what the provider made of it. `requested_minor` is the amount wanted as a hold,
    `settle_minor` what is owed in the end, `posted_minor` how much of what was captured is in the books.
    `refunded_minor` counts refunds that were asked for and did not fail. The row is the lock of all of it.
    """

    id_prefix = "pay"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="payments")
    purpose = models.CharField(max_length=7, choices=PaymentPurpose)
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=120, blank=True)
    method = models.ForeignKey(PaymentMethod, null=True, on_delete=models.SET_NULL, related_name="payments")
    method_ref = models.CharField(max_length=120, blank=True, help_text="The provider's name of the means.")
    off_session = models.BooleanField(default=False)
    keeps_card = models.BooleanField(
        default=False, help_text="Its payer wants the card kept that is entered for it."
    )
    email = models.EmailField(blank=True, help_text="Where the receipt goes.")
    locale = models.CharField(
        max_length=10, blank=True, help_text="The language its payer reads; empty: not known."
    )
    state = models.CharField(max_length=15, choices=PaymentState, default=PaymentState.NEW)
    wish = models.CharField(max_length=7, choices=PaymentWish, default=PaymentWish.HOLD)
    failure = models.CharField(max_length=200, blank=True)
    form_ref = models.CharField(max_length=120, blank=True, help_text="The provider's name of its card page.")
    action_url = models.TextField(blank=True, help_text="Where the payer goes on, while he has to.")
    back_url = models.CharField(max_length=500, blank=True, help_text="Where he comes back to from there.")

    currency = models.CharField(max_length=3)
    requested_minor = models.PositiveBigIntegerField()
    settle_minor = models.PositiveBigIntegerField(null=True)
    authorised_minor = models.PositiveBigIntegerField(default=0)
    captured_minor = models.PositiveBigIntegerField(default=0)
    posted_minor = models.PositiveBigIntegerField(default=0)
    refunded_minor = models.PositiveBigIntegerField(default=0)
    authorised_at = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When the hold lapses by itself.")
    alerted_at = models.DateTimeField(null=True, help_text="When somebody was told that it will lapse.")

    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="payments")
    station = models.ForeignKey(ChargingStation, null=True, on_delete=models.PROTECT, related_name="payments")
    evse_no = models.PositiveIntegerField(null=True)
    uid = models.CharField(max_length=20, blank=True, help_text="What the station is told to charge for.")
    command = models.OneToOneField(Command, null=True, on_delete=models.SET_NULL, related_name="payment")
    transaction = models.OneToOneField(
        Transaction, null=True, on_delete=models.PROTECT, related_name="payment"
    )
    release_reason = models.CharField(max_length=255, blank=True)
    stop_asked_at = models.DateTimeField(null=True)

    next_attempt_at = models.DateTimeField(null=True, help_text="Empty: nothing is left to do.")
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="payment_captured_within_hold", condition=Q(captured_minor__lte=F("authorised_minor"))
            ),
            models.CheckConstraint(
                name="payment_refunded_within_captured",
                condition=Q(refunded_minor__lte=F("captured_minor")),
            ),
            models.CheckConstraint(
                name="payment_posted_within_captured", condition=Q(posted_minor__lte=F("captured_minor"))
            ),
            models.CheckConstraint(
                name="payment_unpaid_is_unpaid",
                condition=~Q(state__in=[state.value for state in ENDED_UNPAID]) | Q(captured_minor=0),
            ),
            models.CheckConstraint(
                name="payment_asks_for_something", condition=Q(requested_minor__gt=0)
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_ref"], condition=~Q(provider_ref=""),
                name="payment_provider_ref_unique",
            ),
            models.UniqueConstraint(
                fields=["provider", "form_ref"], condition=~Q(form_ref=""), name="payment_form_ref_unique"
            ),
            models.UniqueConstraint(
                fields=["uid"], condition=~Q(uid=""), name="payment_uid_unique"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "-id"], name="payments_by_organisation"),
            models.Index(
                fields=["next_attempt_at"], name="payments_due", condition=Q(next_attempt_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def known_as(self) -> str:
        """What its provider is asked for it by: the page its payer enters a card on, else its own name there."""
        return self.form_ref or self.provider_ref

    @property
    def is_live(self) -> bool:
        """Whether it can still become money or be released."""
        return self.state in LIVE_PAYMENTS

    @property
    def tone(self) -> str:
        """The tone its state is shown in."""
        return PaymentState(self.state).tone

    @property
    def refundable_minor(self) -> int:
        """What has not been given back."""
        return self.captured_minor - self.refunded_minor


class Refund(PublicModel):
    """A part of a captured payment given back. Booked when it is asked for, taken back when it fails.

    `entry` is the part of a session's price, `surplus_entry` what was paid beyond prices, or into a wallet.
    """

    id_prefix = "rfd"

    intent = models.ForeignKey(PaymentIntent, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=255, blank=True)
    actor_label = models.CharField(max_length=160)
    state = models.CharField(max_length=7, choices=RefundState, default=RefundState.NEW)
    provider_ref = models.CharField(max_length=120, blank=True)
    entry = models.OneToOneField(JournalEntry, null=True, on_delete=models.PROTECT, related_name="+")
    surplus_entry = models.OneToOneField(JournalEntry, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="refund_gives_something", condition=Q(amount_minor__gt=0)),
            models.UniqueConstraint(
                fields=["intent", "provider_ref"], condition=~Q(provider_ref=""), name="refund_ref_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def tone(self) -> str:
        """The tone its state is shown in."""
        return RefundState(self.state).tone


class PaymentCall(models.Model):
    """One call to a provider: the row is there before the provider is asked, and keeps what became of it.

    `key` is the idempotency key; every repeat of the call has the same. `lease_until`: whoever asks has so long, then
    another looks at the provider for what happened. A payment has one call on its way, and is captured by one call.
    """

    id = models.BigAutoField(primary_key=True)
    intent = models.ForeignKey(PaymentIntent, on_delete=models.PROTECT, related_name="calls")
    kind = models.CharField(max_length=9, choices=CallKind)
    key = models.CharField(max_length=80, unique=True)
    amount_minor = models.PositiveBigIntegerField(default=0)
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="calls")
    state = models.CharField(max_length=7, choices=CallState, default=CallState.SENT)
    note = models.CharField(max_length=255, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["intent"], condition=Q(state=CallState.SENT), name="payment_one_call_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["intent"],
                condition=Q(kind=CallKind.CAPTURE, state__in=[CallState.SENT, CallState.DONE]),
                name="payment_captured_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def tone(self) -> str:
        """The tone its state is shown in."""
        return CallState(self.state).tone


class PaymentDispute(PublicModel):
    """A payer's bank takes a payment back. Booked when it opens, and again when it is decided."""

    id_prefix = "dsp"

    intent = models.ForeignKey(PaymentIntent, on_delete=models.PROTECT, related_name="disputes")
    provider_ref = models.CharField(max_length=120)
    amount_minor = models.PositiveBigIntegerField()
    state = models.CharField(max_length=4, choices=DisputeState, default=DisputeState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["intent", "provider_ref"], name="payment_dispute_ref_unique"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def tone(self) -> str:
        """The tone its state is shown in."""
        return DisputeState(self.state).tone


class ProviderEvent(models.Model):
    """A webhook whose signature was right, byte for byte as it came; however often it comes, one row."""

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    provider_ref = models.CharField(max_length=120, blank=True)
    payment = models.CharField(max_length=40, blank=True, help_text="Our public id, as the provider kept it.")
    intent = models.ForeignKey(PaymentIntent, null=True, on_delete=models.PROTECT, related_name="events")
    raw = models.BinaryField()
    received_at = models.DateTimeField()
    deliveries = models.PositiveIntegerField(default=1)
    processed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_unique"),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="provider_events_waiting", condition=Q(processed_at=None)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
