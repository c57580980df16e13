"""The one refusal of the pricing package."""


class Refused(ValueError):
    """Input that cannot be rated. `place` is where (`elements[1].restrictions.start_time`), `problem` why."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place = place
        self.problem = problem

    def below(self, place: str) -> "Refused":
        """The same refusal seen from a document that holds this one at `place`."""
        return Refused(f"{place}.{self.place}" if self.place else place, self.problem)
