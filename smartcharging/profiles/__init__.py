"""The charging profiles we install: their words, their shape at each station, and what a station may take by them."""

from .bodies import Body, Step, read_body
from .numbers import default_number, is_ours, transaction_number
from .shape import Shape, control_body, failsafe_body, wired
from .told import Drift, drift, read_told, told_body, written_told

__all__ = [
    "Body",
    "Drift",
    "Shape",
    "Step",
    "control_body",
    "default_number",
    "drift",
    "failsafe_body",
    "is_ours",
    "read_body",
    "read_told",
    "told_body",
    "transaction_number",
    "wired",
    "written_told",
]
