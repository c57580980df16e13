"""What is wrong or surprising about a tariff, said before it is published."""

from .findings import Code, Finding, Level, Surroundings
from .rules import lint

__all__ = ["Code", "Finding", "Level", "Surroundings", "lint"]
