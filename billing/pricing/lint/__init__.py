"""What is wrong or surprising about a tariff, said before it is published."""

from .findings import ANYWHERE, Code, Finding, Level, Surroundings
from .rules import lint

__all__ = ["ANYWHERE", "Code", "Finding", "Level", "Surroundings", "lint"]
