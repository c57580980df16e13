"""What is known of a car: what its driver said, or what earlier visits tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smartcharging.engine.estimate import Caution, History, Visit
from smartcharging.engine.plan.grid import HOUR_S
from smartcharging.sim.sessions import STEP_S, Session


@dataclass(frozen=True, slots=True)
class Known:
    """`left_wh` still missing and `left_s` until departure; of the need, `soon_wh` is not to be shifted."""

    left_wh: float
    left_s: float
    soon_wh: float = 0.0


Knowledge = Callable[[Session, int, float], Known]


def told(session: Session, step: int, delivered_wh: float) -> Known:
    """The driver said when and how much."""
    return Known(session.need_wh - delivered_wh, (session.departure - step) * STEP_S)


class Statistics:
    """Nobody said anything: quantiles of the visits that ended before. Asked in the order of time."""

    def __init__(self, sessions: Sequence[Session], caution: Caution | None = None) -> None:
        self._to_end = sorted(sessions, key=lambda one: one.departure, reverse=True)
        self.history = History((), caution)

    def __call__(self, session: Session, step: int, delivered_wh: float) -> Known:
        """The estimate after so many steps and so much energy."""
        while self._to_end and self._to_end[-1].departure <= step:
            self.history.add(_visit(self._to_end.pop()))
        stayed_s = (step - session.arrival) * STEP_S
        found = self.history.estimate(_hour(session), stayed_s, delivered_wh)
        return Known(found.need_wh, max(found.left_s, float(STEP_S)), found.guaranteed_wh)


def _visit(session: Session) -> Visit:
    return Visit(_hour(session), (session.departure - session.arrival) * STEP_S, session.need_wh)


def _hour(session: Session) -> int:
    return session.arrival * STEP_S // HOUR_S % 24
