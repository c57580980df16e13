"""Hosted Checkout as its documents describe it, which localstripe lacks: ours, with localstripe's payments behind it.

It shows that our code speaks the documented words and survives what payers do; that Stripe itself agrees it cannot
show. Unlike Stripe it makes a new payment when another card is tried after a declined one: localstripe's end there.
"""

import secrets
import time
from typing import Any

from stripe import RequestOptions
from stripe.params.checkout import SessionCreateParams

from .captures import Captures
from .foreign import Stripe

Answer = tuple[int, dict[str, Any]]


def known_of(params: type) -> set[str]:
    """Every parameter there is, by the official package and so of the API version it speaks."""
    return set(params.__annotations__) - set(RequestOptions.__annotations__)


KNOWN = known_of(SessionCreateParams)


class Checkout:
    """Its pages by name; `origin` is where they are shown."""

    def __init__(self, behind: Stripe, captures: Captures, origin: str) -> None:
        self.behind, self.captures, self.origin = behind, captures, origin
        self.pages: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, tuple[dict[str, Any], str]] = {}

    def create(self, asked: dict[str, Any], key: str) -> Answer:
        """`POST /v1/checkout/sessions`; the same key is the same page, or an error for other parameters."""
        wrong = faults(asked)
        if wrong:
            return refusal(400, wrong)
        if key in self._keys:
            before, name = self._keys[key]
            return (
                self.read(name)
                if before == asked
                else refusal(400, "idempotency key reused", "idempotency_error")
            )
        name = f"cs_test_{secrets.token_hex(29)}"
        self._keys[key] = (asked, name)
        self.pages[name] = {
            "id": name, "object": "checkout.session", "mode": asked["mode"], "status": "open",
            "url": f"{self.origin}/c/pay/{name}#{secrets.token_hex(300)}", "created": int(time.time()),
            "metadata": asked.get("metadata", {}), "payment_intent": None, "setup_intent": None,
            "asked": asked,
        }  # fmt: skip
        return self.read(name)

    def read(self, name: str, expand: tuple[str, ...] = ()) -> Answer:
        """`GET /v1/checkout/sessions/<name>`, with the payment or the card that is asked for."""
        if name not in self.pages:
            return refusal(404, "No such checkout.session")
        page = {key: value for key, value in self.pages[name].items() if key != "asked"}
        if page["payment_intent"] and "payment_intent.latest_charge" in expand:
            path = f"/v1/payment_intents/{page['payment_intent']}?expand[]=latest_charge"
            page["payment_intent"] = self.captures.payment(self.behind.ask(path))
        if page["setup_intent"] and "setup_intent.payment_method" in expand:
            setup = self.behind.ask(f"/v1/setup_intents/{page['setup_intent']}")
            if setup["payment_method"]:
                setup["payment_method"] = self.behind.ask(f"/v1/payment_methods/{setup['payment_method']}")
            page["setup_intent"] = setup
        return 200, page

    def listed(self) -> Answer:
        """`GET /v1/checkout/sessions`, the newest first, without what is behind them."""
        rows = [self.read(name)[1] for name in reversed(self.pages)]
        return 200, {"object": "list", "data": rows, "has_more": False}

    def expire(self, name: str) -> Answer:
        """`POST /v1/checkout/sessions/<name>/expire`; only an open one, and its payment goes with it."""
        page = self.pages.get(name)
        if page is None or page["status"] != "open":
            return refusal(400, 'Only Checkout Sessions with a status in ["open"] can be expired.')
        page |= {"status": "expired", "url": None}
        return self.read(name)


def refusal(status: int, message: str, kind: str = "invalid_request_error") -> Answer:
    """An error as Stripe words it."""
    return status, {"error": {"type": kind, "message": message}}


def faults(asked: dict[str, Any]) -> str:
    """What is wrong with the parameters of a page by the documents; "" when nothing is."""
    unknown = set(asked) - KNOWN
    if unknown:
        return f"Received unknown parameters: {', '.join(sorted(unknown))}"
    if "customer" in asked and "customer_email" in asked:
        return "You may only specify one of these parameters: customer, customer_email."
    if not asked.get("success_url", "").startswith(("http://", "https://")):
        return "success_url: not a valid URL"
    return _faults_of_payment(asked) if asked.get("mode") == "payment" else _faults_of_setup(asked)


def _faults_of_payment(asked: dict[str, Any]) -> str:
    try:
        (item,) = asked["line_items"].values()
        price = item["price_data"]
        fine = int(price["unit_amount"]) > 0 and len(price["currency"]) == 3 and price["product_data"]["name"]
        return "" if fine and price["currency"].islower() and item["quantity"] == "1" else "bad line_items"
    except (KeyError, ValueError):
        return "Missing required param: line_items"


def _faults_of_setup(asked: dict[str, Any]) -> str:
    if asked.get("mode") != "setup" or {"line_items", "payment_intent_data"} & set(asked):
        return "bad mode"
    return "" if asked.get("customer") and asked.get("currency") else "setup takes a customer and a currency"
