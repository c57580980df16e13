"""A measured figure beside its goal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound for a figure."""

    bound: float
    unit: str
    at_least: bool = False

    def holds(self, figure: float) -> bool:
        return figure >= self.bound if self.at_least else figure <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the bench. `errors` counts lost, wrong and doubled answers and the like by kind.

    `row` is the number of the goal it belongs to, `digits` how many decimals are shown.
    """

    row: int
    name: str
    goal: Goal
    figure: float
    errors: Mapping[str, int] = field(default_factory=dict)
    digits: int = 1

    @property
    def met(self) -> bool:
        return not self.errors and self.goal.holds(self.figure)

    def as_json(self) -> dict[str, Any]:
        """`name`, `goal`, `figure`, `unit`, `met`, and `errors` if there were any."""
        about: dict[str, Any] = {
            "name": f"{self.row}. {self.name}",
            "goal": str(self.goal),
            "figure": round(self.figure, self.digits),
            "unit": self.goal.unit,
            "met": self.met,
        }
        return about | ({"errors": dict(self.errors)} if self.errors else {})


def middle(values: Iterable[float]) -> float:
    """The median."""
    return median(list(values))


def sum_errors(reports: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The errors of several reports by kind."""
    total: dict[str, int] = {}
    for report in reports:
        for name, count in report["errors"].items():
            total[name] = total.get(name, 0) + count
    return total
