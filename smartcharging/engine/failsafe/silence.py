"""The highest current a station may take when it hears nothing more, by the composite of what it holds."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from smartcharging.engine.composite import Context, Installed, Request, composite
from smartcharging.engine.composite.model import DAY_S

# A weekly schedule was seen whole after this.
HORIZON_S = 8 * DAY_S


def highest_in_silence(
    installed: Sequence[Installed],
    context: Context,
    connector: int,
    from_s: int,
    horizon_s: int = HORIZON_S,
) -> float:
    """The highest current (A on each phase) of a connector at or after a second, if nobody speaks to it.

    Its transaction may go on, or end and another one begin: the higher of both counts.
    """
    request = Request(connector, from_s, horizon_s)
    others = {number: one for number, one in context.transactions.items() if number != connector}
    contexts = (context, replace(context, transactions=others))
    highest = max(_highest(installed, request, one) for one in contexts)
    return float(highest)


def _highest(installed: Sequence[Installed], request: Request, context: Context) -> Fraction:
    return max(period.current_a for period in composite(installed, request, context).periods)
