"""What drivers fill in to put money into a wallet."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from billing.models import Account, PaymentMethod
from billing.pricing.rounding import minor_decimals
from billing.tariffs.numbers import money_text

# In euros or what is worth about as much: enough for a long journey, too little to hide money in.
MOST: Final = 500
LEAST: Final = 1
# A unit of these is worth about a tenth, a hundredth, a thousandth of a euro. No rate of exchange: only so that
# amounts are neither coins nor fortunes.
_SMALLER: Final = {
    **dict.fromkeys(("CNY", "CZK", "DKK", "HKD", "MXN", "NOK", "SEK", "THB", "TRY", "UAH", "ZAR"), 10),
    **dict.fromkeys(("HUF", "INR", "ISK", "JPY", "RSD"), 100),
    **dict.fromkeys(("CLP", "KRW"), 1000),
}


def _amount(least: int, most: int) -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Amount"), min_value=least, max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any", "list": "amounts"}),
        error_messages={"required": _("Enter how much.")},
    )  # fmt: skip


class TopUpForm(forms.Form):
    """How much, and from which card."""

    amount = forms.DecimalField()
    card = forms.ModelChoiceField(
        PaymentMethod.objects.none(), to_field_name="public_id", required=False, label=_("Card"),
        empty_label=_("Enter a card"),
    )  # fmt: skip

    keep = forms.BooleanField(required=False, label=_("Keep this card for the next time"))

    def __init__(
        self, account: Account, cards: QuerySet[PaymentMethod], *args: Any, new: bool, can_keep: bool
    ) -> None:
        super().__init__(*args)
        self.places, self.currency = minor_decimals(account.currency), account.currency
        self.worth = _SMALLER.get(account.currency, 1)
        self.fields["amount"] = _amount(LEAST * self.worth, MOST * self.worth)
        card = self.fields["card"]
        card.queryset = cards  # type: ignore[attr-defined]
        card.label_from_instance = lambda row: row.label  # type: ignore[attr-defined]
        if not new:
            card.required, card.empty_label = True, None  # type: ignore[attr-defined]
        if not cards.exists():
            del self.fields["card"]
        if not (new and can_keep):
            del self.fields["keep"]
        self.fields["amount"].help_text = _("In %(currency)s, from %(least)s to %(most)s.") % {
            "currency": account.currency, "least": LEAST * self.worth, "most": MOST * self.worth,
        }  # fmt: skip

    def clean_amount(self) -> Decimal:
        """No finer than the currency's smallest coin."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount.scaleb(self.places) != amount.scaleb(self.places).to_integral_value():
            raise forms.ValidationError(_("This is not an amount of this currency."))
        return amount

    @property
    def minor(self) -> int:
        """The amount in minor units."""
        return int(self.cleaned_data["amount"].scaleb(self.places))

    @property
    def usual(self) -> list[tuple[int, str]]:
        """Amounts that many choose, in the main unit and in words."""
        amounts = [value * self.worth for value in (10, 20, 50, 100)]
        return [(value, money_text(value * 10**self.places, self.currency)) for value in amounts]
