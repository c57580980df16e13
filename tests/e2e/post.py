"""A mail server of the tests' own: takes every mail, gives none on."""

import re
import socketserver
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Arrived:
    """A mail, and when the last of it was there (seconds since the epoch)."""

    mail: EmailMessage
    at: float

    @property
    def text(self) -> str:
        """What is read in it."""
        body = self.mail.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def link(self) -> str:
        """The first address in it."""
        return LINK.findall(self.text)[0]


class PostOffice(socketserver.ThreadingTCPServer):
    """SMTP (RFC 5321, as much as a client that only delivers needs) on 127.0.0.1."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Delivery)
        self.mails: list[Arrived] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def to(self, address: str) -> list[Arrived]:
        """What came for somebody, oldest first."""
        return [arrived for arrived in self.mails if arrived.mail["To"] == address]

    def close(self) -> None:
        """No more mail."""
        self.shutdown()
        self.server_close()


class Delivery(socketserver.StreamRequestHandler):
    """One connection of a client."""

    def handle(self) -> None:
        self._say("220 tests")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                self._take()
            self._say("221 bye" if verb == b"QUIT" else "250 ok")
            if verb == b"QUIT":
                return

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        mail = cast(EmailMessage, message_from_bytes(b"".join(lines), policy=policy.default))
        cast(PostOffice, self.server).mails.append(Arrived(mail, time.time()))

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")
