"""Whether a station takes what it was told, from readings of its current."""

from dataclasses import replace
from enum import StrEnum
from math import isfinite

from smartcharging.engine.dispatch.channel import Channel, DispatchRules


class Obedience(StrEnum):
    """What a reading leads to."""

    FINE = "fine"
    WATCHED = "watched"  # above, but not often or long enough yet
    RESEND = "resend"  # tell it once more, and read its composite schedule
    UNCONTROLLED = "uncontrolled"  # reserve its maximum, raise an alarm


def drawn(
    channel: Channel, taken_s: float, amps: float, rules: DispatchRules | None = None
) -> tuple[Channel, Obedience]:
    """A reading (A on the fullest phase) of an outlet. Drawing less than granted is no fault.

    Three readings in a row above the grant + max(1.5 A, 10 %) over more than 60 s: told again; three more over
    60 s more: uncontrolled. A reading that is no number, or was taken before the car
    came, is none.
    """
    rules = rules or DispatchRules()
    before = channel.started_at_s is not None and taken_s <= channel.started_at_s
    if channel.uncontrolled or before or not isfinite(amps):
        return channel, Obedience.FINE
    allowed_a = _allowed_a(channel, taken_s, rules)
    if amps <= allowed_a + max(rules.excess_a, rules.excess_share * allowed_a):
        return _kept(channel, rules), Obedience.FINE
    since_s = taken_s if channel.above_since_s is None else channel.above_since_s
    seen = replace(channel, above=channel.above + 1, above_since_s=since_s, obeyed=0)
    if seen.above < rules.excess_readings or taken_s - since_s <= rules.excess_s:
        return seen, Obedience.WATCHED
    if channel.resent:
        return replace(seen, uncontrolled=True), Obedience.UNCONTROLLED
    return replace(seen, above=0, above_since_s=taken_s, resent=True, again=True), Obedience.RESEND


def _kept(channel: Channel, rules: DispatchRules) -> Channel:
    settled = channel.obeyed >= rules.proven_readings and channel.above_since_s is None
    return (
        channel
        if settled
        else replace(channel, above=0, above_since_s=None, resent=False, obeyed=channel.obeyed + 1)
    )


def _allowed_a(channel: Channel, taken_s: float, rules: DispatchRules) -> float:
    """The most it was allowed when the reading was taken, or so shortly before that it may not have settled."""
    lately = [one.amps for one in channel.before if one.at_s > taken_s - rules.settles_s]
    return max([channel.highest_a(taken_s), *lately])
