"""What a payer does on Stripe's pages, where the tests have them."""

import re
import urllib.error
import urllib.parse
import urllib.request

from .foreign import GOOD
from .front import Front


class Payer:
    """Somebody with a browser and cards."""

    def __init__(self, front: Front) -> None:
        self.front = front

    @staticmethod
    def link(page: str, front: str) -> str:
        """The way to Stripe that a page of ours shows; "" when it shows none."""
        found = re.search(rf'href="({re.escape(front)}[^"]+)"', page)
        return found[1] if found else ""

    def enter(self, page: str, number: str = GOOD) -> str:
        """Enter a card on the page that ours leads to: what he reads there, or the address he is sent back to."""
        return self._send(self.link(page, self.front.url).partition("#")[0], number=number)

    def answer(self, page: str, agreed: bool = True) -> str:
        """Answer the bank's question there."""
        address = self.link(page, self.front.url).partition("#")[0]
        return self._send(address, agreed="yes" if agreed else "no")

    @staticmethod
    def _send(address: str, **fields: str) -> str:
        opener = urllib.request.build_opener(_Stay)
        try:
            with opener.open(address, urllib.parse.urlencode(fields).encode(), timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return "/" + str(error.headers["Location"]).split("/", 3)[3]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:  # type: ignore[override]
        return None
