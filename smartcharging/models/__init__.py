"""Circuits, limits, needs and profiles, one module a noun."""

from .circuit import Circuit, Outlet
from .grant import Grant, PastGrant
from .plan import SitePlan
from .policy import SiteLease, SitePolicy
from .profile import InstalledProfile, StationStanding

__all__ = [
    "Circuit",
    "Grant",
    "InstalledProfile",
    "Outlet",
    "PastGrant",
    "SiteLease",
    "SitePlan",
    "SitePolicy",
    "StationStanding",
]
