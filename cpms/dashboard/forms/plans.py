"""Forms of subscription plans: what a version costs and gives, and who gets it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from billing.models import Account, PlanVersion
from billing.services.subscriptions.plans import MOST_MONTHS, MOST_NOTICE_DAYS, MOST_WH
from chargers.models import IdTagGroup

from .amounts import amount_field, minor_of, typed_of


class PlanVersionForm(forms.Form):
    """What a plan costs and gives. `facts` are what the service takes."""

    fee = amount_field("Fee for a month", "Without tax; what is due by law comes on top.", required=True)
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$", initial="EUR", help_text="Three letters. It is the same in all versions.",
        error_messages={"invalid": "Three letters, such as EUR."},
    )  # fmt: skip
    included_kwh = forms.DecimalField(
        label="Included kWh", min_value=0, max_value=MOST_WH // 1000, decimal_places=3, required=False,
        help_text="For each month. What is left over does not carry on.",
    )  # fmt: skip
    rebate_per_kwh = forms.DecimalField(
        label="Off each kWh that is not included", min_value=0, max_digits=12, decimal_places=6, required=False,
        help_text="Such as 0.05, in the sense of the tariff's prices: with tax where they have it inside.",
    )  # fmt: skip
    percent = forms.DecimalField(
        label="Percent off every session",
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
    )
    has_free_start = forms.BooleanField(label="No fee for starting a session", required=False)
    group = forms.ModelChoiceField(
        IdTagGroup.objects.none(), required=False, to_field_name="public_id", label="Tariffs of a group",
        empty_label="None", help_text="Subscribers get the tariffs that are assigned to this group of ID tags, too.",
    )  # fmt: skip
    minimum_months = forms.IntegerField(label="Least months", min_value=1, max_value=MOST_MONTHS, initial=1)
    notice_days = forms.IntegerField(
        label="Days of notice", min_value=0, max_value=MOST_NOTICE_DAYS, initial=0,
        help_text="It always ends with a month of its own.",
    )  # fmt: skip

    def __init__(
        self, groups: QuerySet[IdTagGroup], last: PlanVersion | None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"initial": _typed(last) if last else {}, **kwargs})
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Amounts are whole minor units of the currency, energy whole watt-hours."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["currency"] = str(cleaned.get("currency", "")).upper()
        self.fee_minor = minor_of(self, "fee", cleaned["currency"])
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """Fields of a version."""
        told = self.cleaned_data
        same = ("currency", "has_free_start", "group", "minimum_months", "notice_days")
        return {name: told[name] for name in same} | {
            "fee_minor": self.fee_minor,
            "included_wh": int((told["included_kwh"] or 0) * 1000),
            "percent": told["percent"] or Decimal(0),
            "rebate_per_kwh": told["rebate_per_kwh"] or Decimal(0),
        }


class PlanForm(PlanVersionForm):
    """A new plan with its first version."""

    name = forms.CharField(max_length=120, help_text="As drivers and their invoices read it.")
    field_order = ["name"]


class SubscribeForm(forms.Form):
    """An account that gets the plan."""

    account = forms.ModelChoiceField(
        Account.objects.none(), to_field_name="public_id", empty_label="Choose an account"
    )

    def __init__(self, accounts: QuerySet[Account], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]


def _typed(version: PlanVersion) -> dict[str, Any]:
    names = ("currency", "rebate_per_kwh", "percent", "has_free_start", "minimum_months", "notice_days")
    return {name: getattr(version, name) for name in names} | {
        "fee": typed_of(version.fee_minor, version.currency),
        "included_kwh": Decimal(version.included_wh) / 1000,
        "group": version.group.public_id if version.group else None,
    }
