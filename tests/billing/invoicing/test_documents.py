"""Documents: from what was frozen, in the buyer's language, made once."""

import re
from hashlib import sha256
from io import BytesIO

import pytest
from django.db import transaction
from facturx import get_facturx_xml_from_pdf
from pypdf import PdfReader

from billing.choices import BillingMode, DocumentFormat, PartyKind
from billing.models import Invoice, InvoiceDocument
from billing.services.books.ledger import receivable_minor
from billing.services.books.refusals import Frozen, refusals
from billing.services.invoicing import pdf
from billing.services.invoicing.documents import NoDocument, document_of, file_of, problem_of
from billing.services.invoicing.giving_back import invoice_give_back
from billing.services.invoicing.run import account_invoice, session_invoice
from cpms.core.actors import SYSTEM
from tests.billing.einvoice.rules import broken

from .office import Office


@pytest.fixture
def invoice(office: Office) -> Invoice:
    office.seller()
    account = office.account(BillingMode.POSTPAID)
    office.session(), office.session(7_333)
    made = account_invoice(account, None, SYSTEM)
    assert made is not None
    return made


def text(invoice: Invoice) -> str:
    html = bytes(document_of(invoice, DocumentFormat.HTML).content).decode()
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def test_a_document_says_what_the_law_wants(invoice: Invoice) -> None:
    """Directive 2006/112/EC art. 226, and the registers that calibration law wants."""
    page = text(invoice)
    for told in (
        "Invoice 2026-000001", "Nordlicht Laden GmbH", "Hafenstraße 12", "DE136695976", "Möbel Grün AG", "Werkweg 3",
        "10.000 kWh", "7.333 kWh", "19 %", "8.66 EUR", "1.65 EUR", "10.31 EUR", "meter 1000.000 – 1010.000 kWh",
        "10:05:00 – 11:05:00 (Europe/Berlin)", "to DE89370400440532013000, with the reference 2026-000001",
    ):  # fmt: skip
        assert told in page, told


def test_a_document_is_made_once_and_never_changes(invoice: Invoice) -> None:
    first = document_of(invoice, DocumentFormat.PDF)
    type(invoice.issuer).objects.update(legal_name="Somebody else")
    again = document_of(Invoice.objects.get(pk=invoice.pk), DocumentFormat.PDF)
    assert (first.pk, first.sha256) == (again.pk, sha256(bytes(again.content)).hexdigest())
    for change in (lambda: InvoiceDocument.objects.update(content=b""), InvoiceDocument.objects.all().delete):
        with pytest.raises(Frozen), refusals(), transaction.atomic():
            change()
    assert "Somebody else" not in text(invoice)


def test_a_pdf_is_pdf_a_3_and_carries_its_fonts(invoice: Invoice) -> None:
    made = PdfReader(BytesIO(bytes(document_of(invoice, DocumentFormat.PDF).content)))
    root = made.trailer["/Root"]
    about = root["/Metadata"].get_data()
    for told in (
        b"<pdfaid:part>3</pdfaid:part>",
        b"<pdfaid:conformance>B",
        b"urn:factur-x:pdfa",
        b"EN 16931",
    ):
        assert told in about, told
    assert root["/OutputIntents"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("en")
    fonts = made.pages[0]["/Resources"]["/Font"].values()
    inner = [font.get_object()["/DescendantFonts"][0].get_object() for font in fonts]
    assert inner
    assert all({"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"].get_object()) for font in inner)


def test_a_buyer_reads_his_own_language(office: Office) -> None:
    office.seller()
    account = office.account(BillingMode.PREPAID, PartyKind.DRIVER, locale="de")
    made = session_invoice(office.session())
    assert made is not None
    html = bytes(document_of(made, DocumentFormat.HTML).content).decode()
    assert '<html lang="de">' in html
    assert "5,95 EUR" in html
    assert "Deutschland" in html
    assert account.party.locale == "de"


