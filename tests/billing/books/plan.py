"""Random events that move money, drawn from a seed: who, what, how much, and what it depends on.

An event says only what its source would say; what becomes of it (accepted, refused, a repeat) is the books' affair.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

# What happens how often, in parts of the whole. Follow-ups name an earlier session or payment.
SHARES = {
    "rate": 45, "top_up": 14, "capture": 10, "refund": 7, "correct": 4, "void": 3, "take_back": 2, "bounce": 3,
    "payout": 3, "dispute": 4, "voucher": 3, "fee": 1, "host": 1,
}  # fmt: skip
PROVIDERS = ("fake", "other")
REPEATED = 0.25
# How far deliveries stray from the order in which things happened.
DISORDER = 400


@dataclass(frozen=True, slots=True)
class Event:
    """`number` is its name; `subject` the number of the session or payment a follow-up is about."""

    number: int
    kind: str
    account: int
    minor: int
    subject: int = -1
    choice: float = 0.0


def events(seed: int, number: int, accounts: int) -> list[Event]:
    """So many events in the order in which they happened."""
    rng = random.Random(seed)
    made: list[Event] = []
    of_kind: dict[str, list[int]] = {"rate": [], "top_up": [], "refund": []}
    about = {"refund": "rate", "correct": "rate", "void": "rate", "take_back": "refund", "bounce": "top_up"}
    for n in range(number):
        kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
        earlier = of_kind.get(about.get(kind, ""), [])
        if kind in about and not earlier:
            kind = "rate"
        subject = rng.choice(earlier[-2000:]) if kind in about else -1
        its_account = made[subject].account if subject >= 0 else rng.randrange(accounts)
        made.append(Event(n, kind, its_account, rng.randrange(1, 6000), subject, rng.random()))
        if kind in of_kind:
            of_kind[kind].append(n)
    return made


def deliveries(seed: int, made: list[Event], workers: int, worker: int) -> Iterator[Event]:
    """What one of the workers is told: every event comes to somebody, some come again to others, out of order."""
    rng = random.Random(f"{seed} order")
    told = [(event.number + rng.uniform(0, DISORDER), rng.randrange(workers), event) for event in made]
    again = [event for event in made if rng.random() < REPEATED]
    told += [(event.number + rng.uniform(0, 3 * DISORDER), rng.randrange(workers), event) for event in again]
    told.sort(key=lambda each: (each[0], each[1], each[2].number))
    return (event for _, whom, event in told if whom == worker)
