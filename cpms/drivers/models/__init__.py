"""What drivers have beside their sessions."""

from .driver import Driver

__all__ = ["Driver"]
