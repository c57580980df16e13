"""How accounts, their people, tags and lines in the books are shown and asked for."""

from typing import Any

from rest_framework import serializers

from billing.choices import AccountRole, BillingMode, PartyKind
from billing.models import (
    Account,
    AccountGroup,
    AccountMembership,
    AccountTag,
    JournalEntry,
    JournalLine,
    Party,
    PaymentMethod,
)
from billing.selectors.payments import payment_methods_for
from chargers.selectors.tags import id_tag_groups_for, id_tags_for

from ...fields import (
    Body,
    OrganisationField,
    PatchBody,
    PublicIdField,
    Text,
    public_id,
)

_MOST = 2**53
# Parties of other kinds are made elsewhere: the operator itself, roaming partners.
HOLDERS = [(kind.value, kind.label) for kind in (PartyKind.DRIVER, PartyKind.COMPANY, PartyKind.SITE_HOST)]


class HolderSerializer(serializers.ModelSerializer[Party]):
    """Who holds an account, as on invoices."""

    id = public_id()

    class Meta:
        model = Party
        fields = [
            "id", "kind", "legal_name", "street", "postal_code", "city", "country", "email", "locale", "vat_id",
            "vat_checked_at",
        ]  # fmt: skip


class AccountSerializer(serializers.ModelSerializer[Account]):
    """A payer in one currency. Amounts are minor units of it; a limit that is null is none."""

    id = public_id()
    organisation = public_id(source="organisation")
    holder = HolderSerializer(source="party", read_only=True)
    wallet_minor = serializers.IntegerField(read_only=True, help_text="Paid in before, not spent yet.")
    owed_minor = serializers.IntegerField(
        read_only=True, help_text="Charged, not paid yet; below zero when too much was paid."
    )

    class Meta:
        model = Account
        fields = [
            "id", "organisation", "name", "holder", "billing_mode", "currency", "wallet_minor", "owed_minor",
            "credit_limit_minor", "session_limit_minor", "day_limit_minor", "month_limit_minor", "overshoot_minor",
            "payment_terms_days", "cost_centre", "closed_at", "created_at",
        ]  # fmt: skip


class MemberOfAccountSerializer(serializers.ModelSerializer[AccountMembership]):
    """A person of an account; the budget is for each calendar month, null for no limit."""

    id = public_id()
    account = public_id(source="account")
    email = serializers.CharField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.label", read_only=True)

    class Meta:
        model = AccountMembership
        fields = ["id", "account", "email", "name", "role", "budget_minor", "created_at"]


class AccountTagSerializer(serializers.ModelSerializer[AccountTag]):
    """An ID tag whose sessions an account pays, and the member whose budget they count against."""

    id = public_id()
    account = public_id(source="account")
    id_tag = public_id(source="id_tag")
    member = serializers.CharField(source="member.email", read_only=True, default=None, allow_null=True)

    class Meta:
        model = AccountTag
        fields = ["id", "account", "id_tag", "member", "created_at"]


class AccountGroupSerializer(serializers.ModelSerializer[AccountGroup]):
    """A group of ID tags whose sessions an account pays, but for tags that have a payer of their own."""

    id = public_id()
    account = public_id(source="account")
    group = public_id(source="group")

    class Meta:
        model = AccountGroup
        fields = ["id", "account", "group", "created_at"]


class JournalEntrySerializer(serializers.ModelSerializer[JournalEntry]):
    """An entry of the journal. It never changes; a mistake is taken back by its mirror."""

    id = public_id()

    class Meta:
        model = JournalEntry
        fields = ["id", "kind", "currency", "source", "occurred_at", "booked_on", "posted_at"]


class AccountLineSerializer(serializers.ModelSerializer[JournalLine]):
    """A line of an account in the books: debits positive, so money into a wallet is negative."""

    entry = JournalEntrySerializer(read_only=True)
    ledger_account = serializers.CharField(source="ledger_account.purpose", read_only=True)

    class Meta:
        model = JournalLine
        fields = ["entry", "ledger_account", "amount_minor", "currency", "cost_centre"]


class MethodSerializer(serializers.ModelSerializer[PaymentMethod]):
    """A stored means of payment: the provider keeps the card, we keep its name."""

    id = public_id()
    account = public_id(source="account")

    class Meta:
        model = PaymentMethod
        fields = ["id", "account", "provider", "label", "expires_on", "created_at"]


class HolderBody(Body):
    """Who holds the account."""

    kind = serializers.ChoiceField(HOLDERS)
    legal_name = Text(max_length=200)
    street = Text(max_length=200, required=False, allow_blank=True)
    postal_code = Text(max_length=20, required=False, allow_blank=True)
    city = Text(max_length=100, required=False, allow_blank=True)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1, two letters.")
    email = serializers.EmailField(required=False, allow_blank=True)
    locale = Text(max_length=10, required=False)
    vat_id = Text(max_length=20, required=False, allow_blank=True)


class HolderPatch(PatchBody, HolderBody):
    """What may be changed of a holder."""


def _limit(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=_MOST, help_text=help_text
    )


class _AccountFields(Body):
    name = Text(max_length=120)
    billing_mode = serializers.ChoiceField(BillingMode.choices)
    credit_limit_minor = _limit("The most it may owe.")
    session_limit_minor = _limit("Charging stops before one session costs more.")
    day_limit_minor = _limit("The same for a day.")
    month_limit_minor = _limit("The same for a calendar month.")
    overshoot_minor = serializers.IntegerField(
        required=False, min_value=0, max_value=_MOST,
        help_text="How far a wallet may fall below zero while a session ends.",
    )  # fmt: skip
    payment_terms_days = serializers.IntegerField(required=False, min_value=0, max_value=365)
    cost_centre = Text(max_length=40, required=False, allow_blank=True)


class AccountBody(_AccountFields):
    """An account to open."""

    organisation = OrganisationField()
    holder = HolderBody()
    currency = serializers.RegexField(r"^[A-Z]{3}$", help_text="ISO 4217; it never changes.")


class AccountPatch(PatchBody, _AccountFields):
    """What may be changed of an account."""

    holder = HolderPatch(required=False)


class MemberOfAccountBody(Body):
    """Somebody who shall belong to the account; for who does, another role and budget."""

    email = serializers.EmailField(help_text="Of somebody who has signed up.")
    role = serializers.ChoiceField(AccountRole.choices)
    budget_minor = _limit("For each calendar month.")


class LinkTagBody(Body):
    """A tag whose sessions the account shall pay from now on."""

    id_tag = PublicIdField(id_tags_for, "ID tag")
    member = serializers.EmailField(
        required=False, help_text="Of the member of the account whose budget they count against."
    )


class LinkGroupBody(Body):
    """A group whose sessions the account shall pay from now on."""

    group = PublicIdField(id_tag_groups_for, "group")


class TransferBody(Body):
    """A line of a bank statement. Its reference makes it the same one however often it is told."""

    what = serializers.ChoiceField(
        [("wallet", "Money for the wallet"), ("claim", "Pays what is owed"), ("back", "Given back to the holder")]
    )  # fmt: skip
    amount_minor = serializers.IntegerField(min_value=1, max_value=_MOST)
    reference = Text(max_length=60)
    on = serializers.DateField(help_text="The day on the statement.")


class TopUpBody(Body):
    """A top-up with a stored card, its payer not being there."""

    amount_minor = serializers.IntegerField(min_value=1, max_value=_MOST)
    method = PublicIdField(payment_methods_for, "payment method")


def limits_of(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of the account itself, without its holder."""
    return {name: value for name, value in body.items() if name not in ("holder", "organisation")}
