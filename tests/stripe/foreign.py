"""localstripe: a server none of us wrote, installed from locked packages into a Python of its own."""

import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from cpms.ops.services.process import free_port

LOCKED = Path(__file__).with_name("localstripe.txt")
KEY, SECRET = "sk_test_12345", "whsec_tests"
PATIENCE_S = 20.0
GOOD, DECLINED, CHALLENGED = "4242424242424242", "4000000000000341", "4000002500003155"


class Stripe:
    """The foreign server, and what a payer's browser asks of it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, **fields: str) -> dict[str, Any]:
        """A GET, or a POST of these fields, with the secret key."""
        return self._sent(path, urllib.parse.urlencode(fields).encode() if fields else None)

    def tell(self, path: str) -> dict[str, Any]:
        """A POST without fields."""
        return self._sent(path, b"")

    def _sent(self, path: str, body: bytes | None) -> dict[str, Any]:
        request = urllib.request.Request(self.url + path, body, {"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return dict(json.loads(answer.read() or b"{}"))

    def card(self, number: str) -> str:
        """The payer enters a card in Stripe's own form."""
        facts = {"number": number, "exp_month": "12", "exp_year": "2031", "cvc": "123"}
        fields = {f"card[{name}]": value for name, value in facts.items()}
        return str(self.ask("/v1/payment_methods", type="card", **fields)["id"])

    def payments(self) -> list[dict[str, Any]]:
        """All payments it knows, the newest first."""
        return list(self.ask("/v1/payment_intents?limit=100")["data"])

    def payments_of(self, public_id: str) -> list[dict[str, Any]]:
        """Those that carry this public id of ours."""
        return [each for each in self.payments() if each["metadata"].get("payment") == public_id]


def install(home: Path) -> Path:
    """A Python of its own in which the locked packages are installed. Fails with what pip said."""
    subprocess.run([sys.executable, "-m", "venv", home], check=True, timeout=60)
    command = [home / "bin/python", "-m", "pip", "install", "-q", "--require-hashes", "-r", LOCKED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    why = f"localstripe cannot be installed, so Stripe's words were not tried: {done.stderr}"
    assert done.returncode == 0, why
    return home / "bin/python"


def launch(python: Path, home: Path) -> tuple[Stripe, subprocess.Popen[bytes]]:
    """Start it with empty books, and wait until it answers; whoever starts it ends it."""
    port = free_port()
    command = [python, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with (home / "localstripe.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=home, env=os.environ | {"HOME": str(home)}, stdout=log, stderr=log
        )
    server = Stripe(f"http://localhost:{port}")
    _await(server, process, home / "localstripe.log")
    return server, process


def _await(server: Stripe, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            server.payments()
        except OSError:
            time.sleep(0.1)
        else:
            return
    process.kill()
    raise AssertionError(f"localstripe does not answer: {log.read_text()[-2000:]}")
