"""What a register of VAT ids can answer."""

from chargers.choices import AVAILABLE, FAULT, WAITING, ToneChoices


class VatAnswer(ToneChoices):
    """The answer of VIES; one that could not be asked proves nothing and takes nothing away."""

    VALID = "valid", AVAILABLE, "Valid"
    INVALID = "invalid", FAULT, "Not known"
    UNAVAILABLE = "unavailable", WAITING, "No answer"
