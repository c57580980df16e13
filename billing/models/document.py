"""What leaves the house: the documents of an issued invoice, byte for byte, and mails to drivers."""

from django.db import models

from chargers.models import Transaction
from cpms.accounts.models import Organisation

from ..choices import DocumentFormat
from .invoice import Invoice
from .mail import QueuedMail


class InvoiceDocument(models.Model):
    """One form of an issued document as it was handed out; it is made once and never changes (trigger).

    `sha256` is over `content`. Where a form cannot be made here there is no row; `problem_of` says why.
    """

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="documents")
    format = models.CharField(max_length=4, choices=DocumentFormat)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="In bytes.")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "format"], name="invoice_document_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.format} of {self.invoice_id}"


class ReceiptMail(QueuedMail):
    """The mail with the receipt of a session: one row a session, sent once."""

    id_prefix = "rcm"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="receipt_mails")
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, related_name="receipt_mail")
    to = models.EmailField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="receipt_mails_due",
                condition=models.Q(next_attempt_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} to {self.to}"
