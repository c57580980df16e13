"""What drivers have beside their sessions."""

from .card import CardClaim
from .driver import Driver

__all__ = ["CardClaim", "Driver"]
