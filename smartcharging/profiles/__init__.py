"""The charging profiles we install: their words, their shape at each station, and what a station may take by them."""

from .bodies import Body, Step, read_body
from .numbers import default_number, transaction_number
from .shape import Shape, control_body, failsafe_body, wired

__all__ = [
    "Body",
    "Shape",
    "Step",
    "control_body",
    "default_number",
    "failsafe_body",
    "read_body",
    "transaction_number",
    "wired",
]
