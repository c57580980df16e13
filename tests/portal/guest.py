"""A driver without an account, and what his phone shows."""

import re
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.test import Client

from billing.models import PaymentIntent
from billing.services.ratings.follow import sessions_sweep
from chargers.models import Transaction
from tests.billing.payments.till import Till


@dataclass
class Guest:
    """He opens pages and taps; `page` is what he last saw, `at` its address."""

    till: Till
    sticker: str
    email: str = "ada@example.com"
    client: Client = field(default_factory=Client)
    at: str = ""
    page: str = ""

    def open(self, path: str = "") -> "Guest":
        self._saw(self.client.get(path or self.at or self.sticker, follow=True))
        return self

    def tap(self, path: str, **filled: str) -> "Guest":
        """Send a form; the browser follows where it leads."""
        self._saw(self.client.post(path, filled, follow=True))
        return self

    def _saw(self, answer: HttpResponse) -> None:
        self.page = answer.content.decode()
        chain = getattr(answer, "redirect_chain", [])
        self.at = chain[-1][0] if chain else answer.wsgi_request.path  # type: ignore[attr-defined]

    @property
    def text(self) -> str:
        """What can be read, without tags and line breaks."""
        return " ".join(re.sub(r"<[^>]+>", " ", self.page.partition("<main")[2]).split())

    @property
    def payment(self) -> PaymentIntent:
        return PaymentIntent.objects.order_by("-id")[0]

    def pay(self, card: str = "fake_visa") -> "Guest":
        """Scan, enter an address, choose a card at the bank."""
        self.tap(self.sticker, email=self.email)
        visit = self.at
        self.tap(f"{visit}/bank", card=card, pay="yes")
        return self

    def charge(self) -> Transaction:
        """Pay, plug in; the station begins."""
        self.pay()
        return self.till.begin(self.payment)

    def settle(self) -> "Guest":
        """What the worker does when the session is over: rate, capture."""
        sessions_sweep()
        self.till.go(self.payment, 3, rounds=3)
        return self.open()
