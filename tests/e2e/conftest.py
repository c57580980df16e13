"""One running product and one browser for all tests of a worker; a visitor with a role for each test."""

import os
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from cpms.ops.checks.machine import chromium

from .portal import CASHIER
from .scene import furnish
from .stack import Stack, eventually
from .visitor import Visitor
from .yard import Yard

# What a page takes on a machine that is busy with something else as well.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
# What the demo leaves to be priced, invoiced and sent.
BACKLOG_S = 480.0
NO_BROWSER = (
    "Chromium is missing, so no page was looked at: apt install chromium, or name it in CPMS_CHROMIUM"
)
# Without these Chromium calls home at every start; as root it runs only without its sandbox.
QUIET = (
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"),
    *("--disable-quic", "--disable-gpu", "--disable-default-apps", "--no-default-browser-check"),
)
FAILED = pytest.StashKey[bool]()
Visit = Callable[..., Visitor]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: the browser's loop stays in its thread, where no other loop can start then."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium; a machine without one fails the tests."""
    found = os.environ.get("CPMS_CHROMIUM") or chromium()
    if not found:
        pytest.fail(NO_BROWSER)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": found, "headless": True, "args": [*QUIET, *sandbox]}


@pytest.fixture(scope="session")
def stack(worker_id: str) -> Iterator[Stack]:
    """Web and gateway with demo data; what a test changes, the next one finds."""
    name = f"{os.environ.get('TEST_DB_NAME', 'test_cpms')}_pages_{worker_id}"
    with tempfile.TemporaryDirectory(prefix="cpms-pages-") as home:
        product = Stack(Path(home), name)
        try:
            yield product.start()
        finally:
            product.stop()


@pytest.fixture(scope="session")
def yard(stack: Stack) -> Iterator[Yard]:
    """Where simulated stations stand."""
    place = Yard(stack)
    yield place
    place.close()


@pytest.fixture(scope="session")
def scene(stack: Stack, yard: Yard) -> dict[str, str]:
    """Something of everything; ids by the part of the address that stands before them."""
    return furnish(stack, yard)


@pytest.fixture(scope="session")
def cashier(stack: Stack) -> Iterator[None]:
    """Somebody does the worker's part for money from now on."""
    process = stack.serve("cashier", [sys.executable, "manage.py", "shell", "-c", CASHIER])
    eventually(lambda: "what had waited is done" in (stack.home / "cashier.log").read_text(), BACKLOG_S)
    yield
    assert process.poll() is None, stack.news()
    stack.end(process)


@pytest.fixture(autouse=True)
def no_errors(stack: Stack) -> Iterator[None]:
    """No server stumbles over what a test does."""
    yield
    _, found, trace = stack.news().partition(" ERROR ")
    assert not found, trace[:3000]


@pytest.fixture(scope="session")
def sessions(browser: Browser, stack: Stack) -> Callable[[str], Any]:
    """The cookies of somebody signed in with a role (`owner`, `viewer`, `harbour-owner`, ...); signs in once."""
    kept: dict[str, Any] = {}

    def cookies(who: str) -> Any:
        if who not in kept:
            context = browser.new_context(base_url=stack.web)
            page = context.new_page()
            page.goto("/accounts/login/")
            person = next(user for user in stack.demo["users"] if user["email"].startswith(f"{who}@"))
            page.get_by_label("Email").fill(person["email"])
            page.get_by_label("Password", exact=True).fill(person["password"])
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url(f"{stack.web}/")
            kept[who] = context.storage_state()
            context.close()
        return kept[who]

    return cookies


@pytest.fixture
def visit(
    browser: Browser, stack: Stack, sessions: Callable[[str], Any], request: pytest.FixtureRequest
) -> Iterator[Visit]:
    """Opens a browser session: `visit("owner")`, `visit()` for nobody; at the end nothing may have gone wrong."""
    visitors: list[Visitor] = []

    def enter(
        who: str = "", *, width: int = 1440, script: bool = True, origin: str = stack.web, beyond: str = "",
        **options: Any,
    ) -> Visitor:  # fmt: skip
        context = browser.new_context(
            base_url=origin,
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            reduced_motion="reduce",
            storage_state=sessions(who) if who else None,
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        visitors.append(Visitor(context, origin, script, beyond))
        return visitors[-1]

    yield enter
    if request.node.stash.get(FAILED, False):
        _keep_pictures(request.node.name, visitors)
    for visitor in visitors:
        visitor.context.close()
    assert not (problems := [problem for visitor in visitors for problem in visitor.problems]), problems


def _keep_pictures(test: str, visitors: list[Visitor]) -> None:
    folder = Path(tempfile.gettempdir()) / "cpms-failed-pages"
    folder.mkdir(exist_ok=True)
    for number, visitor in enumerate(visitors):
        picture = folder / f"{test.replace('/', '_')}-{number}.png"
        visitor.page.screenshot(path=picture, full_page=True)
        print(f"{visitor.page.url} as it was: {picture}")
