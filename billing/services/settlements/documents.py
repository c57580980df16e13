"""The documents of an agreed statement: web page and PDF, kept byte for byte; its sessions as CSV."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.translation import gettext as _

from billing.choices import DocumentFormat, SettlementState
from billing.models import Settlement, SettlementDocument, SettlementLine
from billing.pricing.exact import ratio
from billing.pricing.rounding import plain
from billing.services.exports.csv_files import csv_rows, in_usual_unit
from billing.services.invoicing.documents import MEDIA_TYPES, File, NoDocument
from billing.services.invoicing.face import address
from billing.services.invoicing.pdf import NoPdf, pdf_of
from billing.tariffs.numbers import money_text, number_text
from cpms.core import clock

from .words import reasons

FORMS: Final = (DocumentFormat.HTML.value, DocumentFormat.PDF.value, "csv")
CSV_HEAD: Final = (
    "session", "ended_at", "station", "what", "energy_kwh", "net", "card_paid", "card_payments", "currency",
)  # fmt: skip


def file_of(settlement: Settlement, form: str) -> File:
    """The document in a form named by a caller; the sessions also of a draft. Raises `NoDocument`."""
    if form not in FORMS:
        raise NoDocument("statements have no such form")
    if form == "csv":
        return File(
            "".join(sessions_csv(settlement)).encode(), "text/csv; charset=utf-8", _name(settlement, form)
        )
    wanted = DocumentFormat(form)
    return File(bytes(document_of(settlement, wanted).content), MEDIA_TYPES[wanted], _name(settlement, form))


def _name(settlement: Settlement, form: str) -> str:
    return f"settlement-{settlement.code or settlement.month.strftime('%Y-%m')}.{form}"


def document_of(settlement: Settlement, form: DocumentFormat) -> SettlementDocument:
    """The document in a form, made when it is first asked for. Raises `NoDocument`."""
    if settlement.state == SettlementState.DRAFT:
        raise NoDocument("a draft has no document: agree it first")
    known = settlement.documents.filter(format=form).first()
    if known is not None:
        return known
    with translation.override(_language(settlement)):
        content = _html(settlement) if form == DocumentFormat.HTML else _pdf(settlement)
    made = SettlementDocument(
        settlement=settlement,
        format=form,
        content=content,
        sha256=sha256(content).hexdigest(),
        made_at=clock.now(),
    )
    with transaction.atomic():
        SettlementDocument.objects.bulk_create([made], ignore_conflicts=True)
    return settlement.documents.get(format=form)


def pdf_problem(settlement: Settlement) -> str:
    """Why there is no PDF, in a sentence; "" when there is one, which is made for the answer."""
    try:
        document_of(settlement, DocumentFormat.PDF)
    except NoDocument as error:
        return str(error)
    return ""


def _pdf(settlement: Settlement) -> bytes:
    page = bytes(document_of(settlement, DocumentFormat.HTML).content).decode()
    try:
        return pdf_of(page, settlement.code)
    except NoPdf as error:
        raise NoDocument(str(error)) from error


def _html(settlement: Settlement) -> bytes:
    return render_to_string("documents/settlement.html", _face(settlement)).encode()


def _face(made: Settlement) -> dict[str, Any]:
    """What the document says, from what was frozen alone."""
    decision = made.tax_decision
    return {
        "made": made,
        "language": translation.get_language() or "en",
        "seller": address(made.host_snapshot),
        "buyer": address(made.operator_snapshot),
        "facts": _facts(made),
        "rows": [(reason, money_text(reason.minor, made.currency)) for reason in reasons(made)],
        "net": money_text(made.net_minor, made.currency),
        "rate": number_text(Fraction(Decimal(decision["rate"]))),
        "tax": money_text(made.tax_minor, made.currency),
        "total": money_text(made.gross_minor, made.currency),
        "notes": [decision["text"]] if decision["text"] else [],
    }


def _facts(made: Settlement) -> list[tuple[str, str]]:
    told = [
        (_("Number"), made.code),
        (_("Date"), formats.date_format(made.agreed_on, "DATE_FORMAT") if made.agreed_on else ""),
        (_("Supplied"), formats.date_format(made.month, "YEAR_MONTH_FORMAT")),
        (_("Site"), made.agreement.site.name),
        (_("Your VAT id"), made.host_snapshot.get("vat_id", "")),
        (_("Tax number"), made.host_snapshot.get("tax_number", "")),
    ]
    return [(name, text) for name, text in told if text]


def _language(settlement: Settlement) -> str:
    wanted = str(settlement.host_snapshot.get("locale") or "en")
    return wanted if translation.check_for_language(wanted) else "en"


def sessions_csv(settlement: Settlement) -> Iterator[str]:
    """Every session of a statement with what it brought: amounts in the usual unit."""
    lines = settlement.lines.select_related("charge__transaction__station").order_by("id")
    return csv_rows(CSV_HEAD, (_row(line, settlement.currency) for line in lines.iterator(chunk_size=1000)))


def _row(line: SettlementLine, currency: str) -> tuple[Any, ...]:
    session = line.charge.transaction
    return (
        session.public_id, line.charge.ended_at.isoformat(), session.station.identity,
        "correction" if line.turn else "session", plain(ratio(line.energy_wh, 1000)),
        in_usual_unit(line.net_minor, currency), in_usual_unit(line.card_minor, currency), line.card_payments, currency,
    )  # fmt: skip
