"""HiGHS behind a small interface: simplex, one thread, going on from the last optimum where the matrix is the same."""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.plan.grid import Floats
from smartcharging.engine.plan.programme import Programme

LIMIT_S = 2.0
BY_COLUMNS, MINIMISE, NO_OFFSET = 1, 1, 0.0


@dataclass(frozen=True)
class Solution:
    """`values` of columns, `duals` of rows; both empty where `failure` says why there is none."""

    values: Floats
    duals: Floats
    objective: float
    iterations: int
    seconds: float
    warm: bool
    failure: str = ""


class Solver:
    """One HiGHS instance for a site, kept from plan to plan."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self.highs, self.limit_s = highspy.Highs(), limit_s
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("solver", "simplex")
        self.highs.setOptionValue("threads", 1)
        self._solved: Programme | None = None

    def solve(self, task: Programme, warm: bool = False) -> Solution:
        """The optimum, or why there is none; `warm`: from the last one, where only prices and bounds differ."""
        solved = self._solved if warm else None
        warm = solved is not None and task.matrix.equals(solved.matrix)
        if solved is not None and warm:
            self._change(task, solved)
        else:
            self._pass(task)
        # The clock of HiGHS goes on from solve to solve.
        begun = self.highs.getRunTime()
        self.highs.setOptionValue("time_limit", begun + self.limit_s)
        self.highs.run()
        seconds = self.highs.getRunTime() - begun
        return self._answer(task, seconds, warm)

    def _answer(self, task: Programme, seconds: float, warm: bool) -> Solution:
        status, info = self.highs.getModelStatus(), self.highs.getInfo()
        iterations = info.simplex_iteration_count
        if status != highspy.HighsModelStatus.kOptimal:
            self._solved, nothing = None, np.zeros(0)
            words = self.highs.modelStatusToString(status)
            return Solution(nothing, nothing, 0.0, iterations, seconds, warm, words)
        self._solved, found = task, self.highs.getSolution()
        values, duals = np.array(found.col_value), np.array(found.row_dual)
        return Solution(values, duals, info.objective_function_value, iterations, seconds, warm)

    def _pass(self, task: Programme) -> None:
        """A new model; arrays go as they are."""
        self.highs.clearModel()
        continuous = np.zeros(len(task.cost), dtype=np.int32)
        self.highs.passModel(
            len(task.cost), len(task.row_lower), len(task.matrix.value), BY_COLUMNS, MINIMISE, NO_OFFSET,
            task.cost, task.lower, task.upper, task.row_lower, task.row_upper,
            task.matrix.starts[:-1].astype(np.int32), task.matrix.index.astype(np.int32), task.matrix.value,
            continuous,
        )  # fmt: skip

    def _change(self, task: Programme, solved: Programme) -> None:
        """Other prices, needs and limits on the same matrix: the last basis stays. Only what differs is handed over."""
        at = _differ((task.cost, solved.cost))
        self.highs.changeColsCost(len(at), at, task.cost[at])
        at = _differ((task.lower, solved.lower), (task.upper, solved.upper))
        self.highs.changeColsBounds(len(at), at, task.lower[at], task.upper[at])
        at = _differ((task.row_lower, solved.row_lower), (task.row_upper, solved.row_upper))
        # Missing in the published types.
        self.highs.changeRowsBounds(len(at), at, task.row_lower[at], task.row_upper[at])  # type: ignore[attr-defined]


def _differ(*pairs: tuple[Floats, Floats]) -> NDArray[np.int32]:
    """Where any of the pairs differs."""
    differs = np.logical_or.reduce([new != old for new, old in pairs])
    return np.flatnonzero(differs).astype(np.int32)
