"""VAT ids: whether they can be right at all, and what proves that they are."""

from dataclasses import dataclass

from stdnum.eu import vat

# The prefix of a VAT id where it is not the country's ISO code. XI: Northern Ireland, which is in the EU for goods.
_PREFIXES = {"EL": "GR"}


def compact(vat_id: str) -> str:
    """Without spaces and dots, in capitals."""
    return "".join(letter for letter in vat_id.upper() if letter.isalnum())


def country_of(vat_id: str) -> str:
    """ISO 3166-1 of the country that gave it, "" when it begins with none."""
    prefix = compact(vat_id)[:2]
    return _PREFIXES.get(prefix, prefix) if prefix.isalpha() else ""


def is_well_formed(vat_id: str) -> bool:
    """Whether form and check digits are those of an EU country's VAT id. It may still belong to nobody."""
    return bool(vat.is_valid(compact(vat_id)))


@dataclass(frozen=True, slots=True)
class Proof:
    """A VAT id and the answer of a register (VIES) as it was stored: `answer` in its words, `checked_on` ISO 8601.

    Nothing is asked here; who asked keeps the answer.
    """

    vat_id: str
    checked_on: str = ""
    answer: str = ""

    @property
    def country(self) -> str:
        """The country that gave it."""
        return country_of(self.vat_id)

    @property
    def holds(self) -> bool:
        """Well-formed and found in the register."""
        return bool(self.checked_on) and is_well_formed(self.vat_id)


NO_PROOF = Proof("")
