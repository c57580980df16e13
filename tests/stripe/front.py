"""The front before localstripe: Checkout and the banks' challenge pages are ours, everything else is passed on."""

import html
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from stripe.params import PaymentIntentCreateParams

from .captures import Captures
from .foreign import Stripe
from .paying import Shown, bank_answered, card_entered
from .sessions import Answer, Checkout, known_of, refusal

PASSED_ON = ("Authorization", "Content-Type", "Stripe-Version")
PAYMENT_KNOWN = known_of(PaymentIntentCreateParams)
PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Checkout</title><h1>Checkout, for tests</h1><p>{what}</p><p role="alert">{words}</p>
<form method="post" action="{action}">{fields}</form><p><a href="{back}">Back</a></p>"""
CARD = '<label>Card number <input name="number" inputmode="numeric"></label> <button>Pay or keep</button>'
BANK = '<button name="agreed" value="yes">It is me</button> <button name="agreed" value="no">It is not me</button>'


class Front:
    """Listens until it is closed; `seen` are the pages that were asked for, by method and path."""

    def __init__(self, behind: Stripe, port: int = 0) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.captures, self.returns = Captures(behind), dict[str, str]()
        self.behind, self.checkout = behind, Checkout(behind, self.captures, self.url)
        self.seen: list[str] = []
        self._server.front = self  # type: ignore[attr-defined]
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def api(
        self, method: str, path: str, query: dict[str, Any], body: dict[str, Any], key: str
    ) -> Answer | None:
        """An answer of Checkout or a refusal, None for what is localstripe's."""
        found = re.fullmatch(r"/v1/checkout/sessions(?:/(\w+))?(/expire)?", path)
        if found is None:
            return self._refused(method, path, body)
        if not found[1]:
            return self.checkout.create(body, key) if method == "POST" else self.checkout.listed()
        expand = tuple(dict(query.get("expand", {})).values())
        return self.checkout.expire(found[1]) if found[2] else self.checkout.read(found[1], expand)

    def _refused(self, method: str, path: str, body: dict[str, Any]) -> Answer | None:
        """What Stripe would not do although localstripe does."""
        if (method, path) == ("POST", "/v1/payment_intents") and (unknown := set(body) - PAYMENT_KNOWN):
            return refusal(400, f"Received unknown parameters: {', '.join(sorted(unknown))}")
        asked = re.fullmatch(r"/v1/payment_intents/(pi_\w+)/cancel", path)
        if asked and asked[1] in {page["payment_intent"] for page in self.checkout.pages.values()}:
            status = self.behind.ask(f"/v1/payment_intents/{asked[1]}")["status"]
            # "You can directly cancel the PaymentIntent for a Checkout Session only when [...] `requires_capture`."
            return (
                None if status == "requires_capture" else refusal(400, "expire the Checkout Session instead")
            )
        return None

    def told(self, path: str, said: bytes, back: str, asked: dict[str, Any]) -> bytes:
        """What localstripe answered, in Stripe's words of today."""
        if captured := re.fullmatch(r"/v1/payment_intents/(pi_\w+)/capture", path):
            self.captures.made(captured[1], int(asked["amount_to_capture"]))
        if re.fullmatch(r"/v1/payment_intents(/pi_\w+(/\w+)?)?", path):
            return json.dumps(self._challenged(self.captures.payment(json.loads(said)), back)).encode()
        if path == "/v1/refunds" and b'"object": "list"' in said:
            return json.dumps(self.captures.refunds(json.loads(said))).encode()
        return said

    def _challenged(self, intent: dict[str, Any], back: str) -> dict[str, Any]:
        """A payment that was asked for with a `return_url` is challenged on a page, not by a script."""
        back = self.returns.setdefault(intent.get("id", ""), back)
        if back and intent.get("next_action"):
            url = f"{self.url}/challenge/{intent['id']}"
            intent["next_action"] = {
                "type": "redirect_to_url",
                "redirect_to_url": {"url": url, "return_url": back},
            }
        return intent


