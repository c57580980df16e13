"""Invoices as files of mails."""

from typing import Final

from django.core.mail import EmailMultiAlternatives

from billing.choices import DocumentFormat
from billing.models import Invoice
from billing.services.invoicing.documents import NoDocument, document_of, file_name

_KINDS: Final = ((DocumentFormat.PDF, "application/pdf"), (DocumentFormat.HTML, "text/html"))


def invoice_attach(mail: EmailMultiAlternatives, invoice: Invoice) -> None:
    """The PDF; the web page where no PDF can be made."""
    for form, kind in _KINDS:
        try:
            document = document_of(invoice, form)
        except NoDocument:
            continue
        mail.attach(file_name(invoice, form), bytes(document.content), kind)
        return
