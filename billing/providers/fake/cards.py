"""The cards of the fake provider, and what may go wrong with a call to it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Card:
    """How a card behaves. `challenged`: its bank asks the payer first (3-D Secure)."""

    label: str
    declined: str = ""
    challenged: bool = False
    can_raise: bool = True
    held_for: timedelta = timedelta(days=7)
    disputed: bool = False


CARDS = {
    "fake_visa": Card("Visa •••• 4242"),
    "fake_declined": Card("Visa •••• 0002", declined="the bank declined the card"),
    "fake_3ds": Card("Visa •••• 3155", challenged=True),
    "fake_no_raise": Card("Girocard •••• 7777", can_raise=False),
    "fake_short": Card("Visa •••• 3600", held_for=timedelta(hours=1), can_raise=False),
    "fake_disputed": Card("Visa •••• 0259", disputed=True),
}


class Mishap(StrEnum):
    """What happens to one call instead of an answer.

    `TIMEOUT`: nothing happened and nobody says so. `LOST`: it took effect, the answer is lost. `LATE`: no answer, and
    it takes effect later. `BROKEN`: an error of the provider's own, without effect.
    """

    TIMEOUT = "timeout"
    LOST = "lost"
    LATE = "late"
    BROKEN = "broken"
