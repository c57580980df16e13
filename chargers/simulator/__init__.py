"""Charge points that behave and misbehave, on the same wire core from the other side.

`SimulatedStation` is one station, driven by hand (the test double) or by itself; `fleet` runs many of them,
`ledger` writes down what physically happened and `checker` compares that with the database.
"""

from .car import Car
from .clock import Clock
from .ledger import Ledger
from .link import CallFailed, Disconnected, HandshakeRefused, Received
from .options import Facts, Options
from .outlet import Session
from .station import SimulatedStation

__all__ = [
    "CallFailed",
    "Car",
    "Clock",
    "Disconnected",
    "Facts",
    "HandshakeRefused",
    "Ledger",
    "Options",
    "Received",
    "Session",
    "SimulatedStation",
]
