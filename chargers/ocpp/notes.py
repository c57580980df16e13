"""What a charger got wrong and was forgiven, in the order it was met."""

from chargers.choices import Quirk

__all__ = ["Notes", "Quirk"]

Notes = dict[Quirk, None]
"""An ordered set."""
