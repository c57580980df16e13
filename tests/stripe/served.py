"""localstripe and its front, for as long as somebody pays."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .foreign import install, launch
from .front import Front


@contextmanager
def served(home: Path, port: int = 0) -> Iterator[Front]:
    """Both, with empty books; the front listens on this port, by default on a free one."""
    server, process = launch(install(home / "python"), home)
    front = Front(server, port)
    try:
        yield front
    finally:
        front.close()
        process.kill()
        process.wait()
