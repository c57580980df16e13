"""Stripe's own page for cards, hosted Checkout: what a page is asked for, and what it tells (API: Checkout Session).

A page takes one payment, or keeps one card. The payment behind it exists from the moment its payer enters a card, so
until then, and for giving it up, the page stands for it; a page that was given up takes no card any more.
"""

from typing import Any

from stripe.params.checkout import SessionCreateParams

from billing.choices.payments import PaymentState
from billing.payments.interface import CardAsk, CardSeen, HoldAsk, MethodSeen, PaymentSeen, Refused

from .reading import CONFIRMED_BY, PAYMENT, failure_of, payment_seen

# With it begin the names of pages.
PAGE = "cs_"
# Under this name a page for keeping a card carries our public id.
ENTRY = "card_entry"
# What is read with a page: the payment with its charge, the card that is kept.
PAYMENT_TOO, CARD_TOO = "payment_intent.latest_charge", "setup_intent.payment_method"
# The payment behind a page is further than entering a card.
_ENTERED = ("processing", "requires_capture", "succeeded")
_LANGUAGES = ("de", "en", "es", "fr", "nl")


def payment_page(ask: HoldAsk) -> SessionCreateParams:
    """A page for this payment. Raises `Refused` where its payer could not come back from it."""
    if not ask.back_url:
        raise Refused("a card is entered on Stripe's page, and no page of ours is named to come back to")
    page: SessionCreateParams = {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "line_items": [{"quantity": 1, "price_data": {
            "currency": ask.currency.lower(), "unit_amount": ask.minor, "product_data": {"name": ask.what},
        }}],
        "metadata": {PAYMENT: ask.payment},
        "payment_intent_data": {"metadata": {PAYMENT: ask.payment, CONFIRMED_BY: "payer"}},
        # Held and captured is what was asked for, in that currency.
        "adaptive_pricing": {"enabled": False},
        "success_url": ask.back_url,
        "cancel_url": ask.back_url,
        "locale": _language(ask.locale),
    }  # fmt: skip
    if not ask.at_once:
        page["payment_intent_data"]["capture_method"] = "manual"
        page["payment_method_options"] = {"card": {"request_incremental_authorization": "if_available"}}
    if ask.keeps_card and ask.customer_ref:
        # Later its owner may be away: invoices are paid with it, too.
        page["payment_intent_data"]["setup_future_usage"] = "off_session"
    if ask.customer_ref:
        page["customer"] = ask.customer_ref
    elif ask.email:
        page["customer_email"] = ask.email
    return page


def card_page(ask: CardAsk) -> SessionCreateParams:
    """A page that keeps a card with a customer."""
    return {
        "mode": "setup",
        "allowed_payment_method_types": ["card"],
        "currency": ask.currency.lower(),
        "customer": ask.customer_ref,
        "metadata": {ENTRY: ask.entry},
        "success_url": ask.back_url,
        "cancel_url": ask.back_url,
        "locale": _language(ask.locale),
    }


def _language(locale: str) -> str:
    known = locale.partition("-")[0]
    return known if known in _LANGUAGES else "auto"


def page_seen(page: dict[str, Any]) -> PaymentSeen:
    """A payment by its page, read with `PAYMENT_TOO`, as long as no card was entered, or when it was given up."""
    intent = page.get("payment_intent") or {}
    if page["status"] == "open":
        return PaymentSeen(
            "", PaymentState.NEEDS_ACTION, failure=failure_of(intent), action_url=page.get("url") or "",
            form_ref=page["id"],
        )  # fmt: skip
    if intent.get("status") == "canceled":
        return payment_seen(intent)
    return PaymentSeen("", PaymentState.CANCELLED, failure=failure_of(intent), form_ref=page["id"])


def is_entered(page: dict[str, Any]) -> bool:
    """Whether a card was entered and its bank did not say no."""
    return (page.get("payment_intent") or {}).get("status") in _ENTERED


def card_page_seen(page: dict[str, Any]) -> CardSeen:
    """What became of a page that keeps a card, read with `CARD_TOO`."""
    setup = page.get("setup_intent") or {}
    if page["status"] == "open":
        return CardSeen(page["id"], action_url=page.get("url") or "")
    kept = setup.get("status") == "succeeded" and setup.get("payment_method")
    return CardSeen(page["id"], method=method_seen(kept) if kept else None)


def method_seen(method: dict[str, Any]) -> MethodSeen:
    """A PaymentMethod of type card."""
    card = method.get("card") or {}
    label = f"{str(card.get('brand', '')).capitalize()} •••• {card.get('last4', '')}"
    until = f"{card['exp_year']}-{card['exp_month']:02}" if card.get("exp_year") else ""
    return MethodSeen(method["id"], label, until)
