"""Proofs that the books agree with themselves, by sums over all lines; nothing is corrected here."""

from dataclasses import dataclass

from django.db import connection, transaction

from ..invoicing.series import series_gaps

# Each gives (organisation, public id, sentence) of what is wrong, and nothing when all is well.
_CHECKS = {
    "entries add up": """
        SELECT e.organisation_id, e.public_id, sum(l.amount_minor) || ' ' || l.currency || ' are left'
        FROM billing_journalline l JOIN billing_journalentry e ON e.id = l.entry_id
        GROUP BY e.id, l.currency HAVING sum(l.amount_minor) <> 0 LIMIT 100""",
    "balances equal their lines": """
        SELECT a.organisation_id, a.public_id,
            'balance ' || coalesce(b.amount, 0) || ', lines ' || coalesce(l.amount, 0)
        FROM billing_ledgeraccount a
        LEFT JOIN (SELECT ledger_account_id, sum(amount_minor) AS amount FROM billing_ledgerbalance GROUP BY 1) b
            ON b.ledger_account_id = a.id
        LEFT JOIN (SELECT ledger_account_id, sum(amount_minor) AS amount FROM billing_journalline GROUP BY 1) l
            ON l.ledger_account_id = a.id
        WHERE coalesce(b.amount, 0) <> coalesce(l.amount, 0) LIMIT 100""",
    "wallets above their floor": """
        SELECT a.organisation_id, a.public_id,
            'wallet at ' || -sum(l.amount_minor) || ', overshoot ' || c.overshoot_minor
        FROM billing_journalline l JOIN billing_ledgeraccount a ON a.id = l.ledger_account_id
        JOIN billing_account c ON c.id = a.account_id
        WHERE a.purpose = 'wallet' GROUP BY a.id, c.id HAVING sum(l.amount_minor) > c.overshoot_minor LIMIT 100""",
    "sessions have one final charge": """
        SELECT t.organisation_id, t.source, count(*) || ' final charges stand'
        FROM billing_journalentry t
        LEFT JOIN billing_journalentry r ON r.reverses_id = t.id
        WHERE t.kind = 'final_rating' AND r.id IS NULL
        GROUP BY t.organisation_id, t.source HAVING count(*) <> 1 LIMIT 100""",
    "charges stand for their entries": """
        SELECT c.organisation_id, c.public_id, 'its entry was taken back, is another session''s or has another sum'
        FROM billing_sessioncharge c JOIN chargers_transaction t ON t.id = c.transaction_id
        LEFT JOIN billing_journalentry e ON e.id = c.entry_id
        LEFT JOIN billing_journalentry r ON r.reverses_id = c.entry_id
        LEFT JOIN LATERAL (
            SELECT sum(l.amount_minor) AS amount FROM billing_journalline l
            JOIN billing_ledgeraccount a ON a.id = l.ledger_account_id
            WHERE l.entry_id = c.entry_id AND a.purpose IN ('wallet', 'receivable')) g ON true
        WHERE c.entry_id IS NOT NULL
        AND (r.id IS NOT NULL OR e.source <> t.public_id OR coalesce(g.amount, 0) <> c.gross_minor) LIMIT 100""",
    "invoices add up": """
        SELECT i.organisation_id, i.public_id,
            i.code || ' is ' || i.payable_minor || ', its lines ' || sum(l.gross_minor)
        FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id
        WHERE i.state = 'issued' GROUP BY i.id
        HAVING sum(l.gross_minor) <> i.payable_minor OR sum(l.net_minor) <> i.net_minor LIMIT 100""",
    "credits stay within invoices": """
        SELECT i.organisation_id, i.public_id, sum(c.payable_minor) || ' credited of ' || i.payable_minor
        FROM billing_invoice c JOIN billing_invoice i ON i.id = c.corrects_id
        WHERE c.state = 'issued' GROUP BY i.id HAVING sum(c.payable_minor) > i.payable_minor LIMIT 100""",
    "vouchers stand for their entries": """
        SELECT v.organisation_id, v.public_id,
            'gives ' || v.given_minor || ', its sessions got ' || coalesce(u.amount, 0)
        FROM billing_voucherredemption v
        LEFT JOIN (SELECT redemption_id, sum(minor) AS amount FROM billing_voucheruse GROUP BY 1) u
            ON u.redemption_id = v.id
        WHERE coalesce(u.amount, 0) <> v.given_minor
        UNION ALL
        SELECT v.organisation_id, v.public_id, 'a session got ' || u.minor || ', posted were ' || coalesce(-l.amount, 0)
        FROM billing_voucheruse u JOIN billing_voucherredemption v ON v.id = u.redemption_id
        LEFT JOIN billing_journalentry r ON r.reverses_id = u.entry_id
        LEFT JOIN LATERAL (
            SELECT sum(l.amount_minor) AS amount FROM billing_journalline l
            JOIN billing_ledgeraccount a ON a.id = l.ledger_account_id
            WHERE l.entry_id = u.entry_id AND a.purpose IN ('wallet', 'receivable')) l ON true
        WHERE v.granted_minor IS NOT NULL AND (r.id IS NOT NULL OR coalesce(-l.amount, 0) <> u.minor) LIMIT 100""",
    "vouchers pay no more than the price": """
        SELECT c.organisation_id, c.public_id, p.amount || ' paid by vouchers of ' || c.gross_minor
        FROM billing_sessioncharge c JOIN LATERAL (
            SELECT sum(u.minor) AS amount FROM billing_voucheruse u
            JOIN billing_voucherredemption v ON v.id = u.redemption_id
            WHERE u.transaction_id = c.transaction_id AND v.granted_minor IS NOT NULL) p ON true
        WHERE p.amount > c.gross_minor LIMIT 100""",
    "refunds stay within charges": """
        SELECT c.organisation_id, c.public_id, coalesce(f.amount, 0) || ' refunded, noted ' || c.refunded_minor
        FROM billing_sessioncharge c
        JOIN chargers_transaction t ON t.id = c.transaction_id
        LEFT JOIN LATERAL (
            SELECT -sum(l.amount_minor) AS amount FROM billing_journalline l
            JOIN billing_ledgeraccount a ON a.id = l.ledger_account_id
            JOIN billing_journalentry e ON e.id = l.entry_id
            LEFT JOIN billing_journalentry o ON o.id = e.reverses_id
            WHERE e.source = t.public_id AND 'refund' IN (e.kind, o.kind)
            AND a.purpose IN ('wallet', 'receivable', 'clearing')) f ON true
        WHERE coalesce(f.amount, 0) <> c.refunded_minor OR c.refunded_minor > c.gross_minor LIMIT 100""",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: which check, whose, the public id it is about and how."""

    check: str
    organisation_id: int
    subject: str
    detail: str


def books_check() -> list[Finding]:
    """Everything that does not agree, at most 100 findings a check; empty for sound books.

    Reads all lines: minutes for millions of them, so it is for the night.
    """
    found = [finding for name in _CHECKS for finding in _run(name)]
    gaps = [Finding("invoice numbers are gapless", *gap) for gap in series_gaps()]
    return found + gaps


def _run(name: str) -> list[Finding]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute(_CHECKS[name])
        return [Finding(name, *row) for row in cursor.fetchall()]
