"""How a managed site stands now, for pages and the API: its tree, what flows, what may flow, and why."""

from .plan import Drawn, PlannedCar, Slot, drawn
from .previewing import Preview, PreviewStep, preview
from .shares import Share
from .site import Branch, Picture, Spot, picture
from .until import Until
from .words import why

__all__ = [
    "Branch",
    "Drawn",
    "Picture",
    "PlannedCar",
    "Preview",
    "PreviewStep",
    "Share",
    "Slot",
    "Spot",
    "Until",
    "drawn",
    "picture",
    "preview",
    "why",
]
