"""What drivers have beside their sessions."""

from .card import CardClaim
from .driver import Driver
from .person import Profile, Vehicle
from .place import Favourite, FreeWish

__all__ = ["CardClaim", "Driver", "Favourite", "FreeWish", "Profile", "Vehicle"]
