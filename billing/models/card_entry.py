"""Keeping a card: its owner enters it on the provider's own page, and may close that page at any moment."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from ..choices.payments import EntryState
from .account import Account
from .payment_method import PaymentMethod


class CardEntry(PublicModel):
    """One page of a provider on which a card of an account is entered; `method` is what came of it."""

    id_prefix = "cde"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="card_entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="card_entries")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+",
        help_text="Who wanted it kept.",
    )  # fmt: skip
    provider = models.CharField(max_length=20)
    customer_ref = models.CharField(max_length=120, blank=True)
    form_ref = models.CharField(max_length=120, blank=True, help_text="The provider's name of the page.")
    action_url = models.TextField(blank=True, help_text="Where the page is, while it waits.")
    state = models.CharField(max_length=4, choices=EntryState, default=EntryState.OPEN)
    method = models.ForeignKey(PaymentMethod, null=True, on_delete=models.SET_NULL, related_name="entries")
    looks = models.PositiveIntegerField(default=0)
    next_look_at = models.DateTimeField(null=True, help_text="Empty: nothing is left to do.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "form_ref"], condition=~Q(form_ref=""), name="card_entry_form_ref_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_look_at"], name="card_entries_due", condition=Q(next_look_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def tone(self) -> str:
        """The tone its state is shown in."""
        return EntryState(self.state).tone
