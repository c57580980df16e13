"""How invoices, who sells and what is due are shown and asked for."""

from typing import Any

from rest_framework import serializers

from billing.choices import InvoiceCycle
from billing.models import Invoice, InvoiceDocument, InvoiceLine, Party, TaxLine

from ...fields import Body, Text, public_id

_MOST = 2**53


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    """An invoice or credit note. Amounts are minor units of `currency`, positive in both; null in drafts."""

    id = public_id()
    account = public_id(source="account")
    corrects = public_id(source="corrects", allow_null=True)

    class Meta:
        model = Invoice
        fields = [
            "id", "kind", "state", "code", "account", "corrects", "reason", "currency", "supply_from", "supply_to",
            "issued_on", "due_on", "net_minor", "tax_minor", "rounding_minor", "payable_minor", "held_because",
            "created_at",
        ]  # fmt: skip


class InvoiceLineSerializer(serializers.ModelSerializer[InvoiceLine]):
    """A line: `gross_minor` is what the receipt of the session says, `net_minor` its part of the net (BT-131)."""

    transaction = serializers.CharField(source="charge.transaction.public_id", default=None, read_only=True)

    class Meta:
        model = InvoiceLine
        fields = [
            "position", "description", "transaction", "quantity", "unit", "gross_minor", "net_minor", "tax_category",
            "tax_rate",
        ]  # fmt: skip


class TaxLineSerializer(serializers.ModelSerializer[TaxLine]):
    """One tax rate (BG-23)."""

    class Meta:
        model = TaxLine
        fields = ["category", "rate", "net_minor", "tax_minor", "rounding_minor"]


class InvoiceDocumentSerializer(serializers.ModelSerializer[InvoiceDocument]):
    """A form in which it was handed out, with the hash of its bytes."""

    class Meta:
        model = InvoiceDocument
        fields = ["format", "sha256", "size", "made_at"]


class InvoiceToldSerializer(InvoiceSerializer):
    """A document with its lines, taxes, both parties as they were at the issue, and the tax decisions."""

    lines = InvoiceLineSerializer(many=True, read_only=True)
    tax_lines = TaxLineSerializer(many=True, read_only=True)
    documents = InvoiceDocumentSerializer(many=True, read_only=True)
    issuer = serializers.DictField(source="issuer_snapshot", read_only=True)
    buyer = serializers.DictField(source="buyer_snapshot", read_only=True)
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)
    tax_decisions = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta(InvoiceSerializer.Meta):
        fields = [
            *InvoiceSerializer.Meta.fields, "lines", "tax_lines", "documents", "issuer", "buyer", "notes",
            "tax_decisions",
        ]  # fmt: skip


class CreditLineBody(Body):
    """How much of a line goes back."""

    position = serializers.IntegerField(min_value=1, max_value=100_000)
    gross_minor = serializers.IntegerField(min_value=1, max_value=_MOST, help_text="With tax, minor units.")


class CreditBody(Body):
    """What goes back, and why."""

    lines = CreditLineBody(many=True, allow_empty=False)
    reason = Text(max_length=255, help_text="Printed on the credit note.")


class InvoiceCycleBody(Body):
    """How often an account on invoice is invoiced."""

    cycle = serializers.ChoiceField(choices=InvoiceCycle.choices)


class DueSerializer(serializers.Serializer[Any]):
    """What an account has on no invoice yet."""

    account = public_id(source="account")
    currency = serializers.CharField(source="account.currency")
    cycle = serializers.ChoiceField(source="account.cycle", choices=InvoiceCycle.choices)
    sessions = serializers.IntegerField()
    gross_minor = serializers.IntegerField()
    since = serializers.DateTimeField(help_text="When the first of them ended.")
    until = serializers.DateTimeField(help_text="When the last of them ended.")


class IssuerSerializer(serializers.ModelSerializer[Party]):
    """Who sells, as on invoices."""

    class Meta:
        model = Party
        fields = [
            "legal_name", "street", "postal_code", "city", "country", "email", "vat_id", "tax_number", "iban",
            "is_small_business",
        ]  # fmt: skip


class IssuerBody(Body):
    """Who sells. Invoices that are issued already keep what they say."""

    legal_name = Text(max_length=200)
    street = Text(max_length=200)
    postal_code = Text(max_length=20)
    city = Text(max_length=100)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1, two letters.")
    email = serializers.EmailField(required=False, allow_blank=True)
    vat_id = Text(max_length=20, required=False, allow_blank=True)
    tax_number = Text(max_length=40, required=False, allow_blank=True)
    iban = Text(max_length=34, required=False, allow_blank=True)
    is_small_business = serializers.BooleanField(required=False)
