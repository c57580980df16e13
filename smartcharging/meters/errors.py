"""What can be wrong with a meter before it has said anything."""


class BadSettings(ValueError):
    """Settings no meter can be read with: `field` is the place, e.g. `settings.values.l1_a.address`."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class MeterError(Exception):
    """A meter that does not answer, or not in the shape that was agreed. The text is for operators, without secrets."""
