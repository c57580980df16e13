"""Why things are as they are, in sentences: pure functions from rows to words, and what gathers the rows."""

from .entry import Entry, Explanation
from .gather import explanation_for

__all__ = ["Entry", "Explanation", "explanation_for"]
