"""Circuits, limits, needs and profiles, one module a noun."""

from .circuit import Circuit, Outlet
from .grant import Grant, PastGrant
from .limit import LimitEvent
from .meter import LoadMinute, LoadReading, MeterStanding, SiteMeter
from .need import FleetNeed, Need, NeedDefault
from .plan import SitePlan
from .policy import SiteLease, SitePolicy
from .profile import InstalledProfile, StationStanding
from .readback import ForeignProfile, ProfileReadback
from .visits import VisitDigest

__all__ = [
    "Circuit",
    "FleetNeed",
    "ForeignProfile",
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
    "ProfileReadback",
    "SiteLease",
    "SiteMeter",
    "SitePlan",
    "SitePolicy",
    "StationStanding",
    "VisitDigest",
]
