"""Meter clean-up: what a meter said of one session becomes the energy to bill, its flags and whether a person looks.

The rules, their order and worked examples are in docs/algorithms/meter.md.
"""

from .clean import clean
from .values import CleanMeter, EnergyPoint, Flag, Measurand, MeterSession, RawReading, RawRegister, Source

__all__ = [
    "CleanMeter",
    "EnergyPoint",
    "Flag",
    "Measurand",
    "MeterSession",
    "RawReading",
    "RawRegister",
    "Source",
    "clean",
]
