"""Random payments drawn from a seed: what is paid how, what goes wrong, and what must come of it."""

import random
from dataclasses import dataclass

HOLD_MINOR = 5000
KINDS = {"session": 55, "refused start": 15, "top-up": 30}
CARDS = {"fake_visa": 65, "fake_3ds": 12, "fake_declined": 10, "fake_no_raise": 13}


@dataclass(frozen=True, slots=True)
class Trial:
    """One payment. `agrees`: whether its payer passes the bank's challenge; `back_minor`: what is given back later."""

    number: int
    kind: str
    card: str
    minor: int
    agrees: bool
    back_minor: int

    @property
    def email(self) -> str:
        """By which it is found again after a crash."""
        return f"trial-{self.number}@example.com"

    @property
    def is_held(self) -> bool:
        """Whether the payer's bank agrees."""
        return self.card != "fake_declined" and (self.card != "fake_3ds" or self.agrees)

    @property
    def captured_minor(self) -> int:
        """What must be captured in the end, to the cent."""
        if not self.is_held or self.kind == "refused start":
            return 0
        is_bounded = self.kind == "session" and self.card == "fake_no_raise"
        return min(self.minor, HOLD_MINOR) if is_bounded else self.minor

    @property
    def refunded_minor(self) -> int:
        """What must have been given back."""
        return min(self.back_minor, self.captured_minor)


def trials(seed: int, number: int) -> list[Trial]:
    """So many payments."""
    rng = random.Random(seed)
    return [_trial(rng, n) for n in range(number)]


def _trial(rng: random.Random, number: int) -> Trial:
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    card = rng.choices(list(CARDS), list(CARDS.values()))[0]
    # Now and then a session costs nothing.
    minor = rng.randrange(1, 7000) if kind == "top-up" or rng.random() < 0.9 else 0
    back = rng.randrange(1, 7000) if rng.random() < 0.3 else 0
    return Trial(number, kind, card, minor, rng.random() < 0.7, back)
