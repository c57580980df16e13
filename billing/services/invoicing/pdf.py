"""PDF/A-3 of a document's own HTML. WeasyPrint needs Pango, which not every machine has: it is asked for late."""

from typing import Any


class NoPdf(Exception):
    """A PDF cannot be made on this machine; the text says why, for people."""


def pdf_of(html: str, title: str) -> bytes:
    """PDF/A-3b of a self-contained page; nothing is fetched while it is made. Raises `NoPdf`."""
    renderer = _weasyprint()
    page = renderer.HTML(string=html, url_fetcher=renderer.urls.URLFetcher(allowed_protocols=()))
    made: bytes = page.write_pdf(pdf_variant="pdf/a-3b", pdf_tags=True)
    if not made.startswith(b"%PDF"):
        raise NoPdf(f"what was made of {title} is no PDF")
    return made


def with_invoice(pdf: bytes, xml: bytes, title: str, author: str) -> bytes:
    """The PDF with the invoice as data in it: Factur-X 1.0, profile EN 16931 (PDF/A-3b)."""
    # Its import is slow, and only whoever makes documents needs it.
    from facturx import generate_from_binary

    about = {"author": author, "keywords": "Factur-X", "title": title, "subject": title}
    made: bytes = generate_from_binary(
        pdf, xml, flavor="factur-x", level="en16931", check_xsd=True, check_schematron=False, pdf_metadata=about,
        afrelationship="alternative",
    )  # fmt: skip
    return made


def _weasyprint() -> Any:
    try:
        import weasyprint
    except OSError as error:
        # Its C libraries are looked for at the import.
        raise NoPdf(f"PDF files need the library Pango on the server ({error})") from error
    return weasyprint
