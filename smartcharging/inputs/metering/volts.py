"""The voltage between a line of a site and its neutral: what makes watts of amperes."""

from math import sqrt

from chargers.models import Site
from smartcharging.models import Outlet

from .lines import STAR_VOLTS


def line_volts(site: Site) -> float:
    """As its AC outlets are wired, the lowest of them: rather too much current than too little. 230 V without any."""
    told = Outlet.objects.filter(circuit__site=site, direct_current=False).values_list("volts", "between")
    return min((volts / sqrt(3) if between else volts for volts, between in told), default=STAR_VOLTS)
