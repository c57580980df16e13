"""How far charging is, in a driver's words: the battery where the car tells, what is left where somebody asked."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from billing.pricing.exact import ratio
from billing.tariffs.numbers import figure_text, number_text
from cpms.core import clock
from smartcharging.inputs.needs.progress import Progress, progress_of

from .states import LIVE_STAGES
from .visit import Shown, energy_wh_of


@dataclass(frozen=True, slots=True)
class ProgressTold:
    """`battery` is `62 %`, `left` a sentence; "" where nobody knows. `had_wh` of `asked_wh` draws the bar."""

    battery: str
    left: str
    had_wh: int
    asked_wh: int


def progress_told(found: Shown) -> ProgressTold | None:
    """Of a session that runs; None of any other."""
    session = found.session
    if session is None or found.stage not in LIVE_STAGES:
        return None
    progress = progress_of(session, energy_wh_of(found), clock.now())
    if progress is None:
        return ProgressTold(_battery(found), "", 0, 0)
    had_wh = min(progress.had_wh, progress.asked_wh)
    return ProgressTold(_battery(found), _left(progress), had_wh, progress.asked_wh)


def _battery(found: Shown) -> str:
    newest = next((one.soc_percent for one in found.readings if one.soc_percent is not None), None)
    return "" if newest is None else f"{newest:.0f} %"


def _left(progress: Progress) -> str:
    """To a tenth, and never 0.0 while something is left."""
    asked = {"asked": number_text(ratio(progress.asked_wh, 1000))}
    if not progress.left_wh:
        return _("All %(asked)s kWh are there.") % asked
    left = figure_text(ratio(max(progress.left_wh, 50), 1000), 1)
    return _("%(left)s of %(asked)s kWh left") % {**asked, "left": left}
