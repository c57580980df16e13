"""Payments as Stripe tells them today: partial captures without refunds of the rest, what their cards are kept for."""

from typing import Any

from .foreign import Stripe


class Captures:
    """What was captured of which payment, and the refunds that stand for what was released with it."""

    def __init__(self, behind: Stripe) -> None:
        self._behind = behind
        self._taken: dict[str, int] = {}
        self._released: dict[str, int] = {}
        # What was said of using its card again, by payment: localstripe has no place for it.
        self.uses: dict[str, str | None] = {}

    def made(self, payment: str, minor: int) -> None:
        """A payment was just captured for so much."""
        self._taken[payment] = minor
        rows = self._behind.ask(f"/v1/refunds?payment_intent={payment}")["data"]
        self._released |= {row["id"]: row["amount"] for row in rows}

    def payment(self, told: dict[str, Any]) -> dict[str, Any]:
        """A PaymentIntent, its charge expanded or not."""
        told["setup_future_usage"] = self.uses.get(told.get("id", ""))
        taken, charge = self._taken.get(told.get("id", "")), told.get("latest_charge")
        if taken is None:
            return told
        told["amount_received"] = taken
        if isinstance(charge, dict):
            charge["amount_captured"] = taken
            charge["amount_refunded"] -= charge["amount"] - taken
        return told

    def refunds(self, told: dict[str, Any]) -> dict[str, Any]:
        """A list of refunds."""
        return told | {"data": [row for row in told["data"] if row["id"] not in self._released]}
