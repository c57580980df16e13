"""What the rows share: the data, how much of it to use, and two processes that work in parallel."""

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from ..ground import BenchError

P = ParamSpec("P")
T = TypeVar("T")
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated: days of the month, seeds and hours of the closed loop, states of the fail-safe."""

    days: int
    seeds: int
    hours: int
    states: int


FULL = Size(days=31, seeds=20, hours=24, states=10_000)
QUICK = Size(days=7, seeds=4, hours=24, states=2_000)
TINY = Size(days=2, seeds=1, hours=1, states=100)
SIZES = {"full": FULL, "quick": QUICK, "tiny": TINY}


class Lab:
    """Runs functions in other processes, each with the same arguments only once."""

    def __init__(self, data: Path, size: Size = FULL) -> None:
        self.folder, self.size = data / "smartcharging", size
        self._pool = ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"))
        self._begun: dict[tuple[Any, ...], Future[Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def file(self, name: str) -> Path:
        """A file of the data folder. Raises `BenchError` where it is missing."""
        path = self.folder / name
        if not path.exists():
            raise BenchError(f"no data at {path}")
        return path

    def begin(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """The answer to come of a module-level function; arguments are hashable."""
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in self._begun:
            self._begun[key] = self._pool.submit(function, *args, **kwargs)
        return self._begun[key]
