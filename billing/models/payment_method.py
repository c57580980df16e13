"""Stored means of payment, until their owner removes them and the provider has forgotten them."""

from django.db import models
from django.db.models import Q

from cpms.accounts.models import Organisation
from cpms.core.models import PublicModel

from .account import Account


class PaymentMethod(PublicModel):
    """A card or the like that an account stored with a provider: the provider's names of it, never its number."""

    id_prefix = "pmt"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="payment_methods")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payment_methods")
    provider = models.CharField(max_length=20)
    customer_ref = models.CharField(max_length=120)
    provider_ref = models.CharField(max_length=120)
    label = models.CharField(max_length=60, help_text="What its owner knows it by: Visa, 4242.")
    expires_on = models.CharField(max_length=7, blank=True, help_text="Year and month, as on the card.")
    removed_at = models.DateTimeField(null=True, blank=True)
    forget_at = models.DateTimeField(
        null=True, help_text="When the provider is asked to keep it no longer. Empty: nothing is left to do."
    )
    forget_attempts = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_ref"], name="payment_method_ref_unique"),
            models.CheckConstraint(
                name="payment_method_forgotten_is_removed",
                condition=Q(forget_at__isnull=True) | Q(removed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["forget_at"], name="payment_methods_to_forget", condition=Q(forget_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.label
