"""Series of invoice numbers: opened once a year, one number a document, and looked over for gaps."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from billing.choices import DocumentKind, SeriesKind
from billing.models import InvoiceSeries, Party
from cpms.core import audit
from cpms.core.actors import SYSTEM, Actor

_LETTERS = {SeriesKind.INVOICE: "", SeriesKind.CREDIT_NOTE: "C", SeriesKind.SETTLEMENT: "H"}


@transaction.atomic
def series_open(
    issuer: Party, kind: DocumentKind | SeriesKind, year: int, actor: Actor, *, prefix: str = ""
) -> InvoiceSeries:
    """The series of an issuer, kind and year, opened when it is new; without a prefix `2026-` or `C2026-`.

    Raises ValidationError when another series of the organisation has the prefix: a second issuer needs its own.
    """
    wanted = prefix or f"{_LETTERS[SeriesKind(kind.value)]}{year}-"
    its = {"issuer": issuer, "kind": kind, "year": year}
    others = InvoiceSeries.objects.filter(organisation_id=issuer.organisation_id, prefix=wanted).exclude(
        **its
    )
    if others.exists():
        raise ValidationError({"prefix": f"{wanted!r} is the prefix of another series"})
    series, is_new = InvoiceSeries.objects.get_or_create(
        **its, defaults={"organisation_id": issuer.organisation_id, "prefix": wanted}
    )
    if is_new:
        audit.record(
            actor, "invoice_series.opened", organisation_id=issuer.organisation_id, subject=series.public_id,
            label=series.prefix,
        )  # fmt: skip
    return series


def number_take(issuer: Party, kind: DocumentKind | SeriesKind, day: date) -> InvoiceSeries:
    """The series with its next number as `last_number`, locked until the commit; a rollback gives the number back.

    Call inside the transaction that issues the document, as its last lock.
    """
    series_key = series_open(issuer, kind, day.year, SYSTEM).pk
    series = InvoiceSeries.objects.select_for_update(no_key=True).get(pk=series_key)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return series


_GAPS = """
WITH numbered(series_id, number) AS (
    SELECT series_id, number FROM billing_invoice WHERE state = 'issued'
    UNION ALL SELECT series_id, number FROM billing_settlement WHERE number IS NOT NULL)
SELECT s.organisation_id, s.public_id, s.prefix || n.number, count(i.number)
FROM billing_invoiceseries s
CROSS JOIN LATERAL generate_series(1, greatest(s.last_number,
    (SELECT max(number) FROM numbered WHERE series_id = s.id))) AS n(number)
LEFT JOIN numbered i ON i.series_id = s.id AND i.number = n.number
GROUP BY s.id, n.number HAVING count(i.number) <> 1 OR n.number > s.last_number
ORDER BY s.id, n.number LIMIT 100
"""


def series_gaps() -> list[tuple[int, str, str]]:
    """Numbers missing, doubled or beyond the last given out, as (organisation, series, sentence); at most 100."""
    with connection.cursor() as cursor:
        cursor.execute(_GAPS)
        rows = cursor.fetchall()
    return [(owner, series, f"number {code} is on {count} documents") for owner, series, code, count in rows]
