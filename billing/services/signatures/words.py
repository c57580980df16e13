"""What signed values prove, in words for drivers and operators."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy

from billing.choices import ProofState, RecordState
from billing.models import SignedRecord

from .proof import Proof


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict: one line, one sentence of what it means, and what is remarkable."""

    state: ProofState
    title: str
    sentence: str
    remarks: tuple[str, ...] = ()

    @property
    def tone(self) -> str:
        """How it is shown."""
        return self.state.tone

    @property
    def label(self) -> str:
        """The line beside its icon."""
        return self.title


def told(proof: Proof) -> Told:
    """The verdict on a session."""
    remarks = tuple(map(_sentence, proof.doubts or dict.fromkeys(one.sentence for one in proof.findings)))
    title, sentence = _VERDICTS[proof.state]
    return Told(proof.state, str(title), str(sentence) % {"energy": energy_text(proof)}, remarks)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def energy_text(proof: Proof) -> str:
    """The energy that the meter signed, in kWh with its digits; "" where it signed none."""
    if proof.signed_wh is None:
        return ""
    kwh = proof.signed_wh / Decimal(1000)
    return f"{kwh:.3f} kWh" if kwh == round(kwh, 3) else f"{kwh.normalize():f} kWh"


def record_sentence(row: SignedRecord) -> str:
    """What was found about one record."""
    if row.state == RecordState.INVALID:
        return _sentence("; ".join(row.reasons))
    return str(_RECORDS[RecordState(row.state)])


_RECORDS = {
    RecordState.VALID: gettext_lazy("Signed by the meter whose key is confirmed here."),
    RecordState.NO_KEY: gettext_lazy("Nobody has confirmed a key for this meter yet."),
    RecordState.NO_FORMAT: gettext_lazy("In a format that is kept, but not checked here."),
}

_VERDICTS = {
    ProofState.PROVEN: (
        gettext_lazy("The meter's signature is valid"),
        gettext_lazy("The meter signed %(energy)s between begin and end, and nobody changed it since."),
    ),
    ProofState.INVALID: (
        gettext_lazy("The meter's signature is not valid"),
        gettext_lazy(
            "A signed value does not fit the key of this meter, so a person looks at it before anything is charged."
        ),
    ),
    ProofState.CONTRADICTORY: (
        gettext_lazy("The signed values contradict the session"),
        gettext_lazy("The signatures are valid, but what they say does not fit, so a person looks at it."),
    ),
    ProofState.NO_KEY: (
        gettext_lazy("Signed, but not verified"),
        gettext_lazy(
            "The charger signed its values. The key of its meter is not confirmed yet: they cannot be judged."
        ),
    ),
    ProofState.NO_FORMAT: (
        gettext_lazy("Signed in another format"),
        gettext_lazy("The charger signed its values in a format that is kept, but not checked here."),
    ),
    ProofState.INCOMPLETE: (
        gettext_lazy("Not signed at both ends"),
        gettext_lazy(
            "The signatures are valid, but begin and end are not both there, so they do not prove the energy."
        ),
    ),
    ProofState.NONE: (
        gettext_lazy("This charger sends no signed values"),
        gettext_lazy("The energy is what the charger told. There is no signature of its meter to check."),
    ),
}
