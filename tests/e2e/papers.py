"""What a session cost, as told in every place where it is told; all in minor units."""

import re
from dataclasses import dataclass
from typing import Any

from facturx import get_facturx_xml_from_pdf
from lxml import etree

from .stack import Stack
from .visitor import Visitor

BOOKED = """
    SELECT coalesce(-sum(line.amount_minor), 0) FROM billing_journalline line
    JOIN billing_journalentry entry ON entry.id = line.entry_id
    JOIN billing_ledgeraccount account ON account.id = line.ledger_account_id
    WHERE entry.source = %s AND account.kind IN ('revenue', 'tax')
"""
TOTAL = ".//{*}SpecifiedTradeSettlementHeaderMonetarySummation/{*}GrandTotalAmount"
SUM = re.compile(r"Sum: ([\d.,]+)")


@dataclass(frozen=True)
class Told:
    """The same amount, if all is well."""

    page: int
    mail: int
    rating: int
    journal: int
    invoice: int
    invoice_lines: int
    invoice_pdf: int


def told(stack: Stack, visitor: Visitor, session: str, email: str) -> Told:
    """Of a session whose receipt is open before the visitor."""
    rating = stack.api("GET", f"transactions/{session}/rating")
    assert rating["state"] == "final"
    invoice = invoice_of(stack, session)
    mail = next(each for each in stack.post.to(email) if session in each.text)
    found = SUM.search(mail.text)
    assert found, mail.text
    return Told(
        page=minor(visitor.page.locator("tfoot td").inner_text()),
        mail=minor(found[1]),
        rating=rating["gross_minor"],
        journal=int(stack.rows(BOOKED, session)[0][0]),
        invoice=invoice["payable_minor"],
        invoice_lines=sum(line["gross_minor"] for line in invoice["lines"]),
        invoice_pdf=_total(_pdf(visitor)),
    )


def invoice_of(stack: Stack, session: str) -> dict[str, Any]:
    """The invoice with a line for the session, whole."""
    for row in stack.api("GET", "invoices")["results"]:
        invoice: dict[str, Any] = stack.api("GET", f"invoices/{row['id']}")
        if any(line["transaction"] == session for line in invoice["lines"]):
            return invoice
    raise AssertionError(f"{session} has no invoice")


def minor(text: str) -> int:
    """Of an amount with two decimals in words."""
    return int(re.sub(r"\D", "", text))


def _pdf(visitor: Visitor) -> bytes:
    """The file behind the link on the receipt."""
    answer = visitor.context.request.get(
        str(visitor.page.get_by_role("link", name="PDF").get_attribute("href"))
    )
    assert answer.ok, answer.status
    return answer.body()


def _total(pdf: bytes) -> int:
    _, inside = get_facturx_xml_from_pdf(pdf, check_xsd=True, check_schematron=False)
    found = etree.fromstring(inside).find(TOTAL)
    assert found is not None
    assert found.text
    return minor(found.text)
