"""What a payer does on a Checkout page: enter a card, answer his bank. The money is localstripe's."""

import json
import urllib.error
from dataclasses import dataclass
from typing import Any

from .sessions import Checkout

PUBLIC_KEY = "pk_test_12345"


@dataclass(frozen=True)
class Shown:
    """What he sees next: his bank's question, words about what went wrong, or the page he goes back to."""

    asks: bool = False
    words: str = ""
    back: str = ""


def card_entered(checkout: Checkout, name: str, number: str) -> Shown:
    """He enters a card and taps the button."""
    page = checkout.pages[name]
    if page["status"] != "open":
        return Shown(words="This page is not valid any more.")
    make = _pay if page["mode"] == "payment" else _keep
    try:
        status = make(checkout, page, checkout.behind.card(number))
    except urllib.error.HTTPError as error:
        return Shown(words=_words(error))
    return Shown(asks=True) if status == "requires_action" else _done(checkout, page)


def bank_answered(checkout: Checkout, name: str, agreed: bool) -> Shown:
    """His bank asked whether it is he (3-D Secure)."""
    page, ask = checkout.pages[name], checkout.behind.ask
    kind = "payment_intent" if page["mode"] == "payment" else "setup_intent"
    its = ask(f"/v1/{kind}s/{page[kind]}")
    fields = {"key": PUBLIC_KEY, "client_secret": its["client_secret"]}
    try:
        if kind == "payment_intent":
            its = ask(f"/v1/payment_intents/{its['id']}/_authenticate", success=str(agreed).lower(), **fields)
        elif agreed:
            its = ask(f"/v1/setup_intents/{its['id']}/confirm", **fields)
    except urllib.error.HTTPError as error:
        return Shown(words=_words(error))
    return (
        _done(checkout, page)
        if its["status"] in ("requires_capture", "succeeded")
        else Shown(words="Not confirmed.")
    )


def _pay(checkout: Checkout, page: dict[str, Any], card: str) -> str:
    asked, ask = page["asked"], checkout.behind.ask
    (item,) = asked["line_items"].values()
    wanted = asked["payment_intent_data"]
    facts = {
        "amount": item["price_data"]["unit_amount"], "currency": item["price_data"]["currency"],
        "capture_method": wanted.get("capture_method", "automatic_async"), "payment_method": card,
    }  # fmt: skip
    facts |= {f"metadata[{key}]": value for key, value in wanted["metadata"].items()}
    facts |= {"customer": asked["customer"]} if "customer" in asked else {}
    its = ask("/v1/payment_intents", **facts)
    page["payment_intent"] = its["id"]
    checkout.captures.uses[its["id"]] = wanted.get("setup_future_usage")
    return str(checkout.behind.tell(f"/v1/payment_intents/{its['id']}/confirm")["status"])


def _keep(checkout: Checkout, page: dict[str, Any], card: str) -> str:
    ask, customer = checkout.behind.ask, page["asked"]["customer"]
    setup = ask("/v1/setup_intents", customer=customer)
    page["setup_intent"] = setup["id"]
    status = str(ask(f"/v1/setup_intents/{setup['id']}/confirm", payment_method=card)["status"])
    ask(f"/v1/payment_methods/{card}/attach", customer=customer)
    return status


def _done(checkout: Checkout, page: dict[str, Any]) -> Shown:
    """The page is over. A card that is to be used again is attached to its customer once it has paid."""
    payment = page["payment_intent"]
    if payment and checkout.captures.uses.get(payment):
        card = checkout.behind.ask(f"/v1/payment_intents/{payment}")["payment_method"]
        checkout.behind.ask(f"/v1/payment_methods/{card}/attach", customer=page["asked"]["customer"])
    page |= {"status": "complete", "url": None}
    return Shown(back=page["asked"]["success_url"])


def _words(error: urllib.error.HTTPError) -> str:
    return str(json.loads(error.read()).get("error", {}).get("message", "Something went wrong."))
