"""Which voucher pays how much of a price. Pure; `docs/algorithms/ledger.md` has the rules and worked examples."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of a voucher that pays, in minor units; `key` names it."""

    key: str
    left_minor: int


def paid_by(credits: Sequence[Credit], price_minor: int) -> dict[str, int]:
    """What each credit pays of a price, one after the other in their order; those that pay nothing are left out.

    Together at most the price, each at most what is left of it. A credit note (a price below zero) takes nothing.
    """
    paid: dict[str, int] = {}
    rest = max(0, price_minor)
    for credit in credits:
        part = min(rest, credit.left_minor)
        if part > 0:
            paid[credit.key] = part
            rest -= part
    return paid
