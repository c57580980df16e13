"""Where all channels of a site stand, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.dispatch.channel import Channel, DispatchRules
from smartcharging.engine.fill.model import TOLERANCE, Flags, Floats, Wiring

# What a station was told and what we want differ by less than this only in the arithmetic.
_SAME_A = 1e-3


@dataclass(frozen=True)
class Standing:
    """In the order of the channels. Currents in ampere, `raised_s` and `told_s` seconds since the last increase
    and the last message.

    `current_a`: confirmed for now; `highest_a`: the most that may hold; `kept_a`: what a renewal repeats.
    `lower`: the target is below the highest; `in_hand`: it was told so and may still answer.
    `free`: no answer is awaited and the last message is long enough ago. `fading`: to be told again.
    `stuck`: asked in vain too often.
    """

    place: NDArray[np.intp]
    current_a: Floats
    highest_a: Floats
    target_a: Floats
    kept_a: Floats
    raised_s: Floats
    told_s: Floats
    lower: Flags
    in_hand: Flags
    free: Flags
    fading: Flags
    stuck: Flags


def standing(
    wiring: Wiring, channels: Sequence[Channel], targets: Floats, now_s: float, rules: DispatchRules
) -> Standing:
    """The arrays of channels that have confirmed something. Raises FillError naming an outlet that is unknown."""
    place = np.array([wiring.place(one.outlet) for one in channels], dtype=np.intp)
    current = np.array([one.now_a(now_s) for one in channels], dtype=float)
    highest = np.array([one.highest_a(now_s) for one in channels], dtype=float)
    told_at = np.array([one.told_at_s for one in channels], dtype=float)
    waits = np.array([one.waits(now_s, rules.answer_within_s) for one in channels], dtype=bool)
    last = np.array([one.told[-1].amps if one.told else np.nan for one in channels], dtype=float)
    stuck = np.array([one.unanswered >= rules.tries for one in channels], dtype=bool)
    target = targets[place]
    free = ~waits & (now_s - told_at >= rules.message_every_s - TOLERANCE)
    return Standing(
        place=place,
        current_a=current,
        highest_a=highest,
        target_a=target,
        kept_a=np.where(stuck & ~np.isnan(last), last, np.minimum(current, target)),
        told_s=now_s - told_at,
        raised_s=now_s - np.array([one.raised_at_s for one in channels], dtype=float),
        lower=target < highest - _SAME_A,
        in_hand=waits & (np.abs(last - target) < _SAME_A),
        free=free,
        fading=free & (stuck | _fading(channels, now_s, rules)),
        stuck=stuck,
    )


def _fading(channels: Sequence[Channel], now_s: float, rules: DispatchRules) -> Flags:
    """Whose grant decays soon to another value, and who is to be told once more."""
    early_s = rules.life_s - rules.renew_s
    return np.array([one.again or _decays(one, now_s, early_s) for one in channels], dtype=bool)


def _decays(channel: Channel, now_s: float, early_s: float) -> bool:
    soon = channel.until_s - early_s <= now_s < channel.until_s
    return soon and channel.confirmed_a != channel.failsafe_a
