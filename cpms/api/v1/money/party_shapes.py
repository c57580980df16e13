"""How parties are shown and asked for."""

from rest_framework import serializers

from billing.choices import VatAnswer
from billing.models import Party, VatCheck

from ...fields import (
    Body,
    OrganisationField,
    PatchBody,
    Text,
    public_id,
)
from .account_shapes import HolderBody


class PartySerializer(serializers.ModelSerializer[Party]):
    """Somebody with a name and address for invoices; `vat_proof` is what a register answered about the VAT id."""

    id = public_id()
    organisation = public_id(source="organisation")

    class Meta:
        model = Party
        fields = [
            "id", "organisation", "kind", "legal_name", "street", "postal_code", "city", "country", "email", "locale",
            "vat_id", "vat_checked_at", "vat_proof", "tax_number", "is_small_business", "iban", "created_at",
        ]  # fmt: skip


class VatCheckSerializer(serializers.ModelSerializer[VatCheck]):
    """An answer of VIES about a VAT id, as it was written down."""

    id = public_id()
    party = public_id(source="party")

    class Meta:
        model = VatCheck
        fields = [
            "id",
            "party",
            "vat_id",
            "answer",
            "asked_at",
            "consultation",
            "name",
            "address",
            "told_by",
            "created_at",
        ]


class VatCheckBody(Body):
    """What VIES answered about the VAT id of the party as it stands."""

    answer = serializers.ChoiceField(VatAnswer.choices)
    asked_at = serializers.DateTimeField()
    consultation = Text(
        max_length=60, required=False, allow_blank=True, help_text="The number that proves that it was asked."
    )
    name = Text(max_length=200, required=False, allow_blank=True)
    address = Text(max_length=255, required=False, allow_blank=True)


class _PartyFields(HolderBody):
    tax_number = Text(max_length=40, required=False, allow_blank=True)
    is_small_business = serializers.BooleanField(required=False)
    iban = Text(max_length=34, required=False, allow_blank=True)


class PartyBody(_PartyFields):
    """Somebody new: a site host, or the later holder of accounts."""

    organisation = OrganisationField()


class PartyPatch(PatchBody, _PartyFields):
    """What may be changed; a changed VAT id has to be checked anew."""
