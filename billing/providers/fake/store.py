"""The fake provider's books: a file of its own, committed at every call, whatever our transactions do."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS payments (ref TEXT PRIMARY KEY, ours TEXT NOT NULL, body TEXT NOT NULL, expires REAL);
CREATE INDEX IF NOT EXISTS payments_ours ON payments (ours);
CREATE INDEX IF NOT EXISTS payments_expires ON payments (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, ref TEXT NOT NULL, asked TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mishaps (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, mishap TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS late (id INTEGER PRIMARY KEY, key TEXT NOT NULL, body TEXT NOT NULL, after INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS hooks (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS calls (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, key TEXT NOT NULL);
"""
_PATIENCE_S = 10.0


class Books:
    """One open transaction on the provider's file."""

    def __init__(self, rows: sqlite3.Connection) -> None:
        self.rows = rows

    def fact(self, name: str, default: str = "") -> str:
        """A setting of the provider."""
        found = self.rows.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else default

    def fact_set(self, name: str, value: str) -> None:
        """Change a setting."""
        self.rows.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def payment(self, ref: str) -> dict[str, Any] | None:
        """A payment by its name here."""
        return self._body("SELECT body FROM payments WHERE ref = ?", ref)

    def payment_of(self, ours: str) -> dict[str, Any] | None:
        """A payment by the name its merchant gave it; the first if there are several."""
        return self._body("SELECT body FROM payments WHERE ours = ? ORDER BY rowid", ours)

    def payments(self) -> Iterator[dict[str, Any]]:
        """All payments."""
        return (json.loads(row[0]) for row in self.rows.execute("SELECT body FROM payments").fetchall())

    def lapsing(self, now: float) -> list[dict[str, Any]]:
        """Holds whose time is over."""
        rows = self.rows.execute("SELECT body FROM payments WHERE expires <= ?", (now,)).fetchall()
        return [json.loads(row[0]) for row in rows]

    def keep(self, payment: dict[str, Any]) -> None:
        """Write a payment down."""
        expires = payment["expires"] if payment["state"] == "authorised" else None
        row = (payment["ref"], payment["ours"], json.dumps(payment), expires)
        self.rows.execute("INSERT OR REPLACE INTO payments VALUES (?, ?, ?, ?)", row)

    def _body(self, query: str, value: str) -> dict[str, Any] | None:
        found = self.rows.execute(query, (value,)).fetchone()
        return json.loads(found[0]) if found else None


class Store:
    """The provider's file; every `open` is one transaction that nobody else shares."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as rows:
            rows.execute("PRAGMA journal_mode=WAL")
            rows.executescript(_TABLES)
            rows.execute("INSERT OR IGNORE INTO facts VALUES ('secret', ?)", (secrets.token_hex(32),))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        rows = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            # It holds no money: what a machine loses when it falls over, a demo can lose.
            rows.execute("PRAGMA synchronous=OFF")
            yield rows
        finally:
            rows.close()

    @contextmanager
    def open(self) -> Iterator[Books]:
        """Read and write the books; what was written is there for everybody when the block ends."""
        with self._connection() as rows:
            rows.execute("BEGIN IMMEDIATE")
            try:
                yield Books(rows)
            except BaseException:
                rows.execute("ROLLBACK")
                raise
            rows.execute("COMMIT")
