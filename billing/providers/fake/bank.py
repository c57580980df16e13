"""What the fake provider does with payments: its own rules, which know nothing of ours."""

import json
import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from billing.payments.interface import Declined, HoldAsk, Refused, Unclear
from cpms.core import clock

from .cards import CARDS, Card, Mishap
from .store import Books, Store

Payment = dict[str, Any]


class Bank:
    """The provider behind its interface. `mishap` and the acts of payers and banks are for tests and demos."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)

    def ask(self, kind: str, key: str, **asked: Any) -> Payment:
        """Carry out a call, once for each key, unless a mishap waits for it."""
        with self.store.open() as books:
            self._pass_time(books)
            books.rows.execute("INSERT INTO calls (kind, ref, key) VALUES (?, ?, ?)", (kind, "", key))
            known = self._known(books, kind, key, asked)
            if known is not None:
                return known
            mishap = self._mishap(books, kind)
            if mishap == Mishap.LATE:
                self._postpone(books, kind, key, asked)
            payment = (
                None
                if mishap in (Mishap.TIMEOUT, Mishap.BROKEN, Mishap.LATE)
                else self._do(books, kind, asked)
            )
            if payment is not None and books.fact("keeps_keys", "yes") == "yes":
                self._remember(books, kind, key, asked, payment["ref"])
        if mishap or payment is None:
            raise Unclear(f"no answer ({mishap})")
        return self._answered(kind, payment)

    def forget(self, method_ref: str, key: str) -> None:
        """A card is kept no longer. It is in nobody's books but those of the calls."""
        with self.store.open() as books:
            books.rows.execute(
                "INSERT INTO calls (kind, ref, key) VALUES (?, ?, ?)", ("forget", method_ref, key)
            )
            mishap = self._mishap(books, "forget")
        if mishap:
            raise Unclear(f"no answer ({mishap})")

    def _answered(self, kind: str, payment: Payment) -> Payment:
        if kind == "authorise" and payment["state"] == "failed":
            raise Declined(payment["failure"])
        return payment

    def _known(self, books: Books, kind: str, key: str, asked: dict[str, Any]) -> Payment | None:
        """What the key did before."""
        if books.rows.execute("SELECT 1 FROM late WHERE key = ?", (key,)).fetchone():
            raise Unclear("the first call with this key is still at work")
        found = books.rows.execute("SELECT ref, asked FROM keys WHERE key = ?", (key,)).fetchone()
        if found is None:
            return None
        if found[1] != _digest(kind, asked):
            raise Refused("this idempotency key was used for another call")
        payment = books.payment(found[0])
        assert payment is not None
        return self._answered(kind, payment)

    def _remember(self, books: Books, kind: str, key: str, asked: dict[str, Any], ref: str) -> None:
        row = (key, ref, _digest(kind, asked))
        books.rows.execute("INSERT OR REPLACE INTO keys VALUES (?, ?, ?)", row)

    def _mishap(self, books: Books, kind: str) -> Mishap | None:
        query = "SELECT id, mishap FROM mishaps WHERE kind IN (?, 'any') ORDER BY id LIMIT 1"
        found = books.rows.execute(query, (kind,)).fetchone()
        if found is None:
            return None
        books.rows.execute("DELETE FROM mishaps WHERE id = ?", (found[0],))
        return Mishap(found[1]) if found[1] else None

    def _postpone(self, books: Books, kind: str, key: str, asked: dict[str, Any]) -> None:
        body = json.dumps({"kind": kind, "asked": asked}, default=str)
        books.rows.execute("INSERT INTO late (key, body, after) VALUES (?, ?, 3)", (key, body))

    def _pass_time(self, books: Books) -> None:
        """Holds lapse; calls that were slow take effect after a few others."""
        for payment in books.lapsing(clock.now().timestamp()):
            self.changed(books, payment | {"state": "expired"}, "payment.expired")
        books.rows.execute("UPDATE late SET after = after - 1")
        due = books.rows.execute("SELECT id, key, body FROM late WHERE after <= 0").fetchall()
        for number, key, body in due:
            books.rows.execute("DELETE FROM late WHERE id = ?", (number,))
            call = json.loads(body)
            self._do_late(books, call["kind"], key, call["asked"])

    def _do_late(self, books: Books, kind: str, key: str, asked: dict[str, Any]) -> None:
        try:
            payment = self._do(books, kind, asked)
        except Refused:
            return
        if payment is not None:
            self._remember(books, kind, key, asked, payment["ref"])

    def _do(self, books: Books, kind: str, asked: dict[str, Any]) -> Payment:
        if kind == "authorise":
            return self._authorise(books, asked)
        payment = books.payment(asked["ref"])
        if payment is None:
            raise Refused("no such payment")
        return getattr(self, f"_{kind}")(books, payment, asked)

    def _authorise(self, books: Books, asked: dict[str, Any]) -> Payment:
        card = card_of(asked["method_ref"]) if asked["method_ref"] else None
        payment = {
            "ref": f"fp_{secrets.token_hex(10)}", "ours": asked["payment"], "minor": asked["minor"],
            "currency": asked["currency"], "at_once": asked["at_once"], "card": asked["method_ref"],
            "state": "needs_action", "authorised": 0, "captured": 0, "expires": None, "failure": "",
            "refunds": [], "disputes": [],
        }  # fmt: skip
        if card is None or (card.challenged and not asked["off_session"]):
            return self.changed(books, payment, "payment.needs_action")
        return self.decide(books, payment, card, confirmed=not card.challenged)

    def decide(self, books: Books, payment: Payment, card: Card, confirmed: bool) -> Payment:
        """The card's bank says yes or no."""
        if card.declined or not confirmed:
            failure = card.declined or "the payer must confirm"
            return self.changed(books, payment | {"state": "failed", "failure": failure}, "payment.failed")
        minor, until = payment["minor"], clock.now() + card.held_for
        held = payment | {"state": "authorised", "authorised": minor, "expires": until.timestamp()}
        if payment["at_once"]:
            return self.changed(books, held | {"state": "captured", "captured": minor}, "payment.captured")
        return self.changed(books, held, "payment.authorised")

    def _increment(self, books: Books, payment: Payment, asked: dict[str, Any]) -> Payment:
        if payment["state"] != "authorised" or not card_of(payment["card"]).can_raise:
            raise Refused("this hold cannot be raised")
        raised = max(payment["authorised"], asked["minor"])
        return self.changed(books, payment | {"authorised": raised}, "payment.raised")

    def _capture(self, books: Books, payment: Payment, asked: dict[str, Any]) -> Payment:
        if payment["state"] != "authorised" or not 0 < asked["minor"] <= payment["authorised"]:
            raise Refused(f"a payment that is {payment['state']} cannot be captured for {asked['minor']}")
        taken = self.changed(
            books, payment | {"state": "captured", "captured": asked["minor"]}, "payment.captured"
        )
        return self.dispute(books, taken) if card_of(payment["card"]).disputed else taken

    def _cancel(self, books: Books, payment: Payment, asked: dict[str, Any]) -> Payment:
        if payment["state"] not in ("needs_action", "authorised", "failed"):
            raise Refused(f"a payment that is {payment['state']} cannot be released")
        return self.changed(books, payment | {"state": "cancelled"}, "payment.cancelled")

    def _refund(self, books: Books, payment: Payment, asked: dict[str, Any]) -> Payment:
        given = sum(each["minor"] for each in payment["refunds"] if each["state"] != "failed")
        if payment["state"] != "captured" or given + asked["minor"] > payment["captured"]:
            raise Refused("more would be given back than was captured")
        refund = {"ref": f"fr_{secrets.token_hex(8)}", "minor": asked["minor"], "ours": asked["refund"]}
        refund["state"] = "done"
        return self.changed(books, payment | {"refunds": [*payment["refunds"], refund]}, "refund.done")

    def dispute(self, books: Books, payment: Payment) -> Payment:
        """The payer's bank takes the money back."""
        dispute = {"ref": f"fd_{secrets.token_hex(8)}", "minor": payment["captured"], "state": "open"}
        return self.changed(books, payment | {"disputes": [*payment["disputes"], dispute]}, "dispute.open")

    def changed(self, books: Books, payment: Payment, event: str) -> Payment:
        """Write it down, and tell its merchant some time."""
        books.keep(payment)
        body = {
            "id": f"fe_{secrets.token_hex(10)}",
            "type": event,
            "ref": payment["ref"],
            "ours": payment["ours"],
        }
        books.rows.execute("INSERT INTO hooks (body) VALUES (?)", (json.dumps(body),))
        return payment

    def read(self, ref: str = "", ours: str = "") -> Payment | None:
        """A payment as it is now."""
        with self.store.open() as books:
            self._pass_time(books)
            mishap = self._mishap(books, "read")
            found = books.payment(ref) if ref else books.payment_of(ours)
        if mishap:
            raise Unclear("no answer")
        return found


def card_of(method_ref: str) -> Card:
    """A card by the name the provider's form gave it. Raises `Refused`."""
    if method_ref not in CARDS:
        raise Refused(f"there is no payment method {method_ref!r}")
    return CARDS[method_ref]


def asked_of(ask: HoldAsk) -> dict[str, Any]:
    """A hold as the bank's own call."""
    return asdict(ask)


def moment(seconds: float | None) -> datetime | None:
    """A time of the bank's books."""
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=clock.now().tzinfo)


def _digest(kind: str, asked: dict[str, Any]) -> str:
    return json.dumps({"kind": kind, **asked}, sort_keys=True, default=str)
