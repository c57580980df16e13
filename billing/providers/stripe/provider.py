"""Stripe behind `billing.payments.interface.Provider`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import stripe
from stripe.params import PaymentIntentCreateParams

from billing.payments.interface import (
    BadSignature,
    CardAsk,
    CardSeen,
    Declined,
    EventSeen,
    HoldAsk,
    MethodSeen,
    PaymentSeen,
    Refused,
    Unclear,
)

from .checkout import (
    CARD_TOO,
    PAGE,
    PAYMENT_TOO,
    card_page,
    card_page_seen,
    is_entered,
    method_seen,
    page_seen,
    payment_page,
)
from .reading import CONFIRMED_BY, PAYMENT, REFUND, payment_seen

SIGNATURE = "Stripe-Signature"
_TIMEOUT_S = 20
_PAGE = 100
# Their answer does not say whether a call took effect.
_UNCLEAR = (stripe.APIConnectionError, stripe.RateLimitError, stripe.IdempotencyError)


class StripeProvider:
    """Calls are not repeated by the SDK: whoever repeats them looks first. `api_url` names another server for tests."""

    name = "stripe"
    can_increment = True
    has_card_page = True

    def __init__(self, secret_key: str, webhook_secret: str, api_url: str = "") -> None:
        self._webhook_secret = webhook_secret
        self._api = stripe.StripeClient(
            secret_key, max_network_retries=0, base_addresses={"api": api_url} if api_url else {},
            http_client=stripe.RequestsClient(timeout=_TIMEOUT_S),
        ).v1  # fmt: skip

    def create_customer(self, account: str, email: str, key: str) -> str:
        params: Any = {"metadata": {"account": account}} | ({"email": email} if email else {})
        return str(_told(lambda: self._api.customers.create(params, _once(key)))["id"])

    def setup_method(self, customer_ref: str, method_ref: str, key: str) -> MethodSeen:
        attach = self._api.payment_methods.attach
        return method_seen(_told(lambda: attach(method_ref, {"customer": customer_ref}, _once(key))))

    def forget_method(self, method_ref: str, key: str) -> None:
        _told(lambda: self._api.payment_methods.detach(method_ref, {}, _once(key)))

    def card_page(self, ask: CardAsk, key: str) -> CardSeen:
        return card_page_seen(_told(lambda: self._api.checkout.sessions.create(card_page(ask), _once(key))))

    def card_seen(self, ref: str) -> CardSeen:
        return card_page_seen(self._page(ref, CARD_TOO))

    def authorise(self, ask: HoldAsk, key: str) -> PaymentSeen:
        if not ask.method_ref:
            page = payment_page(ask)
            return page_seen(_told(lambda: self._api.checkout.sessions.create(page, _once(key))))
        params: PaymentIntentCreateParams = {
            "amount": ask.minor,
            "currency": ask.currency.lower(),
            "capture_method": "automatic" if ask.at_once else "manual",
            "allowed_payment_method_types": ["card"],
            "metadata": {PAYMENT: ask.payment, CONFIRMED_BY: "server"},
            "payment_method": ask.method_ref,
            "confirm": True,
        }
        if not ask.at_once:
            params["payment_method_options"] = {"card": {"request_incremental_authorization": "if_available"}}
        if ask.customer_ref:
            params["customer"] = ask.customer_ref
        if ask.off_session:
            params["off_session"] = True
        elif ask.back_url:
            # The bank's challenge is a page then, not a script.
            params["return_url"] = ask.back_url
        return self._seen(_told(lambda: self._api.payment_intents.create(params, _once(key)))["id"])

    def increment(self, ref: str, to_minor: int, key: str) -> PaymentSeen:
        raised = self._api.payment_intents.increment_authorization
        _told(lambda: raised(ref, {"amount": to_minor}, _once(key)))
        return self._seen(ref)

    def capture(self, ref: str, minor: int, key: str) -> PaymentSeen:
        capture = self._api.payment_intents.capture
        _told(lambda: capture(ref, {"amount_to_capture": minor}, _once(key)))
        return self._seen(ref)

    def cancel(self, ref: str, key: str) -> PaymentSeen:
        """The payment of an open page cannot be cancelled: the page is closed instead, while no card was taken."""
        page = self._page(ref, PAYMENT_TOO) if ref.startswith(PAGE) else None
        if page is not None and page["status"] == "open" and not is_entered(page):
            _told(lambda: self._api.checkout.sessions.expire(ref, {}, _once(f"{key}:page")))
        elif page is None or is_entered(page):
            name = page["payment_intent"]["id"] if page else ref
            _told(lambda: self._api.payment_intents.cancel(name, {}, _once(key)))
        return self._seen(ref)

    def refund(self, ref: str, minor: int, refund: str, key: str) -> PaymentSeen:
        params: Any = {"payment_intent": ref, "amount": minor, "metadata": {REFUND: refund}}
        _told(lambda: self._api.refunds.create(params, _once(key)))
        return self._seen(ref)

    def read(self, ref: str) -> PaymentSeen:
        return self._seen(ref)

    def _seen(self, ref: str) -> PaymentSeen:
        """The payment with its charge, by its own name or by that of its page."""
        if ref.startswith(PAGE):
            page = self._page(ref, PAYMENT_TOO)
            return self._with_charge(page["payment_intent"]) if is_entered(page) else page_seen(page)
        retrieve = self._api.payment_intents.retrieve
        return self._with_charge(_told(lambda: retrieve(ref, {"expand": ["latest_charge"]})))

    def _page(self, ref: str, too: str) -> dict[str, Any]:
        return _told(lambda: self._api.checkout.sessions.retrieve(ref, {"expand": [too]}))

    def _with_charge(self, intent: dict[str, Any]) -> PaymentSeen:
        """Refunds and disputes are asked for only where there may be some."""
        api, ref = self._api, intent["id"]
        charge = intent.get("latest_charge") or {}
        refunds, disputes = [], []
        if charge.get("captured") and charge.get("amount_refunded", 1):
            refunds = _told(lambda: api.refunds.list({"payment_intent": ref, "limit": _PAGE}))["data"]
        if charge.get("disputed"):
            disputes = _told(lambda: api.disputes.list({"payment_intent": ref, "limit": _PAGE}))["data"]
        return replace(payment_seen(intent, refunds, disputes), kept=self._kept(intent))

    def _kept(self, intent: dict[str, Any]) -> MethodSeen | None:
        """The card that this payment left with its customer."""
        card = intent.get("payment_method")
        if not card or not intent.get("setup_future_usage") or intent["status"] != "succeeded":
            return None
        return method_seen(_told(lambda: self._api.payment_methods.retrieve(card)))

    def find(self, payment: str, since: datetime) -> PaymentSeen | None:
        """By its page, else by its own name."""
        for kind in (self._api.checkout.sessions, self._api.payment_intents):
            found = _listed(kind.list, payment, since)
            if found:
                return self._seen(found)
        return None

    def parse_event(self, raw: bytes, headers: Mapping[str, str]) -> EventSeen:
        """`Stripe-Signature` over the raw body, at most five minutes old."""
        try:
            stripe.WebhookSignature.verify_header(
                raw.decode(), headers.get(SIGNATURE, ""), self._webhook_secret, tolerance=300
            )
            body = json.loads(raw)
            about = body["data"]["object"]
            return EventSeen(str(body["id"]), str(body["type"]), *_names(about))
        except stripe.SignatureVerificationError as error:
            raise BadSignature(str(error)) from None
        except (ValueError, KeyError, TypeError):
            raise BadSignature("the body is no event of Stripe") from None


def _names(about: dict[str, Any]) -> tuple[str, str]:
    """Stripe's and our name of the payment that an event's object is, or belongs to."""
    ref = about["id"] if about.get("object") == "payment_intent" else about.get("payment_intent")
    ours = (about.get("metadata") or {}).get(PAYMENT, "")
    return str(ref or ""), str(ours)


def _listed(listing: Callable[[Any], Any], payment: str, since: datetime) -> str:
    """Looked for in the list, newest first: Stripe's search knows a payment only some time after it was made."""
    after = ""
    while True:
        params: Any = {"limit": _PAGE} | ({"starting_after": after} if after else {})
        page = _told(lambda: listing(params))  # noqa: B023
        for each in page["data"]:
            if (each.get("metadata") or {}).get(PAYMENT) == payment:
                return str(each["id"])
            if each["created"] < since.timestamp():
                return ""
        if not page["data"] or not page.get("has_more"):
            return ""
        after = page["data"][-1]["id"]


def _once(key: str) -> Any:
    return {"idempotency_key": key}


def _told(call: Callable[[], Any]) -> dict[str, Any]:
    """The answer as plain values. Raises `Declined`, `Refused`, `Unclear`."""
    try:
        answer: dict[str, Any] = call().to_dict()
        return answer
    except stripe.CardError as error:
        raise Declined(_words(error)) from None
    except _UNCLEAR as error:
        raise Unclear(_words(error)) from None
    except stripe.StripeError as error:
        is_theirs = error.http_status is None or error.http_status >= 500 or error.http_status == 409
        raise (Unclear if is_theirs else Refused)(_words(error)) from None


def _words(error: stripe.StripeError) -> str:
    return str(error.user_message or error)[:255]
