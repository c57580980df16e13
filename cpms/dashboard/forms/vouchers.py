"""Forms of voucher campaigns: what is given to whom, and how many codes."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from billing.choices import VoucherKind
from billing.services.vouchers.campaigns import MOST_CODES, MOST_DAYS, MOST_PER_ACCOUNT, MOST_WH
from billing.services.vouchers.codes import LONGEST
from chargers.models import Site
from cpms.core import clock

from .amounts import amount_field, minor_of

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CampaignForm(forms.Form):
    """A new campaign. `facts` are what the service takes; days are those of the organisation."""

    name = forms.CharField(max_length=120, help_text="As drivers and their receipts read it.")
    kind = forms.ChoiceField(label="Gives", choices=VoucherKind.choices)
    amount = amount_field(
        "Money", "For money: what each redemption is worth, tax included. It pays what is due."
    )
    energy_kwh = forms.DecimalField(
        label="Free kWh", min_value=0, max_value=MOST_WH // 1000, decimal_places=3, required=False,
        help_text="For free energy: before tax, after what a subscription includes.",
    )  # fmt: skip
    percent = forms.DecimalField(
        label="Percent off", min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False,
        help_text="For a percentage: off every session while it lasts, before tax.",
    )  # fmt: skip
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$", initial="EUR", help_text="Three letters. Only accounts in it can redeem the codes.",
        error_messages={"invalid": "Three letters, such as EUR."},
    )  # fmt: skip
    first_day = forms.DateField(label="Codes can be redeemed from", widget=_DAY)
    last_day = forms.DateField(label="Until the end of", widget=_DAY)
    lasts_days = forms.IntegerField(
        label="Days it lasts after redeeming", min_value=1, max_value=MOST_DAYS, required=False,
        help_text="Empty: as long as codes can be redeemed.",
    )  # fmt: skip
    code = forms.CharField(
        label="A code for everybody", max_length=LONGEST, required=False,
        help_text="Such as SPRING26. Leave it empty for codes that can be used once.",
    )  # fmt: skip
    count = forms.IntegerField(
        label="Or so many codes for single use", min_value=1, max_value=MOST_CODES, required=False
    )
    most = forms.IntegerField(
        label="Redemptions at most", min_value=1, max_value=10**6, required=False,
        help_text="Of all accounts together. Empty: no limit for a code for everybody.",
    )  # fmt: skip
    most_per_account = forms.IntegerField(
        label="Redemptions of one account", min_value=1, max_value=MOST_PER_ACCOUNT, initial=1
    )
    sites = forms.ModelMultipleChoiceField(
        Site.objects.none(),
        to_field_name="public_id",
        required=False,
        help_text="None chosen: at all of them.",
    )

    def __init__(self, sites: QuerySet[Site], zone: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)
        self.fields["sites"].queryset = sites  # type: ignore[attr-defined]
        self.fields["first_day"].initial = clock.now().astimezone(self.zone).date()

    def clean(self) -> dict[str, Any]:
        """Amounts are whole minor units of the currency, energy whole watt-hours."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["currency"] = str(cleaned.get("currency", "")).upper()
        self.amount_minor = minor_of(self, "amount", cleaned["currency"])
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        told = self.cleaned_data
        same = ("name", "kind", "currency", "code", "most", "most_per_account", "lasts_days")
        return {name: told[name] for name in same} | {
            "amount_minor": self.amount_minor or 0,
            "energy_wh": int((told["energy_kwh"] or 0) * 1000),
            "percent": told["percent"] or Decimal(0),
            "starts_at": self._midnight(told["first_day"]),
            "ends_at": self._midnight(told["last_day"] + timedelta(days=1)),
            "count": told["count"] or 0,
            "sites": list(told["sites"]),
        }

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)


class RedeemForm(forms.Form):
    """A code, as somebody reads it out."""

    code = forms.CharField(
        max_length=3 * LONGEST, help_text="Case, dashes and blanks do not matter.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


class CodesForm(forms.Form):
    """How many more codes."""

    count = forms.IntegerField(label="More codes for single use", min_value=1, max_value=MOST_CODES)
