"""Stripe's objects as what every provider tells (API reference: PaymentIntent, Charge, Refund, Dispute)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from billing.choices.payments import DisputeState, PaymentState, RefundState
from billing.payments.interface import DisputeSeen, PaymentSeen, RefundSeen

# How long a card's bank keeps a hold when Stripe does not say.
_HELD_FOR = timedelta(days=7)
# Under this name the objects carry our public ids.
PAYMENT, REFUND, CONFIRMED_BY = "payment", "refund", "confirmed_by"
_REFUNDS = {
    "pending": RefundState.PENDING, "requires_action": RefundState.PENDING, "succeeded": RefundState.DONE,
    "failed": RefundState.FAILED, "canceled": RefundState.FAILED,
}  # fmt: skip


def payment_seen(
    intent: dict[str, Any], refunds: Iterable[dict[str, Any]] = (), disputes: Iterable[dict[str, Any]] = ()
) -> PaymentSeen:
    """A PaymentIntent with its `latest_charge` expanded."""
    charge = intent.get("latest_charge") or {}
    state = _state(intent)
    captured = _captured(intent, charge)
    held = intent["amount"] if state in (PaymentState.AUTHORISED, PaymentState.CAPTURED) else captured
    return PaymentSeen(
        ref=intent["id"],
        state=state,
        authorised_minor=max(held, captured),
        captured_minor=captured,
        expires_at=_expires_at(charge) if state == PaymentState.AUTHORISED else None,
        refunds=tuple(map(_refund, refunds)),
        disputes=tuple(_dispute(each) for each in disputes if not each["status"].startswith("warning")),
        failure=failure_of(intent),
        action_url=_action_url(intent),
        client_secret=intent.get("client_secret") or "",
        customer_ref=intent.get("customer") or "",
    )


def _state(intent: dict[str, Any]) -> PaymentState:
    status = intent["status"]
    if status == "requires_capture":
        return PaymentState.PARTLY_CAPTURED if intent.get("amount_received") else PaymentState.AUTHORISED
    if status == "canceled":
        return _cancelled(intent)
    if status == "requires_payment_method":
        # A card we confirmed ourselves failed for good; in the payer's own form another may be tried.
        ours = (intent.get("metadata") or {}).get(CONFIRMED_BY) == "server"
        return PaymentState.FAILED if ours and intent.get("last_payment_error") else PaymentState.NEEDS_ACTION
    if status == "succeeded":
        return PaymentState.CAPTURED
    return PaymentState.NEW if status == "processing" else PaymentState.NEEDS_ACTION


def _cancelled(intent: dict[str, Any]) -> PaymentState:
    """A hold that Stripe gives up by itself has lapsed."""
    if intent.get("amount_received"):
        return PaymentState.CAPTURED
    lapsed = intent.get("cancellation_reason") in ("automatic", "expired")
    return PaymentState.EXPIRED if lapsed else PaymentState.CANCELLED


def _captured(intent: dict[str, Any], charge: dict[str, Any]) -> int:
    if intent.get("amount_received") is not None:
        return int(intent["amount_received"])
    if not charge.get("captured") or charge.get("status") != "succeeded":
        return 0
    return int(charge.get("amount_captured", charge["amount"]))


def _expires_at(charge: dict[str, Any]) -> datetime | None:
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    if card.get("capture_before"):
        return datetime.fromtimestamp(card["capture_before"], tz=UTC)
    created = charge.get("created")
    return datetime.fromtimestamp(created, tz=UTC) + _HELD_FOR if created else None


def failure_of(intent: dict[str, Any]) -> str:
    """What became of the last card that was tried, in Stripe's words."""
    error = intent.get("last_payment_error") or {}
    return str(error.get("message") or error.get("code") or "")


def _action_url(intent: dict[str, Any]) -> str:
    action = intent.get("next_action") or {}
    return str((action.get("redirect_to_url") or {}).get("url") or "")


def _refund(refund: dict[str, Any]) -> RefundSeen:
    state = _REFUNDS.get(refund.get("status") or "", RefundState.PENDING)
    return RefundSeen(refund["id"], refund["amount"], state, (refund.get("metadata") or {}).get(REFUND, ""))


def _dispute(dispute: dict[str, Any]) -> DisputeSeen:
    """Inquiries ("warning_...") take no money and are left out."""
    known = {"won": DisputeState.WON, "lost": DisputeState.LOST}
    return DisputeSeen(dispute["id"], dispute["amount"], known.get(dispute["status"], DisputeState.OPEN))
