"""Circuits, limits, needs and profiles, one module a noun."""

from .circuit import Circuit, Outlet
from .grant import Grant, PastGrant
from .meter import LoadMinute, LoadReading, MeterStanding, SiteMeter
from .plan import SitePlan
from .policy import SiteLease, SitePolicy
from .profile import InstalledProfile, StationStanding

__all__ = [
    "Circuit",
    "Grant",
    "InstalledProfile",
    "LoadMinute",
    "LoadReading",
    "MeterStanding",
    "Outlet",
    "PastGrant",
    "SiteLease",
    "SiteMeter",
    "SitePlan",
    "SitePolicy",
    "StationStanding",
]
