"""A person at the browser, and everything their pages do wrong."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

# Chromium logs every answer of 400 and above as an error; which ones are right is for the test to say.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
SETTLED = "document.fonts.ready.then(() => new Promise(requestAnimationFrame))"


@dataclass
class Visitor:
    """One browser session. `problems` must be empty when the test ends; `beyond` is where else it may go."""

    context: BrowserContext
    origin: str
    has_script: bool = True
    beyond: str = ""
    page: Page = field(init=False)
    problems: list[str] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    loads: int = 0

    def __post_init__(self) -> None:
        self.context.on("console", self._on_console)
        self.context.on("request", self._on_request)
        self.context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        self.page = self.context.new_page()

    def open(self, path: str) -> int:
        """Go to a page of ours; the status of the answer."""
        answer = self.page.goto(path)
        assert answer is not None, path
        if self.has_script:
            self.page.evaluate(SETTLED)
        return answer.status

    @property
    def path(self) -> str:
        """Where the visitor is."""
        return urlsplit(self.page.url).path

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        refused = REFUSED.match(message.text)
        if refused:
            self.refusals.append(int(refused[1]))
        else:
            self.problems.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if request.is_navigation_request() and request.frame == request.frame.page.main_frame:
            self.loads += 1
        ours = f"{address.scheme}://{address.netloc}" in (self.origin, self.beyond)
        if not ours and address.scheme not in {"data", "blob", "about"}:
            self.problems.append(f"request to another origin: {request.url}")
