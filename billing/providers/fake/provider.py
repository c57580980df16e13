"""The fake provider as every provider: its interface, and what its webhooks look like."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path

from billing.choices.payments import DisputeState, PaymentState, RefundState
from billing.payments.interface import (
    BadSignature,
    CardAsk,
    CardSeen,
    Declined,
    DisputeSeen,
    EventSeen,
    HoldAsk,
    MethodSeen,
    PaymentSeen,
    RefundSeen,
    Refused,
)
from cpms.core import clock

from .bank import Bank, Payment, asked_of, card_of, moment

SIGNATURE = "Fake-Signature"
_TOLERANCE_S = 300


class FakeProvider:
    """See `billing.payments.interface.Provider`. `path` is the file with its books."""

    name = "fake"
    can_increment = True
    has_card_page = False

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    @cached_property
    def bank(self) -> Bank:
        """Its other side: what payers and banks do."""
        return Bank(self._path)

    def create_customer(self, account: str, email: str, key: str) -> str:
        return f"fc_{hashlib.sha256(account.encode()).hexdigest()[:16]}"

    def setup_method(self, customer_ref: str, method_ref: str, key: str) -> MethodSeen:
        card = card_of(method_ref)
        if card.declined:
            raise Declined(card.declined)
        return MethodSeen(method_ref, card.label, "2031-12")

    def forget_method(self, method_ref: str, key: str) -> None:
        self.bank.forget(method_ref, key)

    def card_page(self, ask: CardAsk, key: str) -> CardSeen:
        raise Refused("a card is kept while something is paid with it")

    def card_seen(self, ref: str) -> CardSeen:
        raise Refused("there is no such page")

    def authorise(self, ask: HoldAsk, key: str) -> PaymentSeen:
        return seen(self.bank.ask("authorise", key, **asked_of(ask)))

    def increment(self, ref: str, to_minor: int, key: str) -> PaymentSeen:
        return seen(self.bank.ask("increment", key, ref=ref, minor=to_minor))

    def capture(self, ref: str, minor: int, key: str) -> PaymentSeen:
        return seen(self.bank.ask("capture", key, ref=ref, minor=minor))

    def cancel(self, ref: str, key: str) -> PaymentSeen:
        return seen(self.bank.ask("cancel", key, ref=ref))

    def refund(self, ref: str, minor: int, refund: str, key: str) -> PaymentSeen:
        return seen(self.bank.ask("refund", key, ref=ref, minor=minor, refund=refund))

    def read(self, ref: str) -> PaymentSeen:
        found = self.bank.read(ref=ref)
        if found is None:
            raise Refused("no such payment")
        return seen(found)

    def find(self, payment: str, since: datetime) -> PaymentSeen | None:
        found = self.bank.read(ours=payment)
        return seen(found) if found else None

    def parse_event(self, raw: bytes, headers: Mapping[str, str]) -> EventSeen:
        """`Fake-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over `<seconds>.<body>`; at most five minutes old."""
        at, signature = _parts(headers.get(SIGNATURE, ""))
        if abs(clock.now().timestamp() - at) > _TOLERANCE_S:
            raise BadSignature("the signature is too old")
        if not hmac.compare_digest(signature.encode(), sign(self._secret, raw, at).encode()):
            raise BadSignature("the signature does not fit the body")
        body = json.loads(raw)
        return EventSeen(body["id"], body["type"], body["ref"], body["ours"])

    @cached_property
    def _secret(self) -> str:
        with self.bank.store.open() as books:
            return books.fact("secret")


def _parts(header: str) -> tuple[int, str]:
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    if not fields.get("t", "").isdecimal():
        raise BadSignature(f"{SIGNATURE} is missing or has no time")
    return int(fields["t"]), fields.get("v1", "")


def sign(secret: str, raw: bytes, at: int) -> str:
    """The signature of a webhook sent at this second."""
    return hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()


def seen(payment: Payment) -> PaymentSeen:
    """A payment of the bank's books as everybody sees it."""
    return PaymentSeen(
        ref=payment["ref"],
        state=PaymentState(payment["state"]),
        authorised_minor=payment["authorised"],
        captured_minor=payment["captured"],
        expires_at=moment(payment["expires"]) if payment["state"] == "authorised" else None,
        refunds=tuple(
            RefundSeen(each["ref"], each["minor"], RefundState(each["state"]), each["ours"])
            for each in payment["refunds"]
        ),
        disputes=tuple(
            DisputeSeen(each["ref"], each["minor"], DisputeState(each["state"]))
            for each in payment["disputes"]
        ),
        failure=payment["failure"],
    )
