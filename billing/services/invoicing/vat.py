"""Proving VAT ids: form and check digits here, offline; what a register answered is written down as evidence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.choices import VatAnswer
from billing.models import Party, VatCheck
from billing.tax.vat_ids import NO_PROOF, Proof, compact, country_of, is_well_formed
from cpms.core import audit, clock
from cpms.core.actors import Actor

_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """What VIES said: when, whether the id is valid, the number of the consultation, whose it is."""

    answer: VatAnswer
    asked_at: datetime
    consultation: str = ""
    name: str = ""
    address: str = ""


def vat_problem(party: Party) -> str:
    """Why the VAT id cannot be right, in a sentence; "" when its form and check digits are."""
    if not party.vat_id:
        return "there is no VAT id to check"
    if not is_well_formed(party.vat_id):
        return f"{party.vat_id} is no VAT id of an EU country: its form or check digits are wrong"
    if country_of(party.vat_id) != party.country and party.country != "GB":
        return f"{party.vat_id} is of {country_of(party.vat_id)}, the party is in {party.country}"
    return ""


@transaction.atomic
def vat_check_record(party: Party, told: Answer, actor: Actor) -> VatCheck:
    """Write down an answer about the party's VAT id as it stands; the newest one counts.

    A valid one makes reverse charges possible, one that is not known takes that back, and no answer changes nothing.
    Raises ValidationError naming the field.
    """
    party = Party.objects.select_for_update(no_key=True).get(pk=party.pk)
    if problem := vat_problem(party):
        raise ValidationError({"vat_id": problem})
    if told.asked_at > clock.now() + _SLACK:
        raise ValidationError({"asked_at": "is in the future"})
    check = VatCheck.objects.create(
        organisation_id=party.organisation_id, party=party, vat_id=compact(party.vat_id), answer=told.answer,
        asked_at=told.asked_at, consultation=told.consultation, name=told.name, address=told.address,
        told_by=actor.label[:160],
    )  # fmt: skip
    _let_count(party)
    audit.record(
        actor, "party.vat_checked", organisation_id=party.organisation_id, subject=party.public_id,
        label=party.legal_name, vat_id=check.vat_id, answer=told.answer.value, consultation=told.consultation,
    )  # fmt: skip
    return check


def _let_count(party: Party) -> None:
    """What the newest answer about this VAT id proves."""
    answers = party.vat_checks.filter(vat_id=compact(party.vat_id)).exclude(answer=VatAnswer.UNAVAILABLE)
    newest = answers.order_by("-asked_at", "-id").first()
    is_proven = newest is not None and newest.answer == VatAnswer.VALID
    party.vat_checked_at = newest.asked_at if newest is not None and is_proven else None
    party.vat_proof = _proof_text(newest) if newest is not None and is_proven else ""
    party.save(update_fields=["vat_checked_at", "vat_proof"])


def _proof_text(check: VatCheck) -> str:
    number = f", consultation {check.consultation}" if check.consultation else ""
    owner = f", {check.name}" if check.name else ""
    return f"VIES: valid{number}{owner}"[:255]


def proof_of(party: Party) -> Proof:
    """The VAT id of a party with what proves it, as tax decisions take it."""
    if not party.vat_id:
        return NO_PROOF
    checked = party.vat_checked_at.date().isoformat() if party.vat_checked_at else ""
    return Proof(party.vat_id, checked, party.vat_proof)
