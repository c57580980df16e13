"""What payers, banks and networks do at the fake provider: the hands of tests and demos."""

import json
from collections.abc import Callable, Iterable

from cpms.core import clock

from .bank import Bank, card_of
from .cards import CARDS, Mishap
from .provider import SIGNATURE, FakeProvider, sign

Post = Callable[[bytes, dict[str, str]], int]
"""Sends a webhook's body with its headers; the HTTP status of the answer."""


def payer_confirms(its: FakeProvider, ref: str, agreed: bool = True, card: str = "fake_visa") -> None:
    """The payer answers the bank's challenge, or enters a card in the provider's form."""
    with its.bank.store.open() as books:
        payment = books.payment(ref)
        if payment is None or payment["state"] != "needs_action":
            raise ValueError(f"{ref} does not wait for its payer")
        payment["card"] = payment["card"] or card
        chosen = card_of(payment["card"]) if agreed else CARDS["fake_declined"]
        its.bank.decide(books, payment, chosen, confirmed=True)


def payer_enters(its: FakeProvider, ref: str, card: str) -> bool:
    """The payer enters a card in the provider's form; whether its bank asks him first whether it is he (3-D Secure)."""
    with its.bank.store.open() as books:
        payment = books.payment(ref)
        if payment is None or payment["state"] != "needs_action":
            raise ValueError(f"{ref} does not wait for its payer")
        asks = not payment["card"] and card_of(card).challenged
        if asks:
            books.keep(payment | {"card": card})
    return asks


def challenged_card(its: FakeProvider, ref: str) -> str:
    """What is printed on the card whose bank waits for its payer; "" when no card was entered yet."""
    with its.bank.store.open() as books:
        payment = books.payment(ref)
    waits = payment is not None and payment["state"] == "needs_action" and payment["card"]
    return CARDS[payment["card"]].label if payment and waits else ""


def mishaps(bank: Bank, kind: str, *what: Mishap | None) -> None:
    """What becomes of the next calls of a kind (`any` for all), in this order; None: nothing happens."""
    with bank.store.open() as books:
        rows = [(kind, each.value if each else "") for each in what]
        books.rows.executemany("INSERT INTO mishaps (kind, mishap) VALUES (?, ?)", rows)


def keys_forgotten(bank: Bank, forgotten: bool = True) -> None:
    """A provider that does not know idempotency keys."""
    with bank.store.open() as books:
        books.fact_set("keeps_keys", "no" if forgotten else "yes")


def bank_disputes(bank: Bank, ref: str) -> None:
    """The payer's bank takes a captured payment back."""
    with bank.store.open() as books:
        payment = books.payment(ref)
        assert payment is not None
        bank.dispute(books, payment)


def bank_decides(bank: Bank, ref: str, state: str) -> None:
    """The open dispute of a payment is `won` or `lost`."""
    with bank.store.open() as books:
        payment = books.payment(ref)
        assert payment is not None
        for dispute in payment["disputes"]:
            dispute["state"] = state
        bank.changed(books, payment, f"dispute.{state}")


def refund_fails(bank: Bank, ref: str) -> None:
    """The payer's bank sends refunds of a payment back."""
    with bank.store.open() as books:
        payment = books.payment(ref)
        assert payment is not None
        for refund in payment["refunds"]:
            refund["state"] = "failed"
        bank.changed(books, payment, "refund.failed")


def hooks_take(bank: Bank) -> list[bytes]:
    """Take the webhooks that wait, in the order in which things happened."""
    with bank.store.open() as books:
        rows = books.rows.execute("SELECT id, body FROM hooks ORDER BY id").fetchall()
        books.rows.execute("DELETE FROM hooks")
    return [json.dumps(json.loads(body)).encode() for _, body in rows]


def hooks_send(its: FakeProvider, bodies: Iterable[bytes], post: Post) -> int:
    """Deliver webhooks, each signed now; how many were answered with 2xx. The others wait for the next time."""
    done = 0
    for body in bodies:
        at = int(clock.now().timestamp())
        status = post(body, {SIGNATURE: f"t={at},v1={sign(secret_of(its), body, at)}"})
        if 200 <= status < 300:
            done += 1
        else:
            with its.bank.store.open() as books:
                books.rows.execute("INSERT INTO hooks (body) VALUES (?)", (body.decode(),))
    return done


def secret_of(its: FakeProvider) -> str:
    """What it signs webhooks with."""
    with its.bank.store.open() as books:
        return books.fact("secret")
