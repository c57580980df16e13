"""Who issues an organisation's invoices: its operator party, once everything an invoice has to say of it is known."""

from typing import Any

from billing.choices import PartyKind
from billing.models import Party
from billing.services.accounts.parties import party_change, party_create
from billing.tax.vat_ids import is_well_formed
from cpms.accounts.models import Organisation
from cpms.core.actors import Actor

# What Directive 2006/112/EC art. 226 wants of the seller, with the word people know it by.
_NEEDED = {
    "legal_name": "legal name",
    "street": "street",
    "postal_code": "postal code",
    "city": "city",
    "country": "country",
}


class NoIssuer(Exception):
    """Nothing can be issued before it is known who sells; the text says what is missing."""


def issuer_ready(organisation_id: int) -> Party:
    """The party that sells, with everything an invoice says of it. Raises `NoIssuer`."""
    issuer = issuer_of(organisation_id)
    gaps = issuer_gaps(issuer)
    if issuer is None or gaps:
        raise NoIssuer(f"first complete who sells; missing: {', '.join(gaps)}")
    return issuer


def issuer_of(organisation_id: int) -> Party | None:
    """The party that sells; None until somebody wrote it down."""
    parties = Party.objects.filter(organisation_id=organisation_id, kind=PartyKind.OPERATOR)
    return parties.order_by("id").first()


def issuer_gaps(issuer: Party | None) -> list[str]:
    """What is missing before anything can be issued, in words; empty when all is there."""
    if issuer is None:
        return ["who sells: name, address and VAT id"]
    gaps = [word for field, word in _NEEDED.items() if not getattr(issuer, field)]
    if issuer.vat_id and not is_well_formed(issuer.vat_id) and issuer.country not in ("GB", "NO", "CH", "US"):
        gaps.append("a VAT id whose check digits are right")
    if not (issuer.vat_id or issuer.tax_number):
        gaps.append("VAT id or tax number")
    return gaps


def issuer_save(organisation: Organisation, actor: Actor, **facts: Any) -> Party:
    """Write down who sells; facts are fields of `Party`. Raises ValidationError naming the field."""
    known = issuer_of(organisation.pk)
    if known is None:
        return party_create(organisation, actor, kind=PartyKind.OPERATOR, **facts)
    return party_change(known, actor, **facts)
