"""Forms of accounts: who holds one, how it pays, what it may spend, who belongs to it, what is linked to it."""

from typing import Any, Final

from django import forms
from django.db.models import QuerySet

from billing.choices import AccountRole, BillingMode, PartyKind
from billing.models import Account, AccountMembership
from billing.services.accounts.bank import Transfer
from chargers.models import IdTagGroup

from .amounts import amount_field, minor_of, typed_of

HOLDER: Final = ("legal_name", "street", "postal_code", "city", "country", "email", "vat_id")
LIMITS: Final = ("credit_limit", "session_limit", "day_limit", "month_limit", "overshoot")
PLAIN: Final = ("name", "billing_mode", "payment_terms_days", "cost_centre")
_KINDS = [(kind.value, kind.label) for kind in (PartyKind.DRIVER, PartyKind.COMPANY, PartyKind.SITE_HOST)]


class AccountForm(forms.Form):
    """An account with its holder. `holder` and `facts` are what the services take."""

    name = forms.CharField(max_length=120, help_text="How you call it.")
    kind = forms.ChoiceField(label="Holder", choices=_KINDS)
    legal_name = forms.CharField(label="Name on invoices", max_length=200)
    street = forms.CharField(max_length=200, required=False)
    postal_code = forms.CharField(max_length=20, required=False)
    city = forms.CharField(max_length=100, required=False)
    country = forms.RegexField(
        r"^[A-Za-z]{2}$", help_text="Two letters, such as DE.", error_messages={"invalid": "Two letters, such as DE."}
    )  # fmt: skip
    email = forms.EmailField(label="E-mail for invoices", required=False)
    vat_id = forms.CharField(label="VAT id", max_length=20, required=False)
    billing_mode = forms.ChoiceField(label="Pays by", choices=BillingMode.choices)
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$", initial="EUR", help_text="Three letters. It never changes.",
        error_messages={"invalid": "Three letters, such as EUR."},
    )  # fmt: skip
    payment_terms_days = forms.IntegerField(
        label="Days to pay an invoice", min_value=0, max_value=365, initial=14
    )
    cost_centre = forms.CharField(
        max_length=40, required=False, help_text="Written on every line of the books."
    )
    credit_limit = amount_field("Credit limit", "The most it may owe. Empty for none.")
    session_limit = amount_field("Limit for one session", "Charging stops before it. Empty for none.")
    day_limit = amount_field("Limit for a day")
    month_limit = amount_field("Limit for a month")
    overshoot = amount_field("Overshoot", "How far a wallet may fall below zero while a session ends.")

    def clean(self) -> dict[str, Any]:
        """Amounts are whole minor units of the currency."""
        cleaned = super().clean() or self.cleaned_data
        currency = cleaned["currency"] = str(cleaned.get("currency", "")).upper()
        self.limits = {f"{name}_minor": minor_of(self, name, currency) for name in LIMITS}
        self.limits["overshoot_minor"] = self.limits["overshoot_minor"] or 0
        return cleaned

    @property
    def holder(self) -> dict[str, Any]:
        """Fields of the party."""
        facts = {name: self.cleaned_data[name] for name in HOLDER}
        return facts | {"country": facts["country"].upper(), "kind": self.cleaned_data["kind"]}

    @property
    def facts(self) -> dict[str, Any]:
        """Fields of the account that may change."""
        return {name: self.cleaned_data[name] for name in PLAIN} | self.limits


class AccountChangeForm(AccountForm):
    """The same of an account there is: its currency stays."""

    def __init__(self, account: Account, data: Any = None, **kwargs: Any) -> None:
        party = account.party
        stored = {name: getattr(account, name) for name in PLAIN}
        stored |= {name: getattr(party, name) for name in (*HOLDER, "kind")}
        stored |= {name: typed_of(getattr(account, f"{name}_minor"), account.currency) for name in LIMITS}
        super().__init__(data, initial=stored, **kwargs)
        self.account = account
        self.fields["currency"] = forms.CharField(initial=account.currency, disabled=True)
        if party.kind not in dict(_KINDS):
            self.fields["kind"] = forms.ChoiceField(
                label="Holder", choices=PartyKind.choices, initial=party.kind, disabled=True
            )


class AccountMemberForm(forms.Form):
    """Somebody who shall use the account."""

    email = forms.EmailField(label="E-mail address", help_text="They must have signed up already.")
    role = forms.ChoiceField(choices=AccountRole.choices, initial=AccountRole.DRIVER)
    budget = amount_field("Budget for a month", "Charging on their cards stops before it. Empty for none.")

    def __init__(self, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        """The budget in minor units."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["budget_minor"] = minor_of(self, "budget", self.currency)
        return cleaned


class LinkTagForm(forms.Form):
    """A card whose sessions the account shall pay."""

    uid = forms.CharField(
        label="ID tag", max_length=255, widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"})
    )  # fmt: skip
    member = forms.ModelChoiceField(
        AccountMembership.objects.none(), to_field_name="public_id", required=False, empty_label="Nobody",
        label="Counts against the budget of",
    )  # fmt: skip

    def __init__(self, members: QuerySet[AccountMembership], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]
        self.fields["member"].label_from_instance = lambda row: row.user.label  # type: ignore[attr-defined]


class LinkGroupForm(forms.Form):
    """A group of cards whose sessions the account shall pay."""

    group = forms.ModelChoiceField(
        IdTagGroup.objects.none(), to_field_name="public_id", empty_label="Choose a group",
        help_text="Tags of the group that have an account of their own keep it.",
    )  # fmt: skip

    def __init__(self, groups: QuerySet[IdTagGroup], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]


class TransferForm(forms.Form):
    """A line of a bank statement."""

    amount = amount_field("Amount", required=True)
    reference = forms.CharField(
        max_length=60,
        help_text="The bank's own name of the transfer. One that is booked already is not booked again.",
    )
    on = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    what = forms.ChoiceField(label="What it is")

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = account.currency
        wallet = [("wallet", "Money for the wallet")] if account.has_wallet else []
        back = ("back", "Money given back to the holder")
        self.fields["what"].choices = [*wallet, ("claim", "Pays what is owed"), back]  # type: ignore[attr-defined]
        self.fields["amount"].help_text = f"In {account.currency}."

    def clean(self) -> dict[str, Any]:
        """The transfer as the service takes it."""
        cleaned = super().clean() or self.cleaned_data
        minor = minor_of(self, "amount", self.currency)
        if minor is not None and {"reference", "on"} <= cleaned.keys():
            self.transfer = Transfer(minor, cleaned["reference"], cleaned["on"])
        return cleaned
