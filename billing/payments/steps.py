"""What to ask a provider for next, from what is wanted and what is known; and when a hold is used up.

Pure: facts in, step out. `docs/algorithms/payments.md` has the table.
"""

from dataclasses import dataclass

from billing.choices.payments import CallKind, PaymentState, PaymentWish


@dataclass(frozen=True, slots=True)
class Facts:
    """A payment with no call on its way. Minor units.

    `wanted_minor` is what shall be held, `settle_minor` what shall be captured (None: not known yet).
    `may_increment`: the provider can, and no increment of this payment was refused.
    """

    state: PaymentState
    wish: PaymentWish
    wanted_minor: int
    settle_minor: int | None = None
    authorised_minor: int = 0
    at_once: bool = False
    may_increment: bool = False
    known_to_provider: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A call to make. `minor` is the total to hold for an increment; 0 for a cancel."""

    kind: CallKind
    minor: int = 0


def next_step(facts: Facts) -> Step | None:
    """The next call, or None when there is nothing to ask for."""
    if facts.wish == PaymentWish.RELEASE:
        return _release(facts)
    if facts.state == PaymentState.NEW and not facts.known_to_provider:
        return Step(CallKind.AUTHORISE, facts.wanted_minor)
    if facts.state != PaymentState.AUTHORISED or facts.at_once:
        return None
    if facts.wish == PaymentWish.HOLD:
        return _raised(facts, facts.wanted_minor)
    return _capture(facts, facts.settle_minor or 0)


def _release(facts: Facts) -> Step | None:
    """A payment that failed is closed at the provider too, so that its payer cannot complete it later."""
    open_there = (
        PaymentState.NEW, PaymentState.NEEDS_ACTION, PaymentState.AUTHORISED, PaymentState.FAILED,
    )  # fmt: skip
    return Step(CallKind.CANCEL) if facts.known_to_provider and facts.state in open_there else None


def _capture(facts: Facts, owed_minor: int) -> Step:
    """Nothing owed releases the hold; more than the hold is captured as far as it goes, after trying to raise it."""
    if owed_minor <= 0:
        return Step(CallKind.CANCEL)
    return _raised(facts, owed_minor) or Step(CallKind.CAPTURE, min(owed_minor, facts.authorised_minor))


def _raised(facts: Facts, to_minor: int) -> Step | None:
    if to_minor > facts.authorised_minor and facts.may_increment:
        return Step(CallKind.INCREMENT, to_minor)
    return None


# At this share of the hold a higher one is asked for, while there is still time.
RAISE_AT_PERCENT = 80


def is_used_up(held_minor: int, running_minor: int, next_interval_minor: int, margin_minor: int = 0) -> bool:
    """Whether charging must stop now: what the next interval may cost, with the margin, would reach the hold."""
    return running_minor + next_interval_minor + margin_minor >= held_minor


def is_running_out(held_minor: int, running_minor: int) -> bool:
    """Whether to ask for a higher hold."""
    return running_minor * 100 >= held_minor * RAISE_AT_PERCENT
