"""Circuits, limits, needs and profiles, one module a noun."""

from .circuit import Circuit, Outlet
from .grant import Grant, PastGrant
from .limit import LimitEvent
from .meter import LoadMinute, LoadReading, MeterStanding, SiteMeter
from .need import FleetNeed, Need, NeedDefault
from .plan import SitePlan
from .policy import SiteLease, SitePolicy
from .profile import InstalledProfile, StationStanding

__all__ = [
    "Circuit",
    "FleetNeed",
    "Grant",
    "InstalledProfile",
    "LimitEvent",
    "LoadMinute",
    "LoadReading",
    "MeterStanding",
    "Need",
    "NeedDefault",
    "Outlet",
    "PastGrant",
    "SiteLease",
    "SiteMeter",
    "SitePlan",
    "SitePolicy",
    "StationStanding",
]
