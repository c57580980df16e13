"""Whether a record was signed with the key that is trusted for its meter. Nothing else is judged here."""

from dataclasses import dataclass

from .curves import DEFAULT, Algorithm, algorithm
from .errors import Unreadable
from .keys import read_key
from .record import Record, read_record
from .signature import is_genuine

_FORGED = "the signature does not fit the payload and the key: either was changed, or another meter signed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` are sentences, and empty exactly if the signature is valid."""

    reasons: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        return not self.reasons


def verify(text: str, key: str, trusted_algorithm: str | None = None) -> Verdict:
    """Judges a record by a key from outside of it; keys that a record brings along are not looked at.

    `trusted_algorithm` is what is known of the meter beside its key, None if nothing is. Never raises: what cannot
    be read is invalid.
    """
    try:
        record, public_key = read_record(text), read_key(key)
        used = _algorithm(record, trusted_algorithm)
        genuine = is_genuine(used, public_key.point_on(used.curve), record.payload, record.signature)
    except Unreadable as error:
        return Verdict((str(error),))
    return Verdict() if genuine else Verdict((_FORGED,))


def _algorithm(record: Record, trusted: str | None) -> Algorithm:
    """What the record says, which must be what is known of the meter; where it says nothing, what is known."""
    claimed = algorithm(record.algorithm) if record.algorithm is not None else None
    known = algorithm(trusted) if trusted is not None else None
    if claimed is not None and known is not None and claimed != known:
        raise Unreadable(f"the record is signed by {claimed.name}, but the meter signs by {known.name}")
    return claimed or known or algorithm(DEFAULT)
