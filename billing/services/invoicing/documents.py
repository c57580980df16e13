"""The documents of an issued invoice: made once, kept byte for byte with their hash, handed out unchanged."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from billing.choices import DocumentFormat, InvoiceState
from billing.einvoice.cii import cii
from billing.einvoice.model import Unfit
from billing.einvoice.ubl import ubl
from billing.models import Invoice, InvoiceDocument
from cpms.core import clock

from .face import face
from .pdf import NoPdf, pdf_of, with_invoice
from .semantic import semantic

MEDIA_TYPES = {
    DocumentFormat.HTML: "text/html; charset=utf-8",
    DocumentFormat.PDF: "application/pdf",
    DocumentFormat.UBL: "application/xml",
    DocumentFormat.CII: "application/xml",
}
_ENDINGS = {DocumentFormat.UBL: "ubl.xml", DocumentFormat.CII: "factur-x.xml"}
FORMATS = tuple(MEDIA_TYPES)


class NoDocument(Exception):
    """There is no such document; the text says why, for people."""


def document_of(invoice: Invoice, form: DocumentFormat) -> InvoiceDocument:
    """The document in a form, made when it is first asked for. Raises `NoDocument`."""
    if invoice.state != InvoiceState.ISSUED:
        raise NoDocument("a draft has no document: issue it first")
    known = InvoiceDocument.objects.filter(invoice=invoice, format=form).first()
    return known or _kept(invoice, form, _made(invoice, form))


@dataclass(frozen=True, slots=True)
class File:
    """A document as it is handed out."""

    content: bytes
    media_type: str
    name: str


def file_of(invoice: Invoice, form: str) -> File:
    """The document in a form named by a caller. Raises `NoDocument`."""
    if form not in FORMATS:
        raise NoDocument("invoices have no such form")
    wanted = DocumentFormat(form)
    document = document_of(invoice, wanted)
    return File(bytes(document.content), MEDIA_TYPES[wanted], file_name(invoice, wanted))


def problem_of(invoice: Invoice, form: DocumentFormat) -> str:
    """Why there is no document in a form, in a sentence; "" when there is one, which is made for the answer."""
    try:
        document_of(invoice, form)
    except NoDocument as error:
        return str(error)
    return ""


def file_name(invoice: Invoice, form: DocumentFormat) -> str:
    """What a saved document is called: `invoice-2026-000001.pdf`."""
    stem = f"{invoice.kind}-{invoice.code}".replace("_", "-")
    return f"{''.join(c if c.isalnum() or c in '-.' else '-' for c in stem)}.{_ENDINGS.get(form, form.value)}"


def _made(invoice: Invoice, form: DocumentFormat) -> bytes:
    with translation.override(_language(invoice)):
        try:
            return _MAKERS[form](invoice)
        except (NoPdf, Unfit) as error:
            raise NoDocument(str(error)) from error


def _html(invoice: Invoice) -> bytes:
    return render_to_string("documents/invoice.html", {"face": face(invoice)}).encode()


def _pdf(invoice: Invoice) -> bytes:
    """With the same invoice as data inside, where the norm can say it."""
    shown = face(invoice)
    title = f"{shown.title} {invoice.code}"
    plain = pdf_of(bytes(document_of(invoice, DocumentFormat.HTML).content).decode(), title)
    try:
        xml = bytes(document_of(invoice, DocumentFormat.CII).content)
    except NoDocument:
        return plain
    return with_invoice(plain, xml, title, str(invoice.issuer_snapshot["legal_name"]))


_MAKERS: dict[DocumentFormat, Callable[[Invoice], bytes]] = {
    DocumentFormat.HTML: _html,
    DocumentFormat.PDF: _pdf,
    DocumentFormat.UBL: lambda invoice: ubl(semantic(invoice)),
    DocumentFormat.CII: lambda invoice: cii(semantic(invoice)),
}


def _language(invoice: Invoice) -> str:
    wanted = str(invoice.buyer_snapshot.get("locale") or "en")
    return wanted if translation.check_for_language(wanted) else "en"


def _kept(invoice: Invoice, form: DocumentFormat, content: bytes) -> InvoiceDocument:
    """Whoever was first is kept: two at once hand out the same bytes."""
    made = InvoiceDocument(
        invoice=invoice, format=form, content=content, sha256=sha256(content).hexdigest(), size=len(content),
        made_at=clock.now(),
    )  # fmt: skip
    with transaction.atomic():
        InvoiceDocument.objects.bulk_create([made], ignore_conflicts=True)
    return InvoiceDocument.objects.get(invoice=invoice, format=form)
