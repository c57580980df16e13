"""Signed meter values in the Open Charge Metering Format (OCMF 1.0 to 1.2), kept byte-exact.

No Django, no clock, no database: text and trusted key in, verdict out. docs/signed-meter-values.md says what is
judged, and what never is.
"""

from .errors import Unreadable
from .keys import PublicKey, read_key
from .record import Record, read_record
from .verdict import Verdict, verify

__all__ = ["PublicKey", "Record", "Unreadable", "Verdict", "read_key", "read_record", "verify"]
