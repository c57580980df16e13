"""How a managed site stands now, for pages and the API: its tree, what flows, what may flow, and why."""

from .plan import Drawn, PlannedCar, Slot, drawn
from .site import Branch, Picture, Share, Spot, picture
from .words import why

__all__ = ["Branch", "Drawn", "Picture", "PlannedCar", "Share", "Slot", "Spot", "drawn", "picture", "why"]