@pytest.mark.parametrize("locale", ["", "xx", "../../etc", "de-AT"])
def test_an_unknown_language_is_no_reason_to_have_no_document(office: Office, locale: str) -> None:
    office.seller()
    office.account(BillingMode.PREPAID, PartyKind.DRIVER, locale=locale or "en")
    made = session_invoice(office.session())
    assert made is not None
    assert "2026-000001" in text(made)


def test_hostile_names_stay_text(office: Office) -> None:
    office.seller(legal_name="<script>alert(1)</script>")
    office.account(BillingMode.PREPAID, legal_name='"><img src=http://evil.example/x>')
    made = session_invoice(office.session())
    assert made is not None
    html = bytes(document_of(made, DocumentFormat.HTML).content).decode()
    assert "<script" not in html
    assert "<img" not in html
    assert document_of(made, DocumentFormat.PDF).size > 1000


def test_a_document_refers_to_nothing_outside_itself() -> None:
    """A picture from elsewhere is left out, and nobody is asked for it."""
    made = pdf.pdf_of(
        '<html lang="en"><title>x</title><img alt="" src="http://127.0.0.1:1/x.png">Text</html>', "x"
    )
    assert made.startswith(b"%PDF")


def test_drafts_have_no_document(office: Office) -> None:
    office.seller(is_small_business=True)
    account = office.account(BillingMode.POSTPAID)
    office.session()
    draft = account_invoice(account, None, SYSTEM)
    assert draft is not None
    with pytest.raises(NoDocument, match="issue it first"):
        document_of(draft, DocumentFormat.HTML)
    with pytest.raises(NoDocument, match="no such form"):
        file_of(draft, "doc")


def test_without_pango_the_web_page_stays_and_says_why(
    invoice: Invoice, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    """The import fails as it does where the library is missing."""
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in __import__("sys").modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(__import__("sys").modules, name)
    assert "10.31 EUR" in text(invoice)
    assert problem_of(invoice, DocumentFormat.PDF).startswith(
        "PDF files need the library Pango on the server"
    )
    assert not InvoiceDocument.objects.filter(format="pdf").exists()


@pytest.mark.parametrize("form", [DocumentFormat.UBL, DocumentFormat.CII])
def test_the_data_of_an_invoice_passes_the_rules_and_has_its_sums(
    invoice: Invoice, form: DocumentFormat
) -> None:
    """PDF, data and books are one amount."""
    xml = bytes(document_of(invoice, form).content)
    assert broken(xml) == []
    for figure in (b">8.66<", b">1.65<", b">10.31<", b"2026-000001", "Möbel Grün AG".encode()):
        assert figure in xml, figure
    assert receivable_minor(invoice.account) == invoice.payable_minor == 1031


def test_the_pdf_carries_the_same_data(invoice: Invoice) -> None:
    """Factur-X: what a program reads out of the PDF is the CII document, byte for byte in meaning."""
    made = bytes(document_of(invoice, DocumentFormat.PDF).content)
    name, inside = get_facturx_xml_from_pdf(made, check_xsd=True, check_schematron=False)
    assert name == "factur-x.xml"
    assert inside == bytes(document_of(invoice, DocumentFormat.CII).content)


def test_a_credit_note_and_a_reverse_charge_pass_the_rules(office: Office) -> None:
    office.seller()
    account = office.account(
        BillingMode.POSTPAID, PartyKind.EMSP, country="NL", vat_id="NL004495445B01",
        vat_checked_at=office.moment(-600), vat_proof="VIES: valid",
    )  # fmt: skip
    untaxed = '{"currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.5}]}]}'
    office.story.next_version(office.story.world.organisation.tariff_families.get(), untaxed, 0)
    office.session()
    invoice = account_invoice(account, None, SYSTEM)
    assert invoice is not None
    note = invoice_give_back(invoice, {1: 100}, "a slow charger", SYSTEM)
    for each in (invoice, note):
        for form in (DocumentFormat.UBL, DocumentFormat.CII):
            xml = bytes(document_of(each, form).content)
            assert broken(xml) == []
            assert b"VATEX-EU-AE" in xml
    assert b"2026-000001" in bytes(document_of(note, DocumentFormat.UBL).content)