class _Handler(BaseHTTPRequestHandler):
    """One request: of our code to the API, or of a payer's browser to a page."""

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        self._raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._serve(tree(urllib.parse.parse_qsl(self._raw.decode(), keep_blank_values=True)))

    def _serve(self, body: dict[str, Any]) -> None:
        front: Front = self.server.front  # type: ignore[attr-defined]
        address = urllib.parse.urlsplit(self.path)
        front.seen.append(f"{self.command} {address.path}")
        if address.path.startswith(("/c/pay/", "/challenge/")):
            return self._page(front, address.path, body)
        query = tree(urllib.parse.parse_qsl(address.query))
        answer = front.api(self.command, address.path, query, body, self.headers.get("Idempotency-Key") or "")
        if answer is None:
            return self._pass_on(front, address.path, body)
        return self._send(answer[0], json.dumps(answer[1]).encode(), "application/json")

    def _pass_on(self, front: Front, path: str, body: dict[str, Any]) -> None:
        is_payment = path == "/v1/payment_intents" and self.command == "POST"
        back = body.pop("return_url", "")
        if is_payment:
            # Its name before the API version 2026-09-30.
            body["payment_method_types"] = body.pop("allowed_payment_method_types", {"0": "card"})
        raw = urllib.parse.urlencode(flat(body)).encode() if self.command == "POST" else None
        request = urllib.request.Request(front.behind.url + self.path, raw, method=self.command)
        for name in PASSED_ON:
            if self.headers.get(name):
                request.add_header(name, self.headers[name])
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status, said = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return self._send(error.code, error.read(), "application/json")
        return self._send(status, front.told(path, said, back, body), "application/json")

    def _page(self, front: Front, path: str, body: dict[str, Any]) -> None:
        name = path.split("/")[2 if path.startswith("/challenge/") else 3]
        if path.startswith("/challenge/"):
            return self._challenge(front, name, body)
        if name not in front.checkout.pages:
            return self._send(404, b"no such page", "text/plain")
        shown = Shown()
        if "number" in body:
            shown = card_entered(front.checkout, name, body["number"])
        elif "agreed" in body:
            shown = bank_answered(front.checkout, name, body["agreed"] == "yes")
        return self._shown(front.checkout.pages[name]["asked"], path, shown)

    def _challenge(self, front: Front, name: str, body: dict[str, Any]) -> None:
        """The bank of a stored card asks."""
        if "agreed" not in body:
            return self._shown({"cancel_url": front.returns[name]}, f"/challenge/{name}", Shown(asks=True))
        its = front.behind.ask(f"/v1/payment_intents/{name}")
        front.behind.ask(
            f"/v1/payment_intents/{name}/_authenticate", client_secret=its["client_secret"],
            success="true" if body["agreed"] == "yes" else "false",
        )  # fmt: skip
        return self._redirect(front.returns[name])

    def _shown(self, asked: dict[str, Any], path: str, shown: Shown) -> None:
        if shown.back:
            return self._redirect(shown.back)
        items = asked.get("line_items", {}).values()
        what = " ".join(
            f"{one['price_data']['product_data']['name']} {one['price_data']['unit_amount']}" for one in items
        )
        page = PAGE.format(
            what=html.escape(what), words=html.escape(shown.words), action=path,
            fields=BANK if shown.asks else CARD, back=html.escape(asked["cancel_url"]),
        )  # fmt: skip
        return self._send(200, page.encode(), "text/html; charset=utf-8")

    def _redirect(self, to: str) -> None:
        self.send_response(303)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""


def tree(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Form fields as Stripe nests them: `a[b][0]=c` is `{"a": {"b": {"0": "c"}}}`."""
    grown: dict[str, Any] = {}
    for name, value in pairs:
        *path, last = re.findall(r"[^\[\]]+", name) + (
            [str(len(grown.get(name, {})))] if name.endswith("[]") else []
        )
        at = grown
        for step in path:
            at = at.setdefault(step, {})
        at[last] = value
    return grown


def flat(nested: Any, name: str = "") -> list[tuple[str, str]]:
    """The other way round."""
    if not isinstance(nested, dict):
        return [(name, str(nested))]
    return [pair for key, value in nested.items() for pair in flat(value, f"{name}[{key}]" if name else key)]
