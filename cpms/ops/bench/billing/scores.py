"""What is scored, in the order of the rows."""

from collections.abc import Callable
from pathlib import Path

from cpms.ops.bench.figures import Figure

from . import right
from .speed import speeds

Score = Callable[[Path], list[Figure]]

SCORES: tuple[Score, ...] = (
    right.cdrs,
    right.sessions,
    right.synthetic,
    right.meters,
    right.signatures,
    speeds,
)
